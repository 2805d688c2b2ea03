"""What stands once more was said: the short way against the long one."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runs import statements
from shared.runs.statements import Kept, Statements, follow

APPLICANTS, MEASURES, REPORTERS = 3, 2, (1, 2**40)
PANELS = np.zeros(0, np.int64)

words = st.tuples(
    st.integers(0, APPLICANTS - 1),
    st.integers(0, MEASURES - 1),
    st.sampled_from(REPORTERS),
    st.integers(-1, 2),
    st.integers(1, 3),
    st.sampled_from([0.0, 1.0, 2.0, np.nan]),
)
said = st.lists(words, unique_by=lambda word: word[:5])


def columns(rows: list[tuple[int, int, int, int, int, float]], first: int) -> Statements:
    """Return *rows* as statements, numbered from *first* on."""
    found = np.array(rows, float).reshape(-1, 6).T
    small = {at: found[at].astype(np.int32) for at in (0, 1, 3, 4)}
    return Statements(
        applicant=small[0],
        measure=small[1],
        kind=np.zeros(len(rows), np.int32),
        as_of=small[3],
        revision=small[4],
        reporter=found[2].astype(np.int64),
        id=np.arange(first, first + len(rows)),
        value=found[5],
        revised=np.zeros(len(rows), np.bool_),
    )


def in_order(kept: Kept) -> list[tuple[float, ...]]:
    """Return whom it holds and what stands of them, by id."""
    stands = kept.statements.take(np.flatnonzero(kept.holds[kept.statements.applicant]))
    rows = zip(*(column.tolist() for column in vars(stands).values()), strict=True)
    return [tuple(kept.holds.tolist()), *sorted(rows, key=lambda row: row[6])]


@given(before=said, more=said, again=st.booleans())
def test_what_renews_a_word_comes_to_what_all_words_come_to(
    before: list[tuple[int, int, int, int, int, float]],
    more: list[tuple[int, int, int, int, int, float]],
    *,
    again: bool,
) -> None:
    """Also where all that stands is said again, or some of it: in a later revision each."""
    none = np.ones(APPLICANTS, np.bool_)
    nothing = Kept((1, date(2026, 6, 30)), none, columns([], 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statements, "_renewed", lambda *_: None)
        kept = follow(nothing, columns([each for each in before if each[4] == 1], 1), PANELS)
        kept = Kept(kept.rules, none, kept.statements)
        stood = kept.statements
        new = columns([each for each in more if each[4] > 1], 100)
        if again:
            new = stood.take(np.arange(len(stood))[:: 1 + len(more) % 2]).beside(columns([], 1))
            changes = {"revision": new.revision + 1, "id": new.id + 100, "value": new.value + 1}
            new = Statements(**(vars(new) | changes))
        whole = follow(kept, new, PANELS)
    short = follow(kept, new, PANELS)

    assert in_order(short) == in_order(whole)
    renewed = statements._renewed(stood, np.arange(len(stood)), new) if len(new) else None
    assert not (again and len(new)) or renewed is not None
