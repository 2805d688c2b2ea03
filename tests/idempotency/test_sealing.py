"""Answers that say a secret are kept so that nobody reads it where they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.idempotency.sealing import NotTheirs, seal, unseal


@given(st.text(min_size=1), st.text(min_size=1), st.binary())
def test_who_sealed_it_opens_it(secret: str, key: str, body: bytes) -> None:
    assert unseal(secret, key, seal(secret, key, body)) == body


def test_nobody_else_does_and_nothing_of_it_is_read() -> None:
    sealed = seal("pz_a", "k", b"the new key")

    assert b"key" not in sealed
    assert seal("pz_a", "k", b"the new key") != sealed
    for secret, key, found in (
        ("pz_b", "k", sealed),
        ("pz_a", "another", sealed),
        ("pz_a", "k", sealed[:-1]),
        ("pz_a", "k", bytes(40)),
    ):
        with pytest.raises(NotTheirs):
            unseal(secret, key, found)
