"""resolve: whose value counts; marks and their panels are in test_resolve_panel.py."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.flags import Flag, names
from shared.scoring.framework import KINDS, Framework, Measure, MeasureType, Panel
from shared.scoring.resolve import resolve
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import APPLICANT, EXPERT, SOURCE, Report, examples
from tests.scoring import oracle


def settled(measure: Measure, *said: Report) -> tuple[float, list[str]]:
    """Resolve what was *said* of one applicant and *measure*."""
    framework = make.framework([make.indicator(measure.code)], measures=[measure])
    result = resolve(framework, make.evidence(framework, make.reports(*said)), 1)
    return result.values[0, 0], names(int(result.flags[0, 0]))


def test_the_later_date_counts_whenever_it_was_recorded() -> None:
    later, earlier = Report(0, "A", 7.0, as_of=31), Report(0, "A", 5.0, as_of=30)

    assert settled(make.measure("A"), later, earlier) == (7.0, [])


def test_of_one_date_the_last_recorded_counts() -> None:
    first, second = Report(0, "A", 7.0, as_of=30), Report(0, "A", 5.0, as_of=30)

    assert settled(make.measure("A"), first, second) == (5.0, [])


def test_the_first_kind_listed_outranks_later_news_from_another() -> None:
    source = Report(0, "A", 7.0, SOURCE, as_of=1)
    applicant = Report(0, "A", 9.0, APPLICANT, as_of=2)

    assert settled(make.measure("A"), source, applicant) == (7.0, [])
    reversed_order = make.measure("A", reported_by=(APPLICANT, SOURCE))
    assert settled(reversed_order, source, applicant) == (9.0, [])


def test_who_is_alone_counts_whatever_its_kind() -> None:
    assert settled(make.measure("A"), Report(0, "A", 9.0, APPLICANT)) == (9.0, [])


def test_a_kind_that_is_not_admitted_is_ignored() -> None:
    only_source = make.measure("A", reported_by=(SOURCE,), tolerance=0.0)
    source, applicant = Report(0, "A", 7.0, SOURCE), Report(0, "A", 9.0, APPLICANT)

    assert settled(only_source, source, applicant) == (7.0, [])
    assert settled(only_source, applicant)[1] == ["missing"]


@pytest.mark.parametrize(
    ("tolerance", "other", "flags"),
    [
        (0.25, 100.0, []),
        (0.25, 125.0, []),
        (0.25, 75.0, []),
        (0.25, 125.5, ["discrepancy"]),
        (0.25, 74.5, ["discrepancy"]),
        (0.0, 100.5, ["discrepancy"]),
        (None, 1e9, []),
    ],
)
def test_a_difference_beyond_the_tolerance_is_flagged(
    tolerance: float | None, other: float, flags: list[str]
) -> None:
    measure = make.measure("A", tolerance=tolerance)
    said = Report(0, "A", 100.0, SOURCE), Report(0, "A", other, APPLICANT)

    assert settled(measure, *said) == (100.0, flags)


@pytest.mark.parametrize(("counts", "other", "tolerance"), [(0.7, 0.77, 0.1), (180.0, 243.0, 0.35)])
def test_a_difference_of_just_the_tolerance_is_none_though_binary_adds_a_trace(
    counts: float, other: float, tolerance: float
) -> None:
    measure = make.measure("A", tolerance=tolerance)
    said = Report(0, "A", counts), Report(0, "A", other, APPLICANT)

    assert abs(other - counts) > tolerance * counts
    assert settled(measure, *said) == (counts, [])


def test_what_a_kind_has_corrected_is_no_discrepancy() -> None:
    """Only the other kind's current value is compared."""
    measure = make.measure("A", tolerance=0.05)
    said = (
        Report(0, "A", 100.0, SOURCE),
        Report(0, "A", 500.0, APPLICANT),
        Report(0, "A", 100.0, APPLICANT),
    )

    assert settled(measure, *said) == (100.0, [])


