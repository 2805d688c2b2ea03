"""Applicants by indicators as a table: shares as numbers on a scale of shades, gaps hatched."""

from collections.abc import Iterator

import htpy as h
import numpy as np
from markupsafe import Markup

from shared.scoring.arrays import IntArray
from shared.scoring.framework import Name
from shared.scoring.points import in_points
from web.coverage.reading import ON_A_PAGE, Found
from web.coverage.views import views
from web.layout import Frame, markup
from web.parts.cohorts import KINDS, tabs
from web.parts.pager import pager
from web.reader import Reader

TITLE = Name("数据覆盖", "Coverage")
LEAD = Name(
    "每格为该指标得分率（%）；斜线格“×”表示没有数值。",
    "Each cell is the share of an indicator's points that is earned, in per cent; a hatched cell"
    " with × has no value.",
)
NOBODY = Name("没有参评的申报单位，或尚未计算。", "Nobody takes part, or nothing is computed yet.")
TABLE = Name("各申报单位各指标的得分率", "Shares by applicant and indicator")
NAME, MISSING = Name("名称", "Name"), Name("无数值", "No value")
GAPS, COVERED = Name("缺", "Gaps"), Name("覆盖率", "Coverage")
LACK = Name("缺报单位数", "Lack a value")
INDICATORS = Name("指标", "Indicators")
CODE, FULL = Name("代码", "Code"), Name("满分", "Points")
WITH = Name("有数值", "With a value")
MEAN = Name("平均得分率", "Mean share")
SHADES = 5
"""Classes h0 to h4, each a fifth of the way to all points."""


def page(
    reader: Reader, found: Found, kind: str, number: int, *, cohort: str | None, pinned: bool
) -> str:
    """Return the whole page; *pinned*: the run was named in the address, as the *cohort* may be."""
    title = f"{reader.say(TITLE)} · {reader.say(KINDS[kind])}"
    path = ("rounds", found.round.code, "coverage")
    query = {"cohort": cohort, "run": found.fresh.run if pinned else None}
    frame = Frame(
        title,
        found.round,
        found.fresh,
        section="coverage",
        live=not pinned,
        query=query | {"page": number if number > 1 else None},
        path=path,
        body_class="wide",
        style="figures.css",
    )

    def to(**other: str | int | None) -> str:
        return reader.link(*path, **query | other)

    body = h.fragment[
        h.h1[title],
        h.div(".tools")[
            tabs(reader, kind, to), views(reader, found.round.code, "indicator", query)
        ],
        _content(reader, found) if found.applicants else h.p(".notice")[reader.say(NOBODY)],
        pager(reader, number, found.among, ON_A_PAGE, to),
    ]
    return markup(reader, frame, body)


def _content(reader: Reader, found: Found) -> h.Renderable:
    say = reader.say
    return h.fragment[
        h.p(".lead")[say(LEAD)],
        _legend(reader),
        h.div(".region.tall", tabindex="0", role="region", aria_label=say(TABLE))[
            h.table(".heat")[
                _head(reader, found),
                h.tbody[Markup("").join(_rows(reader, found))],
                _foot(reader, found),
            ]
        ],
        h.h2[say(INDICATORS)],
        _indicators(reader, found),
    ]


def _legend(reader: Reader) -> h.Element:
    step = 100 // SHADES
    return h.ul(".legend.shades")[
        (
            h.li[h.span(f".swatch.h{at}", aria_hidden="true"), f"{at * step}–{(at + 1) * step}"]
            for at in range(SHADES)
        ),
        h.li[h.span(".swatch.gap", aria_hidden="true"), reader.say(MISSING)],
    ]


def _head(reader: Reader, found: Found) -> h.Element:
    say = reader.say
    dimensions = found.framework.dimensions
    return h.thead[
        h.tr[
            h.th(".name", scope="col", rowspan="2")[say(NAME)],
            (
                h.th(f".over.over{at % 6 + 1}", scope="colgroup", colspan=len(each.indicators))[
                    say(each.name)
                ]
                for at, each in enumerate(dimensions)
                if each.indicators
            ),
            h.th(".number", scope="col", rowspan="2")[say(GAPS)],
            h.th(".number", scope="col", rowspan="2")[say(COVERED)],
        ],
        h.tr[
            (
                h.th(scope="col", title=say(each.name))[each.code]
                for each in found.framework.indicators
            )
        ],
    ]


def _rows(reader: Reader, found: Found) -> Iterator[Markup]:
    """Yield each row as text, escaped where it is not ours."""
    missing = reader.say(MISSING)
    gap = Markup('<td class="gap" title="{0}"><span aria-hidden="true">×</span>').format(missing)
    gap += Markup('<span class="unseen">{}</span></td>').format(missing)
    per_cent = _per_cent(found)
    shades = np.minimum(per_cent * SHADES // 100, SHADES - 1)
    for at, who in enumerate(found.applicants):
        link = reader.link("rounds", found.round.code, "applicants", who.code)
        cells = Markup("").join(
            Markup('<td class="h{}">{}</td>').format(shade, share) if known else gap
            for shade, share, known in zip(
                shades[at].tolist(), per_cent[at].tolist(), found.known[at].tolist(), strict=True
            )
        )
        gaps = int(np.count_nonzero(~found.known[at]))
        yield Markup(
            '<tr data-key="{}"><th scope="row" class="name"><a href="{}"><bdi>{}</bdi></a></th>{}'
            '<td class="number">{}</td><td class="number">{:.0%}</td></tr>'
        ).format(who.code, link, reader.say(who.name), cells, gaps or "", float(found.coverage[at]))


def _per_cent(found: Found) -> IntArray:
    """Return shares in whole per cent; only who earned all has 100, and only who none 0."""
    shares = np.where(found.known, np.nan_to_num(found.shares), 0.0)
    rounded = np.rint(shares * 100).astype(np.int64)
    inner = (shares > 0) & (shares < 1)
    whole: IntArray = np.where(inner, np.clip(rounded, 1, 99), rounded)
    return whole


def _foot(reader: Reader, found: Found) -> h.Element:
    lack = np.count_nonzero(~found.known, axis=0).tolist()
    return h.tfoot[
        h.tr[
            h.th(".name", scope="row")[reader.say(LACK)],
            (h.td[str(each) if each else ""] for each in lack),
            h.td(".number")[str(sum(lack)) if any(lack) else ""],
            h.td,
        ]
    ]


def _indicators(reader: Reader, found: Found) -> h.Element:
    say = reader.say
    heads = ((CODE, ""), (NAME, ""), (FULL, "number"), (WITH, "number"), (MEAN, "number"))
    known = np.count_nonzero(found.known, axis=0)
    sums = np.where(found.known, np.nan_to_num(found.shares), 0.0).sum(axis=0)
    means = np.where(known > 0, sums / np.maximum(known, 1), np.nan).tolist()
    size = len(found.applicants)
    rows = zip(found.framework.indicators, known.tolist(), means, strict=True)
    return h.table(".list.indicators")[
        h.thead[h.tr[(h.th(scope="col", class_=kind or None)[say(name)] for name, kind in heads)]],
        h.tbody[
            (
                h.tr[
                    h.td[each.code],
                    h.th(scope="row")[say(each.name)],
                    h.td(".number")[reader.number(in_points(found.framework, each.full))],
                    h.td(class_="number low" if reported < size else "number")[
                        f"{reported} / {size}"
                    ],
                    h.td(".number")[f"{mean:.0%}" if reported else "–"],
                ]
                for each, reported, mean in rows
            )
        ],
    ]
