"""The leaves of a ranking: as the verifier hashes them, and the same however they come about."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pilotzone_verify import leaves, trees
from pilotzone_verify.canonical import canonical
from shared.runs.score_store import Versions
from shared.seals import places
from shared.seals.places import Cohort

SCORES = Versions(
    applicant=np.arange(3),
    blocked=np.array([False, True, False]),
    totals=np.array([10, 20, 30]),
    coverage=np.ones(3),
    values=np.array([[1.0, np.nan], [-0.0, 2.5], [1e300, 3.0]]),
    shares=np.array([[0.5, np.nan], [0.25, 1.0], [0.0, 0.1]]),
    units=np.array([[10, 0], [20, 0], [30, 0]]),
    flags=np.array([[0, 1], [0, 0], [2, 4]], np.int32),
)
"""Versions of which a history can choose."""


def cohort(size: int) -> Cohort:
    """Return who is ranked; codes with what JSON escapes and what it does not."""
    codes = tuple(f'{at:03}"\\/\x7f汉' for at in range(size))
    kinds = tuple("county" if at % 3 else "park" for at in range(size))
    return Cohort(codes, kinds, tuple(bytes([at]) * 16 for at in range(size)))


def test_places_are_hashed_as_the_verifier_hashes_them() -> None:
    ranked = cohort(3)
    whole = places.begin(ranked, SCORES)
    for at, record in enumerate(whole.standings.records(np.arange(3))):
        said = json.loads(record)
        assert canonical(said).decode() == record
        assert said["applicant"] == ranked.codes[at]
        assert leaves.record_hash(ranked.salts[at], said) == whole.levels[0][at]
        columns = [
            getattr(SCORES, name)[at].tolist() for name in ("values", "shares", "units", "flags")
        ]
        assert leaves.card_hash(ranked.salts[at], *columns).hex() == said["card"]
    assert trees.root(whole.levels[0]) == whole.root


@given(st.integers(1, 40), st.data())
def test_a_ranking_that_follows_is_the_one_that_is_made_anew(
    size: int, data: st.DataObject
) -> None:
    """Over any changes, of one or of many: a tree is mended, or built where that is quicker."""
    ranked, chosen = cohort(size), np.zeros(size, np.int64)
    known = places.begin(ranked, SCORES.take(chosen))
    for _ in range(data.draw(st.integers(1, 4))):
        changed = np.array(sorted(data.draw(st.sets(st.integers(0, size - 1)))), np.int64)
        of = st.lists(st.integers(0, 2), min_size=len(changed), max_size=len(changed))
        before, levels = known, [list(level) for level in known.levels]
        chosen[changed] = data.draw(of)
        known = places.follow(known, changed, SCORES.take(chosen[changed]))
        assert known.levels == places.begin(ranked, SCORES.take(chosen)).levels
        assert levels == list(before.levels)
