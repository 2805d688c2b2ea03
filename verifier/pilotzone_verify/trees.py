"""Merkle trees of RFC 9162 with SHA-256: roots, and proofs of inclusion and consistency.

A leaf is hashed once, by `leaf_hash`; all else takes the hashes of leaves, 32 bytes each.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

EMPTY = sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Hash what a leaf says."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees, the left one first."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of *leaves*."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        level = above(level)
    return level[0]


def above(level: Sequence[bytes]) -> list[bytes]:
    """Return the level above: nodes in pairs, and an odd last one as it is."""
    pairs = zip(level[::2], level[1::2], strict=False)
    nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return [*nodes, level[-1]] if len(level) % 2 else nodes


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path that proves the leaf at *index*, from the leaf up. Raises: ValueError."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"no leaf {index} in a tree of {len(leaves)}")
    path, level = [], list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level, index = above(level), index // 2
    return path


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root of a tree of *size* leaves to which *path* leads. Raises: ValueError."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    steps = iter(path)
    reached = _climb(leaf, index, size, steps)
    _check_used(steps)
    return reached


def _climb(leaf: bytes, index: int, size: int, steps: Iterator[bytes]) -> bytes:
    if size == 1:
        return leaf
    half = _left(size)
    if index < half:
        return node_hash(_climb(leaf, index, half, steps), _step(steps))
    right = _climb(leaf, index - half, size - half, steps)
    return node_hash(_step(steps), right)


def _left(size: int) -> int:
    """Return how many leaves are in the left subtree: the greatest power of 2 below *size*."""
    return 1 << (size - 1).bit_length() - 1


def _step(steps: Iterator[bytes]) -> bytes:
    found = next(steps, None)
    if found is None:
        raise ValueError("the path is too short")
    return found


def _check_used(steps: Iterator[bytes]) -> None:
    if next(steps, None) is not None:
        raise ValueError("the path is too long")


def consistency(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """Return what proves that the tree of the first *earlier* leaves is the beginning of this one.

    Empty where both are the same, or nothing was before. Raises: ValueError.
    """
    if not 0 <= earlier <= len(leaves):
        raise ValueError(f"no tree of {earlier} before one of {len(leaves)}")
    if earlier in {0, len(leaves)}:
        return []
    return _part(leaves, earlier, whole=True)


def _part(leaves: Sequence[bytes], earlier: int, *, whole: bool) -> list[bytes]:
    if earlier == len(leaves):
        return [] if whole else [root(leaves)]
    half = _left(len(leaves))
    left, right = leaves[:half], leaves[half:]
    if earlier <= half:
        return [*_part(left, earlier, whole=whole), root(right)]
    return [*_part(right, earlier - half, whole=False), root(left)]


def check_consistency(
    earlier: int, earlier_root: bytes, size: int, size_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that a tree grew only by leaves at its end. Raises: ValueError."""
    if not 0 <= earlier <= size:
        raise ValueError(f"a tree of {size} cannot follow one of {earlier}")
    steps, before, after = iter(proof), EMPTY, size_root
    if earlier:
        before, after = _both(earlier, size, steps, earlier_root)
    _check_used(steps)
    if before != earlier_root:
        raise ValueError("the earlier tree is not the beginning of the later one")
    if after != size_root:
        raise ValueError("the proof does not lead to the later tree")


def _both(
    earlier: int, size: int, steps: Iterator[bytes], known: bytes | None
) -> tuple[bytes, bytes]:
    """Return the roots of the first *earlier* leaves and of all; *known* is the former, if so."""
    if earlier == size:
        found = _step(steps) if known is None else known
        return found, found
    half = _left(size)
    if earlier <= half:
        before, left = _both(earlier, half, steps, known)
        return before, node_hash(left, _step(steps))
    before, right = _both(earlier - half, size - half, steps, None)
    left = _step(steps)
    return node_hash(left, before), node_hash(left, right)
