"""What a push would move, printed as tables."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.push.slices import covered

MOST_SHOWN = 20
"""Rows of a table; the answer itself has more of them."""

NOTHING = "-"
TITLES = {"totals": "totals", "ranks": "ranks", "cohorts": "ends of cohorts"}


def show(console: Console, answer: Mapping[str, Any], piece: int, pieces: int) -> None:
    """Print what would become of a file, or of one *piece* of several: of its rows, of scores."""
    counts = ", ".join(f"{number} {result}" for result, number in answer["counts"].items())
    console.print(f"dry run, {answer['outcome']}: {counts}; nothing was stored{covered(answer)}")
    if pieces > 1:
        console.print(f"piece {piece} of {pieces} by itself, as if the others were not pushed")
    effect = answer["effect"]
    if effect is None:
        console.print("what would move is not shown to this key as yet")
        return
    totals = (
        (_named(each), _said(each["before"]), _said(each["after"]), _change(each))
        for each in effect["totals"]
    )
    ranks = (
        (_named(each), each["kind"], _said(each["before"]), _said(each["after"]))
        for each in effect["ranks"]
    )
    cohorts = (
        (each["indicator"], each["kind"], each["edge"], _said(each["before"]), _said(each["after"]))
        for each in effect["cohorts"]
    )
    counted = effect["counts"]
    _print(console, "totals", counted, ("applicant", "before", "after", "change"), totals)
    _print(console, "ranks", counted, ("applicant", "kind", "before", "after"), ranks)
    header = ("indicator", "kind", "end", "before", "after")
    _print(console, "cohorts", counted, header, cohorts)


def _print(
    console: Console,
    what: str,
    counted: Mapping[str, int],
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
) -> None:
    """Print the first rows under their title, which says how many there are."""
    number = counted[what]
    shown = f", the first {MOST_SHOWN}" if number > MOST_SHOWN else ""
    console.print(f"{TITLES[what]} that would move: {number}{shown}")
    if not number:
        return
    table = Table(box=None, pad_edge=False)
    for name in header:
        numeric = name in {"before", "after", "change"}
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in islice(rows, MOST_SHOWN):
        table.add_row(*row)
    console.print(table, soft_wrap=False)


def _named(each: Mapping[str, Any]) -> str:
    return f"{each['applicant']} {each['name']['zh']}"


def _change(each: Mapping[str, float]) -> str:
    """Return the difference of two totals, which are decimals."""
    difference = Decimal(str(each["after"])) - Decimal(str(each["before"]))
    return f"{difference.normalize():+f}"


def _said(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.15g}"
