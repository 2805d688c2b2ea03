"""`pilotzone-verify`: what it prints, and its exit status."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pilotzone_verify import notes, trees
from pilotzone_verify.__main__ import main
from tests.seals.sealing import WITNESSED_BY, cosigned, witness_key
from tests.verifier.forge import ORIGIN, SIGNER, forged, proof


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = forged()
    (tmp_path / "keys.txt").write_text(f"# the province\n{SIGNER.verifier}\n", encoding="utf-8")
    (tmp_path / "kept.txt").write_text(made.checkpoint(2), encoding="utf-8")
    (tmp_path / "archive.jsonl.gz").write_bytes(gzip.compress(b"".join(made.written())))
    (tmp_path / "proof.json").write_text(json.dumps(proof(made), indent=2), encoding="utf-8")
    (tmp_path / "altered.jsonl").write_bytes(b"".join(made.without("submission").written()))
    (tmp_path / "witness.txt").write_text(str(WITNESSED_BY), encoding="utf-8")
    return tmp_path


def witnessed(folder: Path, size: int) -> None:
    """Keep a checkpoint of *size* that a witness saw."""
    note = forged().checkpoint(size)
    (folder / "kept.txt").write_text(note + cosigned(note), encoding="utf-8")


def run(folder: Path, name: str, *more: str) -> int:
    options = ["--key", "keys.txt", "--checkpoint", "kept.txt"]
    paths = [
        each if each.startswith("--") else str(folder / each) for each in [name, *options, *more]
    ]
    return main(paths)


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("archive.jsonl.gz", 0, "proven"),
        ("proof.json", 0, "proven"),
        (
            "altered.jsonl",
            1,
            "run 1 sealed 4 inputs, the archive has 3 (lines 6 to 8); computed again: the score",
        ),
        ("keys.txt", 2, "unusable"),
        ("nothing.json", 2, "unusable"),
    ],
)
def test_the_exit_status_says_the_result(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, status: int, said: str
) -> None:
    assert run(folder, name) == status
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "status"), [("archive.jsonl.gz", 0), ("proof.json", 0), ("altered.jsonl", 1)]
)
def test_without_a_key_all_is_checked_but_the_signatures_and_that_is_said_first(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, status: int
) -> None:
    assert main([str(folder / name), "--checkpoint", str(folder / "kept.txt")]) == status
    assert capsys.readouterr().out.startswith("no key was named")


def test_who_names_a_file_without_keys_trusts_nobody(folder: Path) -> None:
    (folder / "keys.txt").write_text("# none yet\n", encoding="utf-8")
    assert run(folder, "proof.json") == 2


def test_two_checkpoints_of_one_size_are_the_same_or_the_log_was_rewritten(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "later.txt").write_text(forged().checkpoint(2), encoding="utf-8")
    assert run(folder, "later.txt") == 0
    assert "not compared" not in capsys.readouterr().out
    (folder / "later.txt").write_text(forged().checkpoint(4), encoding="utf-8")
    assert run(folder, "later.txt") == 0
    assert "checkpoint of size 2 was not compared" in capsys.readouterr().out
    other = notes.Checkpoint(ORIGIN, 2, trees.EMPTY)
    (folder / "later.txt").write_text(str(notes.sign(str(other), [SIGNER])), encoding="utf-8")
    assert run(folder, "later.txt") == 1


def test_findings_can_be_had_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "altered.jsonl", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["result"], found["signatures_checked"]) == ("disproved", True)
    assert found["findings"][0].startswith("run 1 sealed 4 inputs, the archive has 3 (lines 6 to")
    assert found["findings"][0].endswith("computed None, of I-1, from submission none")
    assert found["continues"] is None


def test_a_kept_checkpoint_of_another_size_is_not_compared_and_makes_no_proof_witnessed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has the key can sign another, longer log: what was seen before says nothing of it."""
    witnessed(folder, 2)
    assert run(folder, "proof.json") == 0
    assert "checkpoint of size 2 was not compared" in capsys.readouterr().out
    assert run(folder, "proof.json", "--witness", "witness.txt") == 1
    assert "no checkpoint here was witnessed by witness.example" in capsys.readouterr().out


def test_a_kept_checkpoint_that_is_the_proofs_own_makes_it_witnessed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    witnessed(folder, 4)
    assert run(folder, "proof.json", "--witness", "witness.txt") == 0
    said = capsys.readouterr().out
    assert "up to entry 4, in second 1" in said
    assert "not compared" not in said


def test_witnesses_of_one_name_are_told_apart_by_their_keys(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = witness_key("witness.example", bytes(32))
    (folder / "witness.txt").write_text(f"{WITNESSED_BY}\n{other}\n", encoding="utf-8")
    witnessed(folder, 4)
    assert run(folder, "proof.json", "--witness", "witness.txt") == 1
    assert (
        f"no checkpoint here was witnessed by {other.rpartition('+')[0]}\n"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("option", "name", "said"),
    [
        ("--key", "witness.txt", "is a key of a witness, not of a log"),
        ("--witness", "keys.txt", "is a key of a log, not of a witness"),
    ],
)
def test_a_key_of_another_kind_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str, name: str, said: str
) -> None:
    assert run(folder, "proof.json", option, name) == 2
    assert said in capsys.readouterr().out


def test_it_runs_where_the_service_is_not(folder: Path) -> None:
    """Of all that is installed here, only `cryptography` and what that needs are let in."""
    allowed = {"pilotzone_verify", "cryptography", "cffi", "_cffi_backend", "pycparser"}
    script = (
        "import sys, importlib.abc\n"
        "class Only(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        top = name.partition('.')[0]\n"
        f"        if top in {allowed!r} or top in sys.stdlib_module_names: return None\n"
        "        raise ImportError(f'{top} is not to be imported')\n"
        "sys.meta_path.insert(0, Only())\n"
        "from pilotzone_verify.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    arguments = [str(folder / "archive.jsonl.gz"), "--key", str(folder / "keys.txt")]
    answer = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stderr) == (0, "")
