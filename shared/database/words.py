"""Words of one column, joined by the database, as numbers: a Python object per distinct word."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

COMMA = ord(",")
"""Between words, of which none has one."""

WIDTH = 8
"""Words are compared so many bytes at a time, as one number."""

FEW = 100
"""Up to so many bytes, a Python object per word is the shorter way."""

Number = npt.NDArray[np.uint64]

ODD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio: by this factor what differs anywhere differs in the highest bits."""


def numbered(joined: bytes) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return the distinct words of *joined*, in any order, and for each word which of them it is.

    Words stand between commas and have no zero byte; nothing joined is no word.
    """
    if len(joined) <= FEW:
        places = dict[str, int]()
        words = joined.decode().split(",") if joined else []
        each = [places.setdefault(word, len(places)) for word in words]
        return list(places), np.array(each, np.int64)
    text = np.frombuffer(joined + bytes(WIDTH), np.uint8)
    ends = np.append(np.flatnonzero(text == COMMA), len(joined))
    starts = np.append(0, ends[:-1] + 1)
    like = _one_like(_parts(text, starts, ends - starts))
    ones = np.flatnonzero(like == np.arange(len(like)))
    number = np.empty(len(like), np.int64)
    number[ones] = np.arange(len(ones))
    return [joined[starts[at] : ends[at]].decode() for at in ones.tolist()], number[like]


def _parts(
    text: npt.NDArray[np.uint8], starts: npt.NDArray[Any], length: npt.NDArray[Any]
) -> list[Number]:
    """Give the words' first bytes as numbers, the next ones, and so on; zero is beyond the end."""
    windows = np.ndarray(len(text) - WIDTH + 1, "<u8", text, strides=(1,))
    masks = np.array([(1 << 8 * size) - 1 for size in range(WIDTH + 1)], np.uint64)
    found = []
    for at in range(0, int(length.max()), WIDTH):
        size = np.clip(length - at, 0, WIDTH)
        found.append(windows[np.where(size > 0, starts + at, 0)] & masks[size])
    return found


def _one_like(parts: Sequence[Number]) -> npt.NDArray[np.int64]:
    """Give for each word a place where the same stands: the same place for all that are alike.

    Words meet in the slot that their hash names; those that differ from the one there go on.
    """
    count = len(parts[0])
    bits = count.bit_length() + 2
    slots = np.zeros(count, np.uint64)
    for part in parts:
        slots = (slots ^ part) * ODD
        slots ^= slots >> np.uint64(32)
    slots = (slots * ODD >> np.uint64(64 - bits)).view(np.int64)
    there, left, like = np.empty(1 << bits, np.int64), np.arange(count), np.empty(count, np.int64)
    while len(left):
        there[slots[left]] = left
        met = there[slots[left]]
        same = np.logical_and.reduce([part[met] == part[left] for part in parts])
        like[left[same]] = met[same]
        left = left[~same]
    return like
