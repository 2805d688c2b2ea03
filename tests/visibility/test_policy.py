"""Who sees what, when: the whole of the policy as a table."""

from uuid import UUID

import pytest

from shared.core.principal import Principal, Role
from shared.scoring.document.reader import read
from shared.visibility.policy import (
    ALONE,
    NOTHING,
    WHOLE,
    OwnMarks,
    View,
    rests_on_marks_of_others,
    view_of,
)
from tests.fixtures.make import MARK, framework

SALT = UUID(int=7)


def reader(role: Role) -> Principal:
    """Return somebody of this role without limits."""
    return Principal(1, "reader", role, applicants=None, measures=None)


EXPERTS = [
    ("draft", OwnMarks.OUTSTANDING, WHOLE),
    ("open", OwnMarks.OUTSTANDING, NOTHING),
    ("open", OwnMarks.APPLICANT, ALONE),
    ("open", OwnMarks.EVERYBODY, WHOLE),
    ("closed", OwnMarks.OUTSTANDING, WHOLE),
    ("closed", OwnMarks.APPLICANT, WHOLE),
]


@pytest.mark.parametrize(("state", "own", "seen"), EXPERTS)
def test_an_expert_sees_as_far_as_it_has_marked_or_the_round_is_closed(
    state: str, own: OwnMarks, seen: View
) -> None:
    assert view_of(reader(Role.EXPERT), state, own) == seen


@pytest.mark.parametrize("role", [role for role in Role if role != Role.EXPERT])
@pytest.mark.parametrize("state", ["draft", "open", "closed"])
@pytest.mark.parametrize("own", list(OwnMarks))
def test_who_gives_no_marks_sees_all(role: Role, state: str, own: OwnMarks) -> None:
    assert view_of(reader(role), state, own) == WHOLE


def test_a_line_rests_on_others_marks_where_its_scale_is_a_cohort_of_marks() -> None:
    document = framework()
    fixed = rests_on_marks_of_others(read(document))
    assert not any(fixed)

    categories = document["dimensions"][-1]["categories"]
    for each in (one for category in categories for one in category["indicators"]):
        if each["derive"] == {"value": MARK}:
            each["normalise"] = {"min_max": {}}
    found = read(document)
    hidden = rests_on_marks_of_others(found)
    assert [
        found.indicators[at].derivation.measures for at, hides in enumerate(hidden) if hides
    ] == [(MARK,)]