def test_beside_a_zero_any_other_value_is_a_discrepancy() -> None:
    measure = make.measure("A", tolerance=0.05)
    said = Report(0, "A", 0.0, SOURCE), Report(0, "A", 1.0, APPLICANT)

    assert settled(measure, *said) == (0.0, ["discrepancy"])


def test_any_other_category_is_a_discrepancy() -> None:
    """The positions of categories are names, not quantities of which a share could differ."""
    measure = make.measure("A", type=MeasureType.CATEGORY, codes=tuple("ABC"), tolerance=0.9)
    said = Report(0, "A", 2.0, SOURCE), Report(0, "A", 1.0, APPLICANT)

    assert settled(measure, *said) == (2.0, ["discrepancy"])


def test_values_further_apart_than_a_float_holds_are_a_discrepancy() -> None:
    measure = make.measure("A", tolerance=0.05)
    said = Report(0, "A", 1.7e308, SOURCE), Report(0, "A", -1.7e308, APPLICANT)

    assert settled(measure, *said) == (1.7e308, ["discrepancy"])


def test_without_evidence_everything_is_missing() -> None:
    framework = make.framework([make.indicator("A"), make.indicator("B")])

    result = resolve(framework, make.evidence(framework, []), 3)

    assert np.isnan(result.values).all()
    assert result.values.shape == (3, 2)
    assert (result.flags == Flag.MISSING).all()


PANELS = [
    None,
    Panel("mean", at_least=2, tolerance=4.0),
    Panel("median"),
    Panel("trimmed_mean", at_least=2, trim=2, trim_from=5),
]
MEASURES = [
    make.measure(
        f"M{number}",
        reported_by=order,
        panel=panel,
        tolerance=tolerance,
        type=MeasureType.NUMBER if number % 2 else MeasureType.FLAG,
    )
    for number, (order, panel, tolerance) in enumerate(
        (order, panel, tolerance)
        for order in [(SOURCE, APPLICANT, EXPERT), (APPLICANT, SOURCE), (EXPERT,)]
        for panel in PANELS
        for tolerance in (None, 0.0, 0.25)
    )
]
MARKS = {(each.code, EXPERT) for each in MEASURES if each.panel}
REPORTS = st.builds(
    Report,
    applicant=st.integers(0, 3),
    measure=st.sampled_from([each.code for each in MEASURES]),
    value=st.integers(-8, 8).map(float),
    kind=st.sampled_from(KINDS),
    as_of=st.integers(0, 2),
    revised=st.booleans(),
).map(lambda row: replace(row, revised=row.revised and (row.measure, row.kind) in MARKS))
FRAMEWORK: Framework = make.framework(
    [make.indicator(each.code) for each in MEASURES], measures=MEASURES
)


@given(st.lists(REPORTS, max_size=200))
@examples(40)
def test_resolve_agrees_with_the_second_opinion(said: list[Report]) -> None:
    said = make.reports(*said)

    result = resolve(FRAMEWORK, make.evidence(FRAMEWORK, said), 4)

    for applicant in range(4):
        for at, measure in enumerate(MEASURES):
            rows = [
                row for row in said if row.applicant == applicant and row.measure == measure.code
            ]
            value, flags = oracle.resolve(measure, rows)
            assert set(names(int(result.flags[applicant, at]))) == flags
            expected = np.nan if value is None else float(value)
            np.testing.assert_array_equal(result.values[applicant, at], expected)


@given(st.lists(REPORTS, max_size=60), st.randoms(use_true_random=False))
@examples(20)
def test_the_order_in_which_reports_are_read_never_matters(
    said: list[Report], chance: Random
) -> None:
    """A database promises no order."""
    said = make.reports(*said)
    shuffled = chance.sample(said, len(said))

    one, other = (
        resolve(FRAMEWORK, make.evidence(FRAMEWORK, rows), 4) for rows in (said, shuffled)
    )

    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.flags, other.flags)
