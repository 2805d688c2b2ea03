"""One run: who moved with it, and why."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import htpy as h

from shared.attributions.attribution import Part
from shared.attributions.words import CAUSES, FEW
from shared.core.principal import Role
from shared.scoring.framework import Name
from web.layout import Frame, markup
from web.movement.moves import ON_A_PAGE, Move, Moves
from web.parts.cohorts import KINDS, tabs
from web.parts.moved import arrow
from web.parts.pager import pager
from web.reader import Reader

TITLE = Name("第 {run} 次计算：谁动了", "Run {run}: who moved")
WHY_TITLE = Name("第 {run} 次计算：谁动了、为什么", "Run {run}: who moved, and why")
LEAD = Name("{moment} 计算。", "Computed {moment}.")
COUNTED = Name("{n} 家的名次有变动。", "{n} have another rank than before.")
COUNTED_TOO = Name("{n} 家的总分或名次有变动。", "{n} have another total or rank than before.")
ADDS_UP = Name(
    "各项原因相加恰为总分之差；# 后为填报编号。",
    "The causes add up to the change of the total exactly; # is a submission's number.",
)
NOBODY = Name("这次计算没有改变任何名次。", "This run changed nobody's place.")
PLACES = Name("全部名次变化", "All movement")
BEFORE, AFTER = Name("第 {run} 次", "Run {run}"), Name("第 {run} 次", "Run {run}")
NAME, RANK, CHANGE = Name("名称", "Name"), Name("名次", "Rank"), Name("升降", "Places")
TOTAL, POINTS, WHY = Name("总分", "Total"), Name("分差", "Points"), Name("原因", "Why")
CAME, LEFT = Name("新参评", "came"), Name("不再参评", "left")
UNRANKED = Name("无", "none")
AND_MORE = Name("{ids} 等 {n} 条", "{ids} and others, {n} in all")
TO = Name(" 变为 ", " to ")

SEES_CAUSES = frozenset({Role.ADMIN, Role.AUDITOR})
"""Whom the interface tells what moved totals."""


def page(
    reader: Reader, found: Moves, kind: str, number: int, *, cohort: str | None, causes: bool
) -> str:
    """Return page *number* of who moved with a run; with *causes*, why."""
    run = found.span.fresh.run
    heading = reader.say(WHY_TITLE if causes else TITLE).format(run=run)
    title = f"{heading} · {reader.say(KINDS[kind])}"
    path = ("rounds", found.round.code, "movement", str(run))
    query = {"cohort": cohort, "page": number if number > 1 else None}
    frame = Frame(
        title,
        found.round,
        found.span.fresh,
        section="movement",
        query=query,
        path=path,
        run=run,
        body_class="wide",
        style="figures.css",
    )

    def to(**other: str | int | None) -> str:
        return reader.link(*path, **{"cohort": cohort} | other)

    body = h.fragment[
        h.h1[title],
        h.div(".tools")[tabs(reader, kind, to), _runs(reader, found, cohort)],
        h.p(".lead")[_lead(reader, found, causes=causes)],
        _table(reader, found, causes=causes) if found.moves else h.p(".notice")[reader.say(NOBODY)],
        pager(reader, number, found.among, ON_A_PAGE, to),
    ]
    return markup(reader, frame, body)


def _runs(reader: Reader, found: Moves, cohort: str | None) -> h.Element:
    """Return links to the runs beside this one, and to all of them."""
    code, run, say = found.round.code, found.span.fresh.run, reader.say

    def to(*more: str) -> str:
        return reader.link("rounds", code, "movement", *more, cohort=cohort)

    return h.nav(".views", aria_label=say(PLACES))[
        run > 1 and h.a(href=to(str(run - 1)), rel="prev")[f"‹ {say(BEFORE).format(run=run - 1)}"],
        run < found.span.last
        and h.a(href=to(str(run + 1)), rel="next")[f"{say(AFTER).format(run=run + 1)} ›"],
        h.a(href=to())[say(PLACES)],
    ]


def _lead(reader: Reader, found: Moves, *, causes: bool) -> str:
    say = reader.say
    moment = say(LEAD).format(moment=reader.moment(found.span.fresh.recorded_at))
    counted = say(COUNTED_TOO if causes else COUNTED).format(n=found.among)
    said = (moment, counted, say(ADDS_UP)) if causes else (moment, counted)
    return ("" if reader.language == "zh" else " ").join(said)


def _table(reader: Reader, found: Moves, *, causes: bool) -> h.Element:
    say = reader.say
    heads = [(NAME, ""), (RANK, "number"), (CHANGE, "number")]
    if causes:
        heads += [(TOTAL, "number"), (POINTS, "number"), (WHY, "why")]
    write = _written(found.framework.precision)
    return h.div(".region", tabindex="0", role="region", aria_label=say(PLACES))[
        h.table(".list.moves")[
            h.thead[
                h.tr[(h.th(scope="col", class_=kind or None)[say(name)] for name, kind in heads)]
            ],
            h.tbody[(_row(reader, found, each, write, causes=causes) for each in found.moves)],
        ]
    ]


def _row(
    reader: Reader, found: Moves, move: Move, write: Callable[..., str], *, causes: bool
) -> h.Element:
    before, after = move.ranks
    link = reader.link(
        "rounds", found.round.code, "applicants", move.applicant.code, run=found.span.fresh.run
    )
    return h.tr[
        h.th(scope="row")[h.a(href=link)[h.bdi[reader.say(move.applicant.name)]]],
        h.td(".number")[_from_to(reader, str(before or "–"), str(after or "–"))],
        h.td(".number")[_places(reader, before, after)],
        causes and _totals(reader, move, write),
        causes and h.td(".why")[_parts(reader, move, write)],
    ]


def _from_to(reader: Reader, before: str, after: str) -> h.Renderable:
    arrow_ = h.span(aria_hidden="true")["→"]
    return h.fragment[h.span(".was")[before], arrow_, h.span(".unseen")[reader.say(TO)], after]


def _places(reader: Reader, before: int, after: int) -> h.Node:
    if before and after:
        return arrow(reader, before - after)
    if not before and not after:
        return None
    return h.span(".quiet")[reader.say(LEFT if before else CAME)]


def _totals(reader: Reader, move: Move, write: Callable[..., str]) -> h.Renderable:
    before, after = move.totals or (None, None)
    shown = ("–" if each is None else write(each) for each in (before, after))
    change = (after or 0) - (before or 0)
    return h.fragment[
        h.td(".number.total")[_from_to(reader, *shown)],
        h.td(class_=f"number {_sign(change)}")[write(change, signed=True)],
    ]


def _sign(change: int) -> str:
    return "up" if change > 0 else "down" if change < 0 else "same"


def _parts(reader: Reader, move: Move, write: Callable[..., str]) -> h.Node:
    if not move.parts:
        return None
    return h.ul(".parts")[(h.li[_part(reader, each, write)] for each in move.parts)]


def _part(reader: Reader, part: Part, write: Callable[..., str]) -> Iterator[h.Node]:
    yield f"{reader.say(CAUSES[part.cause])} "
    yield h.span(class_=_sign(part.units))[write(part.units, signed=True)]
    if part.count:
        ids = " ".join(f"#{each}" for each in part.submissions[:FEW])
        if part.count > FEW:
            ids = reader.say(AND_MORE).format(ids=ids, n=part.count)
        yield h.span(".quiet")[f" {ids}"]


def _written(precision: int) -> Callable[..., str]:
    """Return how units of so many decimals are written as points: every one of them."""

    def write(units: int, *, signed: bool = False) -> str:
        plain = f"{Decimal(abs(units)).scaleb(-precision):,f}"
        if not signed:
            return plain
        return ("+" if units > 0 else "−" if units < 0 else "±") + plain

    return write
