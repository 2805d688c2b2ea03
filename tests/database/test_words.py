"""Words of one column as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.database import words as words_of
from shared.database.words import numbered

CODES = st.text("ab-.9Z", min_size=1, max_size=20)
LIKE = st.sampled_from(["a", "b", "aaaaaaaa", "aaaaaaab", "aaaaaaaa-a", "aaaaaaaa-b", "é"])


@given(said=st.lists(st.one_of(LIKE, CODES), max_size=60), few=st.sampled_from([0, 100]))
def test_each_word_is_found_by_its_number_and_none_has_two(said: list[str], few: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words_of, "FEW", few)
        words, number = numbered(",".join(said).encode())

    assert [words[each] for each in number.tolist()] == said
    assert len(words) == len(set(words)) == len(set(said))


def test_words_that_meet_in_one_slot_are_told_apart() -> None:
    """A hundred thousand words have fewer slots than pairs: some meet."""
    said = [f"B{at:06}" for at in range(100_000)] * 2

    words, number = numbered(",".join(said).encode())

    assert [words[each] for each in number.tolist()] == said
    assert len(words) == 100_000
