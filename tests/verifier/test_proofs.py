"""A proof file: what it proves, and that nothing of it can be exchanged."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotzone_verify import notes, proofs, trees
from pilotzone_verify.outcome import Disproved, Unusable
from tests.seals.sealing import WITNESSED_BY, cosigned
from tests.verifier.forge import KEYS, ORIGIN, SIGNER, Forged, forged, proof, receipt

Json = dict[str, Any]
MADE = forged()
PROOF = proof(MADE)


def kept(made: Forged, size: int) -> notes.Checkpoint:
    return notes.read_checkpoint(notes.read_note(made.checkpoint(size)).text)


def test_a_proof_says_total_rank_and_run() -> None:
    found = proofs.check_place(PROOF, KEYS, [kept(MADE, 4)])
    assert "C1" in found[-1]
    assert "rank 1" in found[-1]
    assert "run 2" in found[1]


def test_everybody_in_the_ranking_can_be_proved() -> None:
    for code in ("C2", "C3", "P1"):
        assert code in proofs.check_place(proof(MADE, code), KEYS, [])[-1]


ALTERED: dict[str, Callable[[Json], object]] = {
    "another total": lambda it: it["place"].update(total=it["place"]["total"] + 1),
    "another run beside it": lambda it: it.update(run=77),
    "another round beside it": lambda it: it.update(round="X"),
    "another rank": lambda it: it["place"].update(rank=2),
    "another applicant": lambda it: it["place"].update(applicant="C9"),
    "another salt": lambda it: it.update(salt="00" * 16),
    "another value": lambda it: it["scorecard"]["values"].__setitem__(0, 41.0),
    "another index": lambda it: it["ranking"].update(index=1),
    "an index beyond": lambda it: it["ranking"].update(index=9),
    "another size": lambda it: it["ranking"].update(size=5),
    "a shorter path": lambda it: it["ranking"]["path"].pop(),
    "a longer path": lambda it: it["ranking"]["path"].append("00" * 32),
    "paths exchanged": lambda it: it["ranking"]["path"].reverse(),
    "another place in the log": lambda it: it["log"].update(index=2),
    "a log of another size": lambda it: it["log"].update(size=5),
    "a manifest altered": lambda it: it.update(
        manifest=it["manifest"].replace('"run":2', '"run":3')
    ),
    "a manifest written otherwise": lambda it: it.update(manifest=it["manifest"] + " "),
    "another checkpoint": lambda it: it.update(checkpoint=MADE.checkpoint(3)),
    "another origin": lambda it: it.update(
        checkpoint=str(
            notes.sign(
                str(notes.Checkpoint("example.org/other/1", 4, trees.root(MADE.tree))), [SIGNER]
            )
        )
    ),
    "a stranger's signature": lambda it: it.update(
        checkpoint=MADE.checkpoint(4, notes.generate("example.org/pilotzone"))
    ),
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
def test_a_proof_of_which_anything_is_exchanged_is_disproved(
    alter: Callable[[Json], object],
) -> None:
    altered = deepcopy(PROOF)
    alter(altered)
    with pytest.raises(Disproved):
        proofs.check_place(altered, KEYS, [])


def test_another_suite_of_hashes_is_not_taken_for_this_one() -> None:
    altered = deepcopy(PROOF)
    altered["manifest"] = altered["manifest"].replace("sha256-ed25519", "sm3-sm2")
    with pytest.raises(Unusable, match="suite"):
        proofs.check_place(altered, KEYS, [])


def test_a_kept_checkpoint_of_the_same_size_and_another_root_shows_a_rewritten_log() -> None:
    with pytest.raises(Disproved, match="rewritten"):
        proofs.check_place(PROOF, KEYS, [notes.Checkpoint(ORIGIN, 4, trees.EMPTY)])


def test_a_witness_does_not_stand_for_the_log() -> None:
    stranger = notes.generate("example.org/stranger")
    note = MADE.checkpoint(4, stranger)
    with pytest.raises(Disproved, match="checkpoint of size 4: the note is signed by none"):
        proofs.sealed(note + cosigned(note), [WITNESSED_BY])
    held = receipt(MADE, 5, "2026-07-01T00:01:00.000000Z", stranger)
    held["note"] += cosigned(held["note"])
    with pytest.raises(Disproved, match="the receipt: the note is signed by none"):
        proofs.receipt(held, [WITNESSED_BY])


def test_two_checkpoints_are_of_one_log_that_grew() -> None:
    said = {"from": 2, "to": 4, "proof": [each.hex() for each in trees.consistency(MADE.tree, 2)]}
    assert "first 2 of 4" in proofs.check_growth(said, [kept(MADE, 4), kept(MADE, 2)])[0]
    forked = [notes.Checkpoint(ORIGIN, 2, trees.EMPTY), kept(MADE, 4)]
    with pytest.raises(Disproved, match="from entry 2 to 4"):
        proofs.check_growth(said, forked)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.data())
def test_whatever_stands_in_a_proof_is_disproved_or_unusable(data: st.DataObject) -> None:
    altered: Json = deepcopy(PROOF)
    at: Any = altered
    name = data.draw(st.sampled_from(sorted(altered)))
    while isinstance(at[name], (dict, list)) and at[name] and data.draw(st.booleans()):
        at = at[name]
        places = sorted(at) if isinstance(at, dict) else range(len(at))
        name = data.draw(st.sampled_from(places))
    before, at[name] = at[name], data.draw(ANYTHING)
    if at[name] == before or (name, at is altered) == ("format", True):
        return
    with pytest.raises((Disproved, Unusable)):
        proofs.check_place(altered, KEYS, [])
