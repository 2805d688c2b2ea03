"""score: the whole way from evidence to ranks, by hand and by the second opinion."""

import json
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.derive import derive
from shared.scoring.flags import EVIDENCE, Flag, names
from shared.scoring.framework import (
    Derivation,
    Direction,
    Framework,
    MeasureType,
    Missing,
    Normalisation,
    Panel,
    ReporterKind,
)
from shared.scoring.rank import Ranks, rank
from shared.scoring.resolve import resolve
from shared.scoring.score import Sheet, score
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import APPLICANT, EXPERT, SOURCE, Report, examples
from tests.scoring import oracle

FRAMEWORK = make.framework(
    [
        make.indicator("stations", Normalisation("best"), full=60_000),
        make.indicator(
            "coverage",
            Normalisation("min_max", base=0.2),
            full=60_000,
            derivation=Derivation("ratio", (("stations", 1.0),), "residents", per=10_000.0),
            missing=Missing.SKIP,
        ),
        make.indicator(
            "platforms",
            Normalisation("percent_rank"),
            full=50_000,
            derivation=make.total(cap=9.0, national=2.0, provincial=1.0),
            missing=Missing.SKIP,
        ),
    ],
    [
        make.indicator("policy", Normalisation("target", target=100.0, step=5.0), full=50_000),
        make.indicator(
            "incidents",
            Normalisation("z_score", Direction.LOWER, within=2.0),
            full=33_333,
            missing=Missing.BLOCK,
        ),
    ],
    measures=[
        make.measure("stations", type=MeasureType.COUNT, tolerance=0.25),
        make.measure("residents", reported_by=(SOURCE,)),
        make.measure(
            "policy",
            type=MeasureType.MARK,
            reported_by=(EXPERT,),
            panel=Panel("median", at_least=2, tolerance=20.0),
        ),
    ],
)


def scored(
    framework: Framework, said: Sequence[Report], cohort: Sequence[int]
) -> tuple[Sheet, Ranks]:
    """Go the whole way with what was *said* of the applicants in *cohort*."""
    cohorts = np.array(cohort, dtype=np.int64)
    resolved = resolve(framework, make.evidence(framework, said), len(cohort))
    derived = derive(framework, resolved)
    sheet = score(framework, derived.values, derived.flags, cohorts)
    return sheet, rank(sheet.totals, cohorts, sheet.blocked)


def test_two_applicants_scored_by_hand() -> None:
    said = make.reports(
        Report(0, "stations", 100.0),
        Report(0, "stations", 200.0, APPLICANT),
        Report(0, "residents", 50_000.0),
        Report(0, "national", 1.0),
        Report(0, "policy", 60.0, EXPERT),
        Report(0, "policy", 84.0, EXPERT),
        Report(0, "incidents", 4.0),
        Report(1, "stations", 200.0),
        Report(1, "residents", 0.0),
        Report(1, "national", 4.0),
        Report(1, "provincial", 2.0),
        Report(1, "policy", 100.0, EXPERT),
        Report(1, "incidents", 0.0),
    )

    sheet, ranks = scored(FRAMEWORK, said, [0, 0])

    np.testing.assert_array_equal(
        sheet.values, [[100.0, 20.0, 2.0, 72.0, 4.0], [200.0, np.nan, 9.0, np.nan, 0.0]]
    )
    half_deviation = 1 / np.sqrt(2) / 4  # z of two is ±1/√2, and 2 · within is 4
    np.testing.assert_allclose(
        sheet.shares,
        [
            [0.5, 1.0, 0.0, 0.7, 0.5 - half_deviation],
            [1.0, np.nan, 1.0, np.nan, 0.5 + half_deviation],
        ],
        rtol=1e-15,
    )
    assert sheet.units.tolist() == [
        [30_000, 60_000, 0, 35_000, 10_774],
        [92_727, 0, 77_273, 0, 22_559],
    ]
    assert sheet.dimensions.tolist() == [[90_000, 45_774], [170_000, 22_559]]
    assert sheet.totals.tolist() == [135_774, 192_559]
    assert [[names(line) for line in row] for row in sheet.flags.tolist()] == [
        [["discrepancy"], ["discrepancy", "flat"], ["partial"], ["spread"], []],
        [
            ["reweighted"],
            ["missing", "zero_denominator"],
            ["capped", "reweighted"],
            ["missing", "few_marks"],
            [],
        ],
    ]
    assert sheet.coverage.tolist() == [1.0, (60_000 + 50_000 + 33_333) / 253_333]
    assert sheet.blocked.tolist() == [False, False]
    assert ranks.rank.tolist() == [2, 1]
    assert sheet.parameters[0]["coverage"] == {"n": 1, "worst": 20.0, "best": 20.0}


