"""docs/worked-example.md, worked again: by hand, by the domain, and over HTTP."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isqrt, nan
from typing import Any, Final

import numpy as np
import pytest

from shared.access import service as keys
from shared.core.errors import FrameworkInvalid
from shared.core.principal import Actor
from shared.database import Database
from shared.frameworks.yaml_document import parse
from shared.reference import framework_text
from shared.scoring.derive import derive
from shared.scoring.document.reader import read
from shared.scoring.flags import names
from shared.scoring.framework import ReporterKind
from shared.scoring.normalise import normalise
from shared.scoring.rank import rank
from shared.scoring.resolve import resolve
from shared.scoring.score import score
from tests.fixtures import frameworks as make
from tests.fixtures.by_hand import LATER, NOTHING, UNIT, WITHDRAWN, Line, Round, Said
from tests.fixtures.by_hand_tables import decimal, tables
from tests.fixtures.documents import ROOT, rows, section
from tests.fixtures.make import World, name
from tests.scoring import oracle
from tests.scoring.document.test_methods import scale

TEXT: Final = (ROOT / "docs" / "worked-example.md").read_text()
GUIDE: Final = read(parse(framework_text()))
WORKED: Final = "/rounds/worked"
SCALES: Final = "## The same column on other scales"


def coverage(round_: Round) -> list[Fraction | None]:
    """Give the column that the document sets on other scales: the counties' 5G coverage."""
    lines = [line for line in round_.lines if line.indicator == "INF-2"]
    return [line.value for line in lines if round_.kinds[line.applicant] == "county"]


def taken(values: Sequence[Fraction | None]) -> list[str]:
    """Write what scales take from a cohort; the deviation of this one is a fraction."""
    known = [each for each in values if each is not None]
    mean = sum(known, Fraction(0)) / len(known)
    variance = sum(((each - mean) ** 2 for each in known), Fraction(0)) / (len(known) - 1)
    numbers = (Fraction(len(known)), min(known), max(known), mean, Fraction(isqrt(int(variance))))
    assert numbers[-1] ** 2 == variance
    return [decimal(each) for each in numbers]


def check_round(text: str) -> None:
    """Hold every table that follows from what is reported against what follows from it."""
    for heading, expected in tables(Round(text)).items():
        assert rows(section(text, heading)) == expected


def check_scales(text: str) -> None:
    """Hold what the document shows of other scales against the second opinion."""
    numbers, *scales = rows(section(text, SCALES))
    values = coverage(Round(TEXT))
    assert numbers == taken(values)
    for written, *shares in scales:
        (only,) = scale(written.strip("`")).indicators
        exact = oracle.shares(only.normalisation, values)
        assert shares == [NOTHING if each is None else str(each) for each in exact], written


def test_every_number_follows_from_what_is_reported() -> None:
    check_round(TEXT)
    check_scales(TEXT)


@pytest.mark.parametrize(
    ("begin", "end", "check"),
    [
        ("## What is reported", "## What counts", check_round),
        ("## Rules", "## Lines", check_round),
        (SCALES, None, check_scales),
    ],
)
def test_no_number_can_be_changed_alone(
    begin: str, end: str | None, check: Callable[[str], None]
) -> None:
    """Dates left out. All other tables are compared word by word, so it is these that could."""
    start, stop = TEXT.index(begin), TEXT.index(end) if end else len(TEXT)
    numbers = [
        number.span()
        for row in re.compile(r"^\|.*\|$", re.MULTILINE).finditer(TEXT, start, stop)
        for number in re.compile(r"(?<![\d-])\d+(?![\d-])").finditer(TEXT, *row.span())
    ]
    assert len(numbers) > 40

    for first, last in numbers:
        changed = f"{int(TEXT[first:last]) + 1:0{last - first}}"
        with pytest.raises((AssertionError, FrameworkInvalid, KeyError, ValueError)):
            check(TEXT[:first] + changed + TEXT[last:])


def test_the_domain_arrives_at_the_same() -> None:
    """As the store does, evidence leaves out what is withdrawn and what is too late."""
    round_ = Round(TEXT)
    applicants, kinds = list(round_.kinds), list(round_.kinds.values())
    left_out = [each.said for each in round_.set_aside if each.why in {WITHDRAWN, LATER}]
    said = make.reports(
        *(
            make.Report(
                applicants.index(each.applicant),
                each.measure,
                float(each.number),
                ReporterKind(each.kind),
                each.as_of.toordinal(),
            )
            for each in round_.said
            if each not in left_out and each.value is not None
        )
    )
    cohort = np.array([sorted(set(kinds)).index(kind) for kind in kinds])

    resolved = resolve(GUIDE, make.evidence(GUIDE, said), len(applicants))
    derived = derive(GUIDE, resolved)
    sheet = score(GUIDE, derived.values, derived.flags, cohort)
    ranks = rank(sheet.totals, cohort, sheet.blocked)

    codes = [each.code for each in GUIDE.indicators]
    for line in round_.lines:
        at = applicants.index(line.applicant), codes.index(line.indicator)
        parameters = sheet.parameters[cohort[at[0]]]
        assert sheet.units[at] == line.units
        assert names(int(sheet.flags[at])) == list(line.flags)
        for number, exact in ((sheet.values[at], line.value), (sheet.shares[at], line.share)):
            assert number == pytest.approx(exact_or_nan(exact), rel=1e-15, nan_ok=True)
        if line.indicator in parameters:
            assert parameters[line.indicator]["best"] == line.against
    for row, (applicant, place) in enumerate(round_.places.items()):
        covered = Fraction(*round_.coverage(applicant))
        assert sheet.totals[row] == place.total
        assert sheet.dimensions[row].tolist() == list(round_.dimensions[applicant].values())
        assert sheet.coverage[row] == float(covered)
        assert (ranks.rank[row], ranks.tied[row]) == (place.rank, place.tied)
        assert (ranks.percentile[row], ranks.index[row]) == (
            float(place.percentile),
            float(place.index),
        )


