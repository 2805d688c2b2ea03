"""docs/audit.md: its commands do what it says, on files that the service gave."""

import re
from pathlib import Path

import pytest

from pilotzone_verify.__main__ import main
from tests.fixtures.make import ROUND, STATIONS, World, worker_over
from tests.seals.sealing import SIGNER, sealed

TEXT = (Path(__file__).parents[2] / "docs" / "audit.md").read_text("utf-8")
COMMANDS, OUTPUT = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
FETCH = re.compile(r"curl .* \$URL/v1/rounds/2026-1(?P<path>\S+) -o (?P<file>\S+)")
CHECK = re.compile(r"^pilotzone-verify (.*)$", re.MULTILINE)


def keep(name: str, content: bytes) -> None:
    """Write a file where the commands run."""
    Path(name).write_bytes(content)


async def test_the_commands_of_the_document_prove_what_it_shows(
    signing: World,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    said = (await signing.submit("source", "C1", STATIONS, 40)).json()
    await worker_over(signing.worker_database).sweep()
    await sealed(signing.worker_database)
    keep("keys.txt", str(SIGNER.verifier).encode())
    for path, file in FETCH.findall(COMMANDS):
        named = path.replace("210212", "C1").replace("/1/", f"/{said['id']}/")
        answer = await signing.call("auditor", "GET", f"/rounds/{ROUND}{named}")
        assert answer.status_code == 200, answer.text
        keep(file, answer.content)
    capsys.readouterr()
    assert [main(each.split()) for each in CHECK.findall(COMMANDS)] == [0, 0]
    printed = capsys.readouterr().out.splitlines()
    own = [each for each in printed if not each.startswith(("run 1 of ", "C1: "))]
    assert own == OUTPUT.splitlines()