def test_who_reports_nothing_at_all_is_on_the_sheet() -> None:
    sheet, ranks = scored(FRAMEWORK, [], [0])

    assert sheet.totals.tolist() == [0]
    assert sheet.coverage.tolist() == [0.0]
    assert sheet.blocked.tolist() == [True]
    assert ranks.rank.tolist() == [0]
    assert (sheet.flags & Flag.MISSING).all()


def test_a_round_without_applicants_is_no_error() -> None:
    sheet, ranks = scored(FRAMEWORK, [], [])

    assert sheet.units.shape == (0, 5)
    assert sheet.dimensions.shape == (0, 2)
    assert sheet.parameters == []
    assert ranks.rank.tolist() == []


def test_flags_have_names_in_bit_order() -> None:
    assert names(0) == []
    assert names(Flag.BLOCKS | Flag.MISSING) == ["missing", "blocks"]
    assert names(sum(Flag)) == [flag.name.lower() for flag in Flag if flag.name]


def test_flags_of_the_evidence_are_told_from_those_of_the_cohort() -> None:
    """What a run keeps of the one kind, it must not carry over of the other."""
    assert [flag for flag in Flag if flag & EVIDENCE] == [flag for flag in Flag if flag < Flag.FLAT]
    assert max(Flag) <= np.iinfo(np.int32).max


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[Report], list[int]]:
    """Draw what was said in a round of up to twelve applicants in up to two cohorts."""
    cohort = draw(st.lists(st.integers(0, 1), min_size=1, max_size=12))
    report = st.builds(
        Report,
        applicant=st.integers(0, len(cohort) - 1),
        measure=st.sampled_from(FRAMEWORK.measure_codes),
        value=st.integers(0, 100).map(float),
        kind=st.sampled_from(ReporterKind),
        as_of=st.integers(0, 1),
    )
    return make.reports(*draw(st.lists(report, max_size=150))), cohort


@given(rounds())
@examples(60)
def test_the_whole_way_agrees_with_the_second_opinion(
    drawn: tuple[list[Report], list[int]],
) -> None:
    """Units exactly, unless a trace is missing to where rounding turns."""
    said, cohort = drawn
    sheet, ranks = scored(FRAMEWORK, said, cohort)

    values = [oracle_values(said, applicant) for applicant in range(len(cohort))]
    for number in set(cohort):
        members = [at for at, each in enumerate(cohort) if each == number]
        columns = [
            oracle.shares(indicator.normalisation, [values[at][column] for at in members])
            for column, indicator in enumerate(FRAMEWORK.indicators)
        ]
        for at, shares in zip(members, zip(*columns, strict=True), strict=True):
            for column, line in enumerate(oracle.points(FRAMEWORK, shares)):
                assert line.on_the_edge or sheet.units[at, column] == line.units
                assert sheet.full[at, column] == line.full

    places = oracle.rank(sheet.totals.tolist(), cohort, sheet.blocked.tolist())
    assert ranks.rank.tolist() == [place.rank for place in places]
    json.dumps(sheet.parameters, allow_nan=False)


def oracle_values(said: Sequence[Report], applicant: int) -> list[oracle.Number]:
    """Give one applicant's raw values by the second opinion."""
    measured = {
        code: oracle.resolve(
            measure, [row for row in said if (row.applicant, row.measure) == (applicant, code)]
        )[0]
        for code, measure in FRAMEWORK.measures.items()
    }
    return [oracle.derive(each.derivation, measured) for each in FRAMEWORK.indicators]