def test_the_scales_arrive_at_the_same() -> None:
    _, *scales = rows(section(TEXT, SCALES))
    values = np.array([[exact_or_nan(each)] for each in coverage(Round(TEXT))])

    for written, *shares in scales:
        found = normalise(scale(written.strip("`")), values, np.zeros(len(values), np.int64))
        exact = [nan if each == NOTHING else float(Fraction(each)) for each in shares]
        assert found.shares[:, 0].tolist() == pytest.approx(exact, rel=1e-15, nan_ok=True), written


def exact_or_nan(exact: Fraction | None) -> float:
    """Give the float nearest to a fraction, NaN for a missing one."""
    return nan if exact is None else float(exact)


def corrections(items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Part *items* into batches that follow each other: none says two things of the same."""
    batches: list[list[dict[str, Any]]] = []
    said = Counter[tuple[str, ...]]()
    for each in items:
        key = each["applicant"], each["measure"], each["as_of"]
        batches += [[]] * (said[key] == len(batches))
        batches[said[key]] = [*batches[said[key]], each]
        said[key] += 1
    return batches


async def test_the_service_arrives_at_the_same(world: World, owner: Database) -> None:
    """Over HTTP: everything that the document says is reported, by whom it says."""
    round_ = Round(TEXT)
    await begin(world, owner, round_)
    for reporter in {each.reporter: None for each in round_.said}:
        for items in corrections([item(each) for each in round_.said if each.reporter == reporter]):
            path, body = f"{WORKED}/submissions/batch", {"items": items}
            answer = await world.call(reporter, "POST", path, body)
            assert answer.json()["outcome"] == "all_committed", answer.text

    await world.recompute()

    for applicant, place in round_.places.items():
        card = (await world.call("auditor", "GET", f"{WORKED}/scores/{applicant}")).json()
        lines = [line for line in round_.lines if line.applicant == applicant]
        for found, line in zip(card["lines"], lines, strict=True):
            del found["name"]
            assert found == published(line)
        assert card["state"] == "current"
        assert card == card | {
            "total": place.total / UNIT,
            "rank": place.rank,
            "tied": place.tied,
            "cohort_size": len(place.others),
            "percentile": float(place.percentile),
            "index": float(place.index),
            "overall_rank": place.overall,
            "overall_size": len(place.everybody),
            "coverage": float(Fraction(*round_.coverage(applicant))),
        }
        sums = {each["code"]: round(each["points"] * UNIT) for each in card["dimensions"]}
        assert sums == round_.dimensions[applicant]


async def begin(world: World, owner: Database, round_: Round) -> None:
    """Register what the document takes for granted, and open its round."""
    async with owner.session() as session:
        for reporter in sorted({each.reporter for each in round_.said} - set(world.headers)):
            key = await keys.create(session, Actor("tests", "tests"), reporter, "expert")
            world.headers[reporter] = {"Authorization": f"Bearer {key}"}
    await world.call("admin", "POST", "/frameworks", parse(framework_text()))
    body: dict[str, Any] = {
        "code": "worked",
        "framework": {"code": GUIDE.code, "version": GUIDE.version},
        "title": name("worked"),
        "reference_date": round_.reference_date.isoformat(),
    }
    await world.call("admin", "POST", "/rounds", body)
    for code, kind in round_.kinds.items():
        body = {"code": code, "kind": kind, "name": name(code), "division": None}
        await world.call("admin", "POST", "/applicants", body)
        await world.call("portal", "PUT", f"{WORKED}/entries/{code}")
    await world.call("admin", "POST", f"{WORKED}/transitions", {"to": "open", "reason": "test"})


def item(said: Said) -> dict[str, Any]:
    """Return a row of a batch."""
    status = "withdrawn" if said.value is None else "reported"
    return {
        "applicant": said.applicant,
        "measure": said.measure,
        "value": said.value,
        "as_of": said.as_of.isoformat(),
        "status": status,
    }


def published(line: Line) -> dict[str, Any]:
    """Return the line as it is published, each value and share to the last digit but one."""
    value, share = (
        None if each is None else pytest.approx(float(each), rel=2e-16)
        for each in (line.value, line.share)
    )
    return {
        "indicator": line.indicator,
        "value": value,
        "share": share,
        "points": line.units / UNIT,
        "full": line.full,
        "missing": line.missing,
        "flags": list(line.flags),
    }
