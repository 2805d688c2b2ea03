"""The leaves of a run's ranking: hashed anew only where something differs from the run before."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from pilotzone_verify.trees import EMPTY, above, inclusion
from shared.runs.score_store import Versions
from shared.scoring import rank
from shared.scoring.arrays import BoolArray, IntArray
from shared.seals.records import salt_of_place

JSON = json.JSONEncoder(ensure_ascii=False)

MANY = 8
"""Where one leaf in so many is another, a tree is built anew: that is quicker than mending it."""

FEW = 4
"""Where totals of so many are others, what was ranked is mended: that is quicker than to sort."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who is ranked, in the order of the tree's leaves: codes, kinds, and their salts.

    What rankings of the same cohort share is worked out once: *numbers* of kinds from 0, where
    each code stands, and how its record begins.
    """

    codes: Sequence[str]
    kinds: Sequence[str]
    salts: tuple[bytes, ...]
    numbers: IntArray = field(init=False, repr=False, compare=False)
    positions: Mapping[str, int] = field(init=False, repr=False, compare=False)
    heads: tuple[str, ...] = field(init=False, repr=False, compare=False)

    @classmethod
    def of(cls, codes: Sequence[str], kinds: Sequence[str], key: bytes, round_id: int) -> "Cohort":
        """Return the cohort of these *codes*, in order, and *kinds*; the *key* makes the salts."""
        salts = (salt_of_place(key, round_id, code) for code in codes)
        return cls(codes, kinds, tuple(salts))

    def is_of(self, codes: Sequence[str], kinds: Sequence[str]) -> bool:
        """Say whether these are ranked, and of these kinds: at once if they are the same lists."""
        return (self.codes, self.kinds) == (codes, kinds)

    def __post_init__(self) -> None:
        """Work out what is shared."""
        _, numbers = np.unique(np.array(self.kinds, dtype=np.str_), return_inverse=True)
        quoted = map(JSON.encode, self.codes)
        positions = {code: at for at, code in enumerate(self.codes)}
        object.__setattr__(self, "numbers", numbers)
        object.__setattr__(self, "positions", positions)
        object.__setattr__(self, "heads", tuple(f'{{"applicant":{code},' for code in quoted))


class Ranks(NamedTuple):
    """Ranks from 1, and how many share each; 0 where an applicant is blocked."""

    rank: IntArray
    tied: IntArray


@dataclass(frozen=True, slots=True)
class Standings:
    """A ranking, one row per applicant; *cards* are the hashes of scorecards, totals in units."""

    cohort: Cohort
    totals: IntArray
    blocked: BoolArray
    cards: tuple[bytes, ...]
    own: Ranks
    overall: Ranks

    def records(self, positions: IntArray) -> list[str]:
        """Write the places at these *positions* as RFC 8785 says, as they are hashed."""
        own, overall = self.own, self.overall
        columns = (
            *(positions, self.blocked[positions], self.totals[positions]),
            *(own.rank[positions], own.tied[positions]),
            *(overall.rank[positions], overall.tied[positions]),
        )
        heads, kinds, cards = self.cohort.heads, self.cohort.kinds, self.cards
        return [
            f'{heads[at]}"blocked":{"true" if blocked else "false"},"card":"{cards[at].hex()}",'
            f'"kind":"{kinds[at]}","overall_rank":{overall_rank},"overall_tied":{overall_tied},'
            f'"rank":{rank},"tied":{tied},"total":{total}}}'
            for at, blocked, total, rank, tied, overall_rank, overall_tied in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ]

    def leaves(self, positions: IntArray) -> list[bytes]:
        """Hash the places at these *positions*, each behind its salt."""
        salts = self.cohort.salts
        pairs = zip(positions.tolist(), self.records(positions), strict=True)
        return [sha256(b"\x00" + salts[at] + record.encode()).digest() for at, record in pairs]

    def moved(self, other: "Standings") -> BoolArray:
        """Say whose places, scorecards aside, are not those in *other*, of the same cohort."""
        moved: BoolArray = (self.totals != other.totals) | (self.blocked != other.blocked)
        for mine, theirs in ((self.own, other.own), (self.overall, other.overall)):
            moved |= (mine.rank != theirs.rank) | (mine.tied != theirs.tied)
        return moved


@dataclass(frozen=True, slots=True)
class Places:
    """A ranking and its tree; *levels* are the tree's, the leaves first."""

    standings: Standings
    levels: tuple[list[bytes], ...]

    @property
    def root(self) -> bytes:
        """The root over all places."""
        return self.levels[-1][0] if self.levels[0] else EMPTY

    def path(self, at: int) -> list[bytes]:
        """Return what proves the place at position *at*."""
        return inclusion(self.levels[0], at)


