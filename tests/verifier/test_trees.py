"""Merkle trees: the same roots as by the definition, and proofs that hold for nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotzone_verify import trees

SIZES = st.integers(1, 70)


def hashes(count: int) -> list[bytes]:
    return [trees.leaf_hash(bytes([number])) for number in range(count)]


def by_definition(leaves: list[bytes]) -> bytes:
    """Compute a root as RFC 9162, 2.1.1 defines it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    left, right = by_definition(leaves[:half]), by_definition(leaves[half:])
    return sha256(b"\x01" + left + right).digest()


@given(st.integers(0, 70))
def test_a_root_is_the_one_of_the_definition(size: int) -> None:
    assert trees.root(hashes(size)) == by_definition(hashes(size))


@given(SIZES, st.data())
def test_a_path_leads_to_the_root_from_its_own_leaf_and_place_alone(
    size: int, data: st.DataObject
) -> None:
    leaves = hashes(size)
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    path = trees.inclusion(leaves, index)
    assert trees.root_by_inclusion(leaves[index], index, size, path) == trees.root(leaves)
    if other != index:
        assert trees.root_by_inclusion(leaves[other], index, size, path) != trees.root(leaves)


@given(SIZES, st.data())
def test_a_path_of_another_length_is_refused(size: int, data: st.DataObject) -> None:
    leaves = hashes(size)
    index = data.draw(st.integers(0, size - 1))
    path = trees.inclusion(leaves, index)
    with pytest.raises(ValueError, match="too long"):
        trees.root_by_inclusion(leaves[index], index, size, [*path, trees.EMPTY])
    if path:
        with pytest.raises(ValueError, match="too short"):
            trees.root_by_inclusion(leaves[index], index, size, path[:-1])


@given(SIZES, st.data())
def test_a_tree_goes_on_from_each_of_its_beginnings_and_from_nothing_else(
    size: int, data: st.DataObject
) -> None:
    leaves = hashes(size)
    earlier = data.draw(st.integers(0, size))
    proof = trees.consistency(leaves, earlier)
    before, after = trees.root(leaves[:earlier]), trees.root(leaves)
    trees.check_consistency(earlier, before, size, after, proof)
    forged = trees.leaf_hash(b"forged")
    with pytest.raises(ValueError, match=r"earlier|later|too"):
        trees.check_consistency(earlier, forged, size, after, proof)
    if 0 < earlier < size:
        with pytest.raises(ValueError, match=r"earlier|later"):
            trees.check_consistency(earlier, before, size, forged, proof)
        with pytest.raises(ValueError, match="too short"):
            trees.check_consistency(earlier, before, size, after, proof[:-1])
