"""The quick look at a row, against the one that says what is wrong with it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.submissions.drafts.exact import Inexact
from shared.submissions.drafts.form import FORM, faults, is_sound

SAID: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        ["C1", "2026-06-30", "2026-6-30", "2026-02-30", "withdrawn", "A", "", "x" * 65]
    ),
    st.sampled_from([None, True, 0, -1, 1.5, "\x00", "\ud800", Inexact("1"), 10**9, {}]),
    st.lists(st.sampled_from(["a", "\x00", 1]), max_size=2),
)
WHOLE = {"applicant": "C1", "measure": "stations", "as_of": "2026-06-30"}
ROWS = st.dictionaries(st.sampled_from([*FORM, "strange"]), SAID)


@given(st.sampled_from([{}, WHOLE]), ROWS)
def test_a_row_is_sound_if_and_only_if_nothing_is_found_wrong_with_it(
    begun: dict[str, Any], rest: dict[str, Any]
) -> None:
    row = begun | rest

    assert is_sound(row) == (not list(faults(row)))
