"""Scores to be exported, with their lines or without: a row for each applicant."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from api.exports.tables import Row, Table, codes
from api.http.kept import pieces
from api.http.state import Gateway
from api.rankings.scorecards import score, sheets
from shared.exports import service as exports
from shared.exports.service import Scored
from shared.rankings.ranking import Ranking
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework

OWN = (
    *("kind", "rank", "tied", "cohort_size", "percentile", "index", "overall_rank"),
    *("overall_size", "total", "full", "coverage"),
)
OF_DIMENSION = ("points", "full")
OF_LINE = ("value", "share", "points", "full", "flags")


def table(
    held: Gateway,
    framework: Framework,
    round_: RoundFacts,
    ranking: Ranking,
    fresh: Freshness,
    *,
    with_lines: bool,
) -> Table[list[Scored]]:
    """Return the scores of the run that is *fresh*, of which *ranking* is."""
    items = partial(_items, framework, ranking, with_lines=with_lines)
    return Table(
        columns=_columns(framework, with_lines=with_lines),
        pages=exports.scores(held.database, framework, ranking, round_.id, fresh),
        rows=lambda page: map(_row, items(page)),
        documents=lambda page: (b"".join(pieces(each)) for each in items(page)),
    )


def _items(
    framework: Framework, ranking: Ranking, page: list[Scored], *, with_lines: bool
) -> Iterator[dict[str, Any]]:
    """Yield the items of a ranking as `ScoreOut` describes them."""
    with_maxima = sheets(framework, [each.lines for each in page])
    for each, sheet in zip(page, with_maxima, strict=True):
        yield score(framework, ranking, each.at, each.applicant, sheet, with_lines=with_lines)


def _columns(framework: Framework, *, with_lines: bool) -> list[str]:
    """Name the columns; dimensions and lines are named by their codes."""
    lines = framework.indicators if with_lines else ()
    return [
        *("applicant", "name.zh", "name.en", *OWN, "blocked_by"),
        *(f"dimensions.{of.code}.{name}" for of in framework.dimensions for name in OF_DIMENSION),
        *(f"lines.{of.code}.{name}" for of in lines for name in OF_LINE),
    ]


def _row(item: dict[str, Any]) -> Row:
    cells: Row = [item["applicant"], item["name"]["zh"], item["name"]["en"]]
    cells += [item[name] for name in OWN]
    cells.append(codes(item["blocked_by"]))
    for each in item["dimensions"]:
        cells += [each[name] for name in OF_DIMENSION]
    for each in item.get("lines", ()):
        *numbers, flags = (each[name] for name in OF_LINE)
        cells += [*numbers, codes(flags)]
    return cells
