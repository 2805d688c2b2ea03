"""resolve: how experts' marks are combined, and what an adjudication replaces."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.framework import ADJUDICATOR, MeasureType, Panel
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import APPLICANT, EXPERT, SOURCE, Report, examples
from tests.scoring.test_resolve import settled


def marks(panel: Panel, *given: float) -> tuple[float, list[str]]:
    """Resolve the marks that experts have *given*."""
    return ruled(panel, given)


def ruled(panel: Panel, given: Sequence[float], *adjudicated: float) -> tuple[float, list[str]]:
    """Resolve the marks that experts have *given*, and those *adjudicated* after them."""
    judged = make.measure("A", type=MeasureType.MARK, reported_by=(EXPERT,), panel=panel)
    said = [Report(0, "A", mark, EXPERT) for mark in given]
    return settled(judged, *said, *(Report(0, "A", mark, ADJUDICATOR) for mark in adjudicated))


def test_marks_just_the_tolerance_apart_are_not_spread() -> None:
    judged = make.measure("A", type=MeasureType.MARK, panel=Panel(tolerance=20))
    marks = Report(0, "A", 12.2, EXPERT), Report(0, "A", 32.2, EXPERT)

    assert 32.2 - 12.2 > 20
    assert settled(judged, *marks)[1] == []


@pytest.mark.parametrize(
    ("panel", "given_marks", "combined"),
    [
        (Panel("mean"), (60, 80, 100, 90), 82.5),
        (Panel("median"), (60, 100, 90), 90.0),
        (Panel("median"), (60, 80, 100, 90), 85.0),
        (Panel("trimmed_mean"), (0, 80, 90, 100), 85.0),
        (Panel("trimmed_mean", trim=2, trim_from=5), (0, 1, 50, 99, 100), 50.0),
        (Panel("trimmed_mean", trim_from=4), (0, 80, 100), 60.0),
        (Panel("trimmed_mean", trim=2, trim_from=3), (0, 80, 100), 80.0),
        (Panel("trimmed_mean", trim=1, trim_from=1), (0, 80), 40.0),
    ],
)
def test_marks_are_combined(panel: Panel, given_marks: tuple[float, ...], combined: float) -> None:
    assert marks(panel, *given_marks) == (combined, [])


@pytest.mark.parametrize("combine", ["mean", "median", "trimmed_mean"])
@given(st.lists(st.floats(0, 100), min_size=2, max_size=12), st.randoms(use_true_random=False))
@examples(30)
def test_the_order_of_marks_never_matters(
    combine: str, given_marks: list[float], chance: Random
) -> None:
    """Not even in the last digit: 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1."""
    shuffled = given_marks.copy()
    chance.shuffle(shuffled)

    assert marks(Panel(combine), *given_marks) == marks(Panel(combine), *shuffled)


def test_a_unanimous_panel_says_what_everyone_says() -> None:
    """The plain mean of three times 0.1 is not 0.1 in floats."""
    assert marks(Panel("mean"), 0.1, 0.1, 0.1) == (0.1, [])


def test_fewer_marks_than_asked_for_count_as_missing() -> None:
    panel = Panel(at_least=3, tolerance=10)

    value, flags = marks(panel, 80, 85)
    assert np.isnan(value)
    assert flags == ["missing", "few_marks"]
    assert marks(panel, 80)[1] == ["missing", "few_marks"]
    assert marks(panel, 80, 85, 90) == (85.0, [])


def test_no_mark_at_all_is_just_missing() -> None:
    assert marks(Panel(at_least=3))[1] == ["missing"]


def test_a_wide_spread_of_marks_is_flagged() -> None:
    assert marks(Panel(tolerance=10), 80, 90) == (85.0, [])
    assert marks(Panel(tolerance=10), 80, 91) == (85.5, ["spread"])
    assert marks(Panel("trimmed_mean", tolerance=10), 0, 85, 100) == (85.0, ["spread"])


def test_a_panel_hears_experts_only() -> None:
    judged = make.measure("A", reported_by=(EXPERT, APPLICANT), panel=Panel())

    said = Report(0, "A", 60.0, EXPERT), Report(0, "A", 100.0, APPLICANT)
    assert settled(judged, *said) == (60.0, [])


def test_a_mark_revised_after_sight_is_flagged_and_counts_as_any_other() -> None:
    """Also where the marks are too few, or trimmed; an adjudication leaves nothing to remark."""

    def flagged(panel: Panel, *more: Report) -> tuple[float, list[str]]:
        judged = make.measure("A", type=MeasureType.MARK, reported_by=(EXPERT,), panel=panel)
        revised = Report(0, "A", 20, EXPERT, revised=True)
        return settled(judged, revised, Report(0, "A", 60, EXPERT), *more)

    assert flagged(Panel()) == (40.0, ["revised_after_sight"])
    assert flagged(Panel("median"), Report(0, "A", 60, EXPERT)) == (60.0, ["revised_after_sight"])
    few = ["missing", "few_marks", "revised_after_sight"]
    assert flagged(Panel(at_least=3))[1] == few
    assert flagged(Panel(), Report(0, "A", 70, ADJUDICATOR)) == (70.0, ["adjudicated"])


def test_an_adjudicated_mark_stands_in_place_of_a_panel_that_lies_apart() -> None:
    assert ruled(Panel(tolerance=10), (20, 90)) == (55.0, ["spread"])
    assert ruled(Panel(tolerance=10), (20, 90), 70) == (70.0, ["adjudicated"])


def test_an_adjudicated_mark_stands_in_place_of_marks_that_are_too_few() -> None:
    assert ruled(Panel(at_least=3), (20,), 70) == (70.0, ["adjudicated"])
    assert ruled(Panel(at_least=3), (), 70) == (70.0, ["adjudicated"])


def test_of_two_adjudicated_marks_the_last_recorded_counts() -> None:
    assert ruled(Panel(), (20, 90), 70, 60) == (60.0, ["adjudicated"])


def test_nobody_adjudicates_what_no_panel_marks() -> None:
    source, adjudicated = Report(0, "A", 7.0, SOURCE), Report(0, "A", 9.0, ADJUDICATOR)

    assert settled(make.measure("A", tolerance=0.0), source, adjudicated) == (7.0, [])
    assert settled(make.measure("A"), adjudicated)[1] == ["missing"]


MARKS = st.lists(st.floats(0, 100), max_size=8)


@given(MARKS, st.floats(0, 100), st.sampled_from(["mean", "median", "trimmed_mean"]))
@examples(40)
def test_an_adjudication_overrides_any_set_of_marks(
    given_marks: list[float], adjudicated: float, combine: str
) -> None:
    panel = Panel(combine, at_least=3, tolerance=5.0)

    assert ruled(panel, given_marks, adjudicated) == (adjudicated, ["adjudicated"])
