"""Every score of an archive's run, computed again from what its runs took in."""

from collections.abc import Iterator
from math import nan
from typing import Any

from pilotzone_verify import reading
from pilotzone_verify.archive import Archive
from pilotzone_verify.leaves import double, from_double
from pilotzone_verify.outcome import Disproved, Unusable
from pilotzone_verify.scoring import points, resolving, rules, scales
from pilotzone_verify.scoring.points import Score

Json = dict[str, Any]


def check_scores(archive: Archive) -> list[str]:
    """Compute all scores and ranks of the archive's run again. Raises: Disproved, Unusable."""
    try:
        read = rules.read(archive.framework)
        places = [line["place"] for line in archive.places]
        scores = _scores(read, archive, places)
        _compare(read, archive, scores)
        _compare_ranks(archive, places, scores)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Unusable(f"the archive cannot be scored: {type(error).__name__}: {error}") from None
    units = sum(len(each.units) for each in scores)
    return [
        f"run {archive.run}: {len(scores)} scores of {units} lines computed again, all the same"
    ]


def _scores(read: rules.Rules, archive: Archive, places: list[Json]) -> list[Score]:
    said: dict[str, list[Json]] = {}
    for run, records in archive.submissions.items():
        if run <= archive.run:
            for record, _ in records:
                said.setdefault(record["applicant"], []).append(_with_number(record))
    reference_date = reading.text(archive.head, "reference_date")
    values = [
        resolving.raw_values(read, said.get(each["applicant"], ()), reference_date)
        for each in places
    ]
    shares: list[list[float | None]] = [[None] * len(read.indicators) for _ in places]
    for members in _cohorts(places):
        for column, indicator in enumerate(read.indicators):
            raw = [values[at][column] for at in members]
            for at, share in zip(
                members, scales.shares(indicator, read.measures, raw), strict=True
            ):
                shares[at][column] = share
    return [points.score(read, *each) for each in zip(values, shares, strict=True)]


def _with_number(record: Json) -> Json:
    written = record["number"]
    return {**record, "number": None if written is None else from_double(written)}


def _cohorts(places: list[Json]) -> Iterator[list[int]]:
    kinds: dict[str, list[int]] = {}
    for at, place in enumerate(places):
        kinds.setdefault(place["kind"], []).append(at)
    yield from kinds.values()


def _compare(read: rules.Rules, archive: Archive, scores: list[Score]) -> None:
    """Compare what is an applicant's own first, of all: shares depend on the values of others."""
    pairs = list(zip(archive.places, scores, strict=True))
    for at, (line, computed) in enumerate(pairs):
        differs = _difference(line, computed, "values", archive.where("place", at))
        if differs is not None:
            column, said = differs
            raise Disproved(said + _source(read, archive, line["place"]["applicant"], column))
    for at, (line, computed) in enumerate(pairs):
        differs = _difference(line, computed, "shares", archive.where("place", at))
        if differs is not None:
            raise Disproved(differs[1])
    for at, (line, computed) in enumerate(pairs):
        _compare_points(line, computed, archive.where("place", at))


def _difference(line: Json, computed: Score, name: str, where: str) -> tuple[int, str] | None:
    """Return the first indicator of which the column *name* differs, and how; None if none does."""
    stated, again = line["scorecard"][name], getattr(computed, name)
    for at, (one, other) in enumerate(zip(_bits(stated), _bits(again), strict=True)):
        if one != other:
            who = f"the score of {line['place']['applicant']}{where}"
            return at, f"{who}: {name}[{at}] is {stated[at]}, computed {again[at]}"
    return None


def _source(read: rules.Rules, archive: Archive, applicant: str, column: int) -> str:
    """Say from which submissions, and on which lines, an indicator's raw value is computed."""
    indicator = read.indicators[column]
    measures = set(_texts(indicator.derive))
    found = [
        f"{record['id']} (line {line})"
        for run, records in archive.submissions.items()
        for (record, _), line in zip(records, archive.submission_lines[run], strict=True)
        if record["applicant"] == applicant and record["measure"] in measures
    ]
    return f", of {indicator.code}, from submission {', '.join(found) or 'none'}"


def _texts(node: Any) -> Iterator[str]:
    """Yield all texts and names in a part of a framework: codes of measures are among them."""
    match node:
        case str():
            yield node
        case dict():
            for name, each in node.items():
                yield name
                yield from _texts(each)


def _compare_points(line: Json, computed: Score, where: str) -> None:
    place, card = line["place"], line["scorecard"]
    who = f"the score of {place['applicant']}{where}"
    if card["units"] != computed.units:
        raise Disproved(f"{who}: units are {card['units']}, computed {computed.units}")
    if (place["total"], place["blocked"]) != (computed.total, computed.blocked):
        raise Disproved(f"{who}: the total is {place['total']}, computed {computed.total}")


def _bits(column: list[float | None]) -> list[str]:
    return [double(nan if each is None else float(each) + 0.0) for each in column]


def _compare_ranks(archive: Archive, places: list[Json], scores: list[Score]) -> None:
    totals = [each.total for each in scores]
    barred = [each.blocked for each in scores]
    kinds = [each["kind"] for each in places]
    own = points.ranks(totals, kinds, barred)
    overall = points.ranks(totals, [""] * len(places), barred)
    for line, (place, within, among) in enumerate(zip(places, own, overall, strict=True)):
        stated = place["rank"], place["tied"], place["overall_rank"], place["overall_tied"]
        if stated != (*within, *among):
            who = f"{place['applicant']}{archive.where('place', line)}"
            raise Disproved(f"the rank of {who} is {place['rank']}, computed {within[0]}")
