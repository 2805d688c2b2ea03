"""What is noticed about a submission that was taken."""

import dataclasses
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from shared.scoring.framework import Measure, MeasureType, Name, Plausible
from shared.submissions import remarks
from shared.submissions.plausibility import doubt
from shared.submissions.store import NewSubmission, Receipt
from tests.submissions.saying import DAY, said

TAKEN = Receipt("created", 1)


def codes(item: NewSubmission, receipt: Receipt = TAKEN, until: date = DAY) -> list[str]:
    """Return the codes of what is noticed, in a round with this reference date."""
    return [each.code for each in remarks.of_one(item, receipt, until)]


def test_nothing_is_noticed_about_an_ordinary_submission() -> None:
    assert codes(replace(said(5), is_quantity=True)) == []


@pytest.mark.parametrize(
    ("number", "before", "expected"),
    [
        (700, 70, ["tenfold"]),
        (699, 70, []),
        (70, 700, ["tenth"]),
        (-700, 70, ["tenfold"]),
        (1e308, 1e-300, ["tenfold"]),
        (700, 0, []),
        (0, 700, []),
        (700, None, []),
    ],
)
def test_ten_times_the_number_before_or_a_tenth_of_it_is_noticed(
    number: float, before: float | None, expected: list[str]
) -> None:
    item = replace(said(number), is_quantity=True)

    assert codes(item, replace(TAKEN, before=before)) == expected
    assert codes(said(number), replace(TAKEN, before=before)) == []
    assert codes(item, Receipt("unchanged", 1, before=before)) == []


def test_a_date_after_the_reference_date_and_who_takes_no_part_are_noticed() -> None:
    found = remarks.of_one(said(5), replace(TAKEN, entered=False), DAY - timedelta(1))

    assert [(each.pointer, each.code) for each in found] == [
        ("/as_of", "after-reference-date"),
        ("/applicant", "applicant-not-entered"),
    ]


@pytest.mark.parametrize("reason", remarks.REASONS)
def test_what_is_set_aside_says_so(reason: str) -> None:
    assert codes(said(5), replace(TAKEN, set_aside=reason)) == [reason]


def test_five_rows_of_one_measure_that_say_the_same_are_noticed() -> None:
    same = [said(5, applicant) for applicant in "ABCDE"]
    other = [said(at, applicant, "residents") for at, applicant in enumerate("ABCDE")]

    assert remarks.alike(same + other) == {same[0].measure}
    assert remarks.alike(same[:4]) == frozenset()
    assert remarks.alike([*same, said(6, "F")]) == frozenset()


@pytest.mark.parametrize(
    ("number", "expected"),
    [(9.9, "below-plausible"), (10, None), (20, None), (20.1, "above-plausible"), (None, None)],
)
def test_a_number_outside_of_what_is_plausible_is_doubted(
    number: float | None, expected: str | None
) -> None:
    plausible = Plausible(10, 20)
    measure = Measure("m", Name("m", "m"), "", MeasureType.NUMBER, (), plausible=plausible)

    assert doubt(measure, number) == expected
    assert doubt(dataclasses.replace(measure, plausible=Plausible()), number) is None