def begin(cohort: Cohort, scores: Versions) -> Places:
    """Rank the whole *cohort* by *scores*, one each in its order."""
    cards = tuple(_cards(scores, cohort.salts))
    standings = _standings(cohort, scores.totals, scores.blocked, cards)
    return Places(standings, _tree(standings.leaves(np.arange(len(cohort.codes)))))


def follow(before: Places, changed: IntArray, scores: Versions) -> Places:
    """Rank the same cohort once more; *scores* are those of the positions *changed*."""
    last = before.standings
    totals, blocked, cards = last.totals.copy(), last.blocked.copy(), list(last.cards)
    totals[changed], blocked[changed] = scores.totals, scores.blocked
    salts = [last.cohort.salts[at] for at in changed.tolist()]
    for at, card in zip(changed.tolist(), _cards(scores, salts), strict=True):
        cards[at] = card
    standings = _standings_again(last, totals, blocked, tuple(cards))
    differs = standings.moved(last)
    other = [cards[at] != last.cards[at] for at in changed.tolist()]
    differs[changed] |= np.array(other, np.bool_)
    return Places(standings, _mended(before.levels, standings, np.flatnonzero(differs)))


def _standings(
    cohort: Cohort, totals: IntArray, blocked: BoolArray, cards: tuple[bytes, ...]
) -> Standings:
    own = Ranks(*rank.places(totals, cohort.numbers, blocked))
    overall = Ranks(*rank.places(totals, np.zeros_like(cohort.numbers), blocked))
    return Standings(cohort, totals, blocked, cards, own, overall)


def _standings_again(
    last: Standings, totals: IntArray, blocked: BoolArray, cards: tuple[bytes, ...]
) -> Standings:
    """Rank the cohort of the *last* ranking, by that where totals are other for a few alone."""
    cohort, moved = last.cohort, np.flatnonzero(totals != last.totals)
    if len(moved) > FEW or not np.array_equal(blocked, last.blocked):
        return _standings(cohort, totals, blocked, cards)
    changed = dict(zip(moved.tolist(), totals[moved].tolist(), strict=True))

    def again(numbers: IntArray, before: Ranks) -> Ranks:
        return Ranks(*rank.places_again(before, last.totals, numbers, blocked, changed))

    own, overall = again(cohort.numbers, last.own), again(np.zeros_like(totals), last.overall)
    return Standings(cohort, totals, blocked, cards, own, overall)


def _cards(scores: Versions, salts: Iterable[bytes]) -> list[bytes]:
    """Hash scorecards as `pilotzone_verify.leaves.card_hash` does, all at once."""
    missing = np.isnan(scores.values), np.isnan(scores.shares)
    columns = (
        np.where(missing[0], np.nan, scores.values).astype(">f8", order="C"),
        np.where(missing[1], np.nan, scores.shares).astype(">f8", order="C"),
        scores.units.astype(">i8", order="C"),
        scores.flags.astype(">i4", order="C"),
    )
    rows = np.concatenate([each.view(np.uint8) for each in columns], axis=1)
    whole, width = rows.tobytes(), rows.shape[1]
    return [
        sha256(salt + whole[at : at + width]).digest()
        for salt, at in zip(salts, range(0, len(whole), width), strict=True)
    ]


def _tree(leaves: list[bytes]) -> tuple[list[bytes], ...]:
    levels = [leaves]
    while len(levels[-1]) > 1:
        levels.append(above(levels[-1]))
    return tuple(levels)


def _mended(
    levels: Sequence[list[bytes]], standings: Standings, differing: IntArray
) -> tuple[list[bytes], ...]:
    """Return *levels* with other leaves where *standings* are *differing*.

    Only nodes above those are made anew.
    """
    leaves, place = [*levels[0]], differing.tolist()
    for at, leaf in zip(place, standings.leaves(differing), strict=True):
        leaves[at] = leaf
    if MANY * len(place) > len(leaves):
        return _tree(leaves)
    found = [leaves]
    for level in levels[1:]:
        below, place = found[-1], sorted({at // 2 for at in place})
        nodes = [*level]  # the tree before stays as it was
        for at in place:
            (nodes[at],) = above(below[2 * at : 2 * at + 2])
        found.append(nodes)
    return tuple(found)
