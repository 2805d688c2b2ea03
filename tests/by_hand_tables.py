"""Writing the tables of docs/worked-example.md from its round worked by hand."""

from fractions import Fraction
from math import floor

from tests.by_hand import NOTHING, UNIT, Aside, Line, Place, Round, Rows


def tables(round_: Round) -> dict[str, Rows]:
    """Write the tables that follow from what is reported, by their headings."""
    by_dimension: dict[str, Rows] = {}
    for line in round_.lines:
        by_dimension.setdefault(f"### {line.dimension}", []).append(line_cells(line))
    return {
        "## What counts": [aside_cells(each) for each in round_.set_aside],
        **by_dimension,
        "## Totals": [total_cells(round_, each) for each in round_.kinds],
        "## Places": [place_cells(each, place) for each, place in round_.places.items()],
    }


def aside_cells(aside: Aside) -> list[str]:
    """Write what does not count."""
    said, counts = aside.said, aside.counts
    apart = f"{decimal(100 * aside.apart)} %" if aside.apart else NOTHING
    return [said.measure, said.applicant, said.text, said.kind, said.as_of.isoformat(), aside.why,
            counts.text if counts else NOTHING, apart]  # fmt: skip


def line_cells(line: Line) -> list[str]:
    """Write a line."""
    value, share = line.value, line.share
    return [
        line.indicator,
        line.applicant,
        NOTHING if value is None else equation(line.working, value),
        decimal(line.against),
        NOTHING if share is None else equation(str(share), share),
        decimal(line.points),
        points(line.units),
        ", ".join(line.flags) or NOTHING,
    ]


def total_cells(round_: Round, applicant: str) -> list[str]:
    """Write an applicant's dimensions, total and coverage."""
    covered, whole = round_.coverage(applicant)
    sums = [points(units) for units in round_.dimensions[applicant].values()]
    share = equation(f"{covered} / {whole}", Fraction(covered, whole))
    return [applicant, *sums, points(round_.places[applicant].total), share]


def place_cells(applicant: str, place: Place) -> list[str]:
    """Write a place among its kind, and among all."""
    size = len(place.others)
    percentile, index = decimal(place.percentile), decimal(place.index)
    if size > 1:
        own, least, greatest = map(points, (place.total, min(place.others), max(place.others)))
        percentile = f"100 × ({place.below} + {place.tied - 1} / 2) / {size - 1} = {percentile}"
        index = f"100 × ({own} − {least}) / ({greatest} − {least}) = {index}"
    return [
        applicant,
        f"{place.rank} of {size}",
        str(place.tied),
        percentile,
        index,
        f"{place.overall} of {len(place.everybody)}",
    ]


def equation(working: str, value: Fraction) -> str:
    """Write a working and what it comes to, once if they are the same."""
    result = decimal(value)
    return result if working == result else f"{working} = {result}"


def decimal(value: Fraction) -> str:
    """Write a value in full, or its first six decimals and that there are more."""
    millionths = floor(value * 10**6)
    digits = f"{millionths // 10**6}.{millionths % 10**6:06}"
    return digits.rstrip("0").rstrip(".") if millionths == value * 10**6 else f"{digits}…"


def points(units: int) -> str:
    """Write units of the last decimal as points."""
    return f"{units // UNIT}.{units % UNIT:04}"
