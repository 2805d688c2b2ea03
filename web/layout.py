"""What every page has: head, navigation, where the round stands; and how it is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import htpy as h
from starlette.responses import Response

from api.answers.validators import validated
from shared.core.principal import Role
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Name
from web.assets import address
from web.reader import Language, Reader

RANKING = Name("排名", "Ranking")
BOARD = Name("试点评测看板", "Pilot-zone board")
OTHER = {"zh": "English", "en": "中文"}
SKIP = Name("跳到正文", "Skip to the content")
RUN = Name("第 {run} 次计算", "run {run}")
NO_RUN = Name("尚未计算", "no run yet")
STATES = {
    "current": Name("已是最新", "up to date"),
    "recomputing": Name("正在重新计算", "recomputing"),
    "failed": Name("重算失败，稍后重试", "failed, will be tried again"),
}
NOT_LIVE = Name("未实时更新", "not live")
PRINTED = Name("打印", "printed from")
SIGN_OUT = Name("退出", "Sign out")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

SECTIONS: dict[str, tuple[Name, tuple[Role, ...]]] = {
    "": (RANKING, tuple(Role)),
    "movement": (Name("名次变化", "Movement"), tuple(Role)),
    "coverage": (Name("数据覆盖", "Coverage"), tuple(Role)),
    "diagnostics": (
        Name("差异与诊断", "Diagnostics"),
        (Role.ADMIN, Role.PORTAL, Role.SOURCE, Role.AUDITOR),
    ),
    "work": (Name("待办", "Work"), (Role.ADMIN, Role.PORTAL, Role.EXPERT)),
    "wall": (Name("大屏", "Wall"), tuple(Role)),
}
"""The pages of a round, by the last segment of their address, and who has a link to each."""

OF_NOW = frozenset({"work"})
"""Those that are of no run: their links keep none."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page.

    *round* and *fresh* say of which round and run it is; *section* which of the round's pages;
    *live* has the page follow the round; *query* is what the other language's link keeps, and of
    it the round's other pages `run` and `cohort`; *run* is the one that the path names; *style* is
    the stylesheet of such pages alone.
    """

    title: str
    round: RoundFacts | None = None
    fresh: Freshness | None = None
    section: str | None = None
    live: bool = False
    query: Mapping[str, str | int | None] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    run: int | None = None
    body_class: str = ""
    style: str | None = None


def document(reader: Reader, frame: Frame, body: h.Renderable) -> Response:
    """Return a page that is one reader's, and that no browser keeps."""
    return personal(markup(reader, frame, body), reader.language)


def personal(page: str, language: Language) -> Response:
    """Return *page*, the HTML of a page that is one reader's: after signing out it is gone."""
    answer = sent(page.encode(), language)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def sent(body: bytes, language: Language) -> Response:
    """Return *body*, the HTML of a page that many are shown, as an answer with its headers."""
    answer = Response(body, media_type="text/html", headers=HEADERS)
    answer.headers["Content-Language"] = language
    answer.headers["Vary"] = "Cookie, Accept-Language"
    return validated(answer)


def markup(reader: Reader, frame: Frame, body: h.Renderable) -> str:
    """Return the whole HTML of a page."""
    return str(
        h.html(lang="zh-Hans" if reader.language == "zh" else "en")[
            _head(reader, frame),
            h.body(class_=frame.body_class or None)[
                h.a(".skip", href="#main")[reader.say(SKIP)],
                _header(reader, frame),
                h.main("#main", tabindex="-1")[body],
                h.p(".printed")[
                    f"{reader.say(PRINTED)} {reader.say(BOARD)} · {_status(reader, frame)}"
                ],
            ],
        ]
    )


def _head(reader: Reader, frame: Frame) -> h.Element:
    events = None
    if frame.live and frame.round is not None:
        events = reader.link("rounds", frame.round.code, "events")
    return h.head[
        h.meta(charset="utf-8"),
        h.meta(name="viewport", content="width=device-width, initial-scale=1"),
        h.title[f"{frame.title} · {reader.say(BOARD)}"],
        h.link(rel="icon", href=address("icon.svg"), type="image/svg+xml"),
        h.link(rel="stylesheet", href=address("board.css")),
        h.link(rel="stylesheet", href=address("score.css")),
        frame.style is not None and h.link(rel="stylesheet", href=address(frame.style)),
        events and h.meta(name="events", content=events),
        h.script(type="module", src=address("board.js")),
    ]


def _header(reader: Reader, frame: Frame) -> h.Element:
    other = "en" if reader.language == "zh" else "zh"
    there = replace(reader, language="zh" if other == "zh" else "en", chosen=True)
    elsewhere = there.link(*frame.path, **frame.query)
    return h.header(".top")[
        h.a(".brand", href=reader.link())[reader.say(BOARD)],
        frame.round is not None
        and h.nav(".sections", aria_label=reader.say(BOARD))[_sections(reader, frame)],
        h.div(".aside")[
            frame.fresh is not None
            and h.p(".status", role="status")[
                h.span(f".dot.{frame.fresh.state}", aria_hidden="true"),
                h.span(".said")[_status(reader, frame)],
                frame.live and h.span(".stale", hidden=True)[reader.say(NOT_LIVE)],
            ],
            h.a(".other", href=elsewhere, lang="en" if other == "en" else "zh-Hans")[
                OTHER[reader.language]
            ],
            reader.principal is not None
            and h.a(".other", href=reader.link("sign-out"))[reader.say(SIGN_OUT)],
        ],
    ]


def _sections(reader: Reader, frame: Frame) -> Iterator[h.Element]:
    round_ = frame.round
    if round_ is None or reader.principal is None:
        return
    kept = {"run": frame.run or frame.query.get("run"), "cohort": _cohort(frame)}
    for segment, (name, roles) in SECTIONS.items():
        if reader.principal.role in roles:
            here = "page" if segment == frame.section else None
            path = ("rounds", round_.code, *((segment,) if segment else ()))
            there = reader.link(*path, **({} if segment in OF_NOW else kept))
            yield h.a(href=there, aria_current=here)[reader.say(name)]


def _cohort(frame: Frame) -> str | int | None:
    """Return whom the links keep to; counties are shown wherever nobody is named."""
    cohort = frame.query.get("cohort")
    return None if cohort == "county" else cohort


def _status(reader: Reader, frame: Frame) -> str:
    fresh = frame.fresh
    if fresh is None:
        return ""
    if fresh.run == 0:
        return reader.say(NO_RUN)
    run = reader.say(RUN).format(run=fresh.run)
    return f"{run} · {reader.say(STATES[fresh.state])} · {reader.moment(fresh.recorded_at)}"
