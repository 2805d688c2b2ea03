"""After a restore: a log says from which checkpoint it goes on, and kept ones are held to that."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotzone_verify import archive, checking, epochs, notes, proofs, trees
from pilotzone_verify.__main__ import main
from pilotzone_verify.outcome import Disproved, Unusable
from tests.verifier.forge import KEYS, ORIGIN, SIGNER, Forged, Json, forged, proof


def goes_on(origin: str, size: int, root: bytes) -> Json:
    """Return what the first entry of a log says of the checkpoint from which it goes on."""
    return {"origin": origin, "size": size, "root": root.hex()}


BEFORE = forged()
ROOT = trees.root(BEFORE.tree[:3])
AFTER = forged(2, goes_on(ORIGIN, 3, ROOT))
FROM = f"checkpoint of size 3 of log {ORIGIN}"
SAID = (
    "the log is epoch 2: it goes on from a database that was restored, from the"
    f" {FROM} and root {base64.b64encode(ROOT).decode()}"
)


def note(origin: str, size: int, root: bytes) -> str:
    return str(notes.sign(str(notes.Checkpoint(origin, size, root)), [SIGNER]))


def written(folder: Path, made: Forged) -> list[Path]:
    """Write an archive and a proof of what was *made*."""
    paths = [folder / "archive.jsonl", folder / "proof.json"]
    paths[0].write_bytes(b"".join(made.written()))
    paths[1].write_text(json.dumps(proof(made)), encoding="utf-8")
    return paths


def run(path: Path, *kept: str) -> int:
    """Check a file with these checkpoints that somebody kept."""
    (path.parent / "keys").write_text(str(SIGNER.verifier), encoding="utf-8")
    asked = [str(path), "--json", f"--key={path.parent / 'keys'}"]
    for at, each in enumerate(kept):
        (path.parent / f"kept{at}").write_text(each, encoding="utf-8")
        asked.append(f"--checkpoint={path.parent / f'kept{at}'}")
    return main(asked)


KEPT = {
    "the very one": (BEFORE.checkpoint(3), 0, f"the checkpoint that you keep: the {FROM}"),
    "a smaller one": (
        BEFORE.checkpoint(2),
        2,
        "was not compared: this file knows that log at size 3 alone; an archive of epoch 1 or a",
    ),
    "a larger one": (
        BEFORE.checkpoint(4),
        1,
        "the restore lost 1 entry: the kept checkpoint of size 4",
    ),
    "one that differs": (note(ORIGIN, 3, trees.EMPTY), 1, f"the kept {FROM} differs from the one"),
    "one of an epoch that is gone": (
        note("example.org/pilotzone/R/2", 5, trees.EMPTY), 1, "the restore lost 5 entries",
    ),
    "one of an epoch to come": (
        note("example.org/pilotzone/R/4", 5, trees.EMPTY), 2, "epoch 4 began later",
    ),
    "one of another round": (note("example.org/pilotzone/S/1", 3, ROOT), 1, "of another log"),
}  # fmt: skip


@pytest.mark.parametrize(("kept", "status", "said"), KEPT.values(), ids=KEPT)
def test_a_checkpoint_of_before_a_restore_is_held_to_the_one_that_the_log_goes_on_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: str, status: int, said: str
) -> None:
    """Archives and proofs alike; what cannot be compared is neither proven nor disproved."""
    for path in written(tmp_path, forged(3, goes_on(ORIGIN, 3, ROOT))):
        assert run(path, kept) == status
        found = json.loads(capsys.readouterr().out)
        assert said in " ".join(found["findings"])
        if "of another log" not in said:
            assert found["continues"] == goes_on(ORIGIN, 3, ROOT)


def test_archives_and_proofs_say_in_words_and_as_json_from_what_the_log_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in written(tmp_path, AFTER):
        assert run(path) == 0
        found = json.loads(capsys.readouterr().out)
        assert SAID in found["findings"]
        assert found["continues"] == goes_on(ORIGIN, 3, ROOT)
    for path in written(tmp_path, forged(2)):
        assert run(path, BEFORE.checkpoint(4)) == 1
        assert "the restore lost 4 entries" in capsys.readouterr().out


def test_what_an_earlier_epoch_was_before_its_last_checkpoint_its_own_archive_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log that goes on from epoch 2 names that one alone, and an old proof names none."""
    twice = forged(3, goes_on(AFTER.origin, 4, trees.root(AFTER.tree)))
    for path in written(tmp_path, twice):
        assert run(path, BEFORE.checkpoint(3), AFTER.checkpoint(4)) == 2
        said = capsys.readouterr().out
        assert "the log goes on from epoch 2; an archive of that says from what it does" in said
        assert "goes on from the checkpoint that you keep: the checkpoint of size 4" in said
    older = proof(AFTER)
    del older["beginning"]
    (tmp_path / "older").write_text(json.dumps(older), encoding="utf-8")
    assert run(tmp_path / "older", BEFORE.checkpoint(3)) == 2
    assert "a proof that is fetched anew" in capsys.readouterr().out
    assert run(tmp_path / "older") == 0
    said = capsys.readouterr().out
    assert "the log is epoch 2: this file does not say from what it goes on" in said
    (tmp_path / "bare").write_text(AFTER.checkpoint(4), encoding="utf-8")
    assert run(tmp_path / "bare", BEFORE.checkpoint(3)) == 2


def test_an_earlier_epochs_checkpoint_vouches_for_no_run() -> None:
    unsigned = AFTER.without("checkpoint")
    lines = archive.read(unsigned.written())
    kept = proofs.Sealed(notes.Checkpoint(ORIGIN, 3, ROOT), BEFORE.checkpoint(3))
    with pytest.raises(Unusable, match="nobody vouches for run 2"):
        checking.check_archive(lines, KEYS, [kept])


def test_a_consistency_proof_is_of_one_epoch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"format": "pilotzone-consistency/1", "from": 4, "to": 4, "proof": []}
    (tmp_path / "growth.json").write_text(json.dumps(said), encoding="utf-8")
    assert run(tmp_path / "growth.json", BEFORE.checkpoint(4), AFTER.checkpoint(4)) == 2
    assert "of two epochs" in capsys.readouterr().out


@pytest.mark.parametrize(
    "alter",
    [
        lambda it: it["beginning"].update(manifest=proof(BEFORE)["beginning"]["manifest"]),
        lambda it: it["beginning"].update(manifest=it["manifest"], log=it["log"]),
        lambda it: it["beginning"]["log"]["path"].reverse(),
        lambda it: it.update(beginning=None),
    ],
)
def test_the_beginning_in_a_proof_cannot_be_exchanged(alter: Any) -> None:
    altered = proof(AFTER)
    alter(altered)
    with pytest.raises((Disproved, Unusable)):
        checking.check_file(altered, KEYS, [])


@given(
    st.none()
    | st.dictionaries(
        st.sampled_from(["origin", "size", "root"]), st.none() | st.text() | st.integers(0, 9)
    )
)
def test_whatever_a_log_says_it_goes_on_from_is_read_or_unusable(said: Any) -> None:
    made = forged(2, said)
    read = archive.read(made.written())
    try:
        assert checking.check_whole(read, KEYS).begun == epochs.Begun(2, None)
    except Unusable:
        assert said is not None
