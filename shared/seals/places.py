"""The leaves of a run's ranking: hashed anew only where something differs from the run before."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from pilotzone_verify.trees import EMPTY, above, inclusion
from shared.runs.score_store import Versions
from shared.scoring.arrays import BoolArray, IntArray
from shared.scoring.rank import Ranks, rank


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who is ranked, in the order of the tree's leaves: codes, kinds, and their salts."""

    codes: tuple[str, ...]
    kinds: tuple[str, ...]
    salts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Standings:
    """A ranking, one row per applicant; *cards* are the hashes of scorecards, totals in units."""

    cohort: Cohort
    totals: IntArray
    blocked: BoolArray
    cards: tuple[bytes, ...]
    own: Ranks
    overall: Ranks

    def record(self, at: int) -> str:
        """Write the place at position *at* as RFC 8785 says, as it is hashed."""
        return (
            f'{{"applicant":{json.dumps(self.cohort.codes[at], ensure_ascii=False)},'
            f'"blocked":{"true" if self.blocked[at] else "false"},"card":"{self.cards[at].hex()}",'
            f'"kind":"{self.cohort.kinds[at]}","overall_rank":{self.overall.rank[at]},'
            f'"overall_tied":{self.overall.tied[at]},"rank":{self.own.rank[at]},'
            f'"tied":{self.own.tied[at]},"total":{self.totals[at]}}}'
        )

    def leaf(self, at: int) -> bytes:
        """Hash the place at position *at* behind its salt."""
        return sha256(b"\x00" + self.cohort.salts[at] + self.record(at).encode()).digest()

    def differs(self, other: "Standings") -> BoolArray:
        """Say whose places are not the same as in *other*, of the same cohort."""
        pairs = zip(self.cards, other.cards, strict=True)
        differs = np.array([mine != theirs for mine, theirs in pairs], bool)
        differs |= (self.totals != other.totals) | (self.blocked != other.blocked)
        for mine, theirs in ((self.own, other.own), (self.overall, other.overall)):
            differs |= (mine.rank != theirs.rank) | (mine.tied != theirs.tied)
        return differs


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
    return Places(standings, _tree([standings.leaf(at) for at in range(len(cohort.codes))]))


def follow(before: Places, changed: IntArray, scores: Versions) -> Places:
    """Rank the same cohort once more; *scores* are those of the positions *changed*."""
    last = before.standings
    totals, blocked, cards = last.totals.copy(), last.blocked.copy(), list(last.cards)
    totals[changed], blocked[changed] = scores.totals, scores.blocked
    salts = [last.cohort.salts[at] for at in changed]
    for at, card in zip(changed, _cards(scores, salts), strict=True):
        cards[at] = card
    standings = _standings(last.cohort, totals, blocked, tuple(cards))
    differ = np.flatnonzero(standings.differs(last)).tolist()
    return Places(standings, _mended(before.levels, {at: standings.leaf(at) for at in differ}))


def _standings(
    cohort: Cohort, totals: IntArray, blocked: BoolArray, cards: tuple[bytes, ...]
) -> Standings:
    _, kinds = np.unique(np.array(cohort.kinds, dtype=np.str_), return_inverse=True)
    own = rank(totals, kinds, blocked)
    overall = rank(totals, np.zeros_like(kinds), blocked)
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
    return [sha256(salt + row.tobytes()).digest() for salt, row in zip(salts, rows, strict=True)]


def _tree(leaves: list[bytes]) -> tuple[list[bytes], ...]:
    levels = [leaves]
    while len(levels[-1]) > 1:
        levels.append(above(levels[-1]))
    return tuple(levels)


def _mended(levels: Sequence[list[bytes]], leaves: dict[int, bytes]) -> tuple[list[bytes], ...]:
    """Return *levels* with other *leaves*; only nodes above those are made anew."""
    found, nodes = [], leaves
    for at, level in enumerate(levels):
        level = [*level]  # noqa: PLW2901 -- the tree before stays as it was
        for place, node in nodes.items():
            level[place] = node
        found.append(level)
        if at + 1 < len(levels):
            nodes = {
                up: above(level[2 * up : 2 * up + 2])[0] for up in {each // 2 for each in nodes}
            }
    return tuple(found)
