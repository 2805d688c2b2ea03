"""Experts' pseudonyms."""

import hashlib
import hmac
from base64 import b32encode
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.panels.pseudonym import pseudonym
from tests.fixtures.frameworks import examples

SALT = UUID("00112233-4455-6677-8899-aabbccddeeff")


def test_a_pseudonym_is_the_beginning_of_a_keyed_hash() -> None:
    """So that an auditor who is given the salt can tell whose it is, by any other tool."""
    digest = hmac.new(SALT.bytes, b"42", hashlib.sha256).digest()

    assert pseudonym(SALT, 42) == f"expert-{b32encode(digest)[:8].decode()}"


@given(st.uuids(), st.uuids(), st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1))
@examples(50)
def test_pseudonyms_differ_between_experts_and_between_rounds(
    salt: UUID, other: UUID, expert: int, colleague: int
) -> None:
    assert pseudonym(salt, expert) == pseudonym(salt, expert)
    assert (pseudonym(salt, expert) == pseudonym(salt, colleague)) == (expert == colleague)
    assert (pseudonym(salt, expert) == pseudonym(other, expert)) == (salt == other)


def test_a_thousand_experts_of_a_round_are_told_apart() -> None:
    assert len({pseudonym(SALT, expert) for expert in range(1_000)}) == 1_000
