"""CONTRIBUTING.md's worked example is carried out, in a copy of the repository."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.documents import blocks
from tests.repository.test_architecture import ROOT, tracked

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
EXAMPLE = "## A worked example: adding a feature room"
BIN = Path(sys.executable).parent

OF_NO_ROOM = (
    "tests/contract/test_openapi.py::test_the_contract_is_printed_whatever_the_environment",
    "tests/contract/test_answers.py::test_every_problem_is_what_the_service_answers",
)
"""What takes long and says the same with the room as without it."""

CHECKS: dict[str, list[str | Path]] = {
    "layout": [BIN / "ruff", "format", "--check"],
    "lint": [BIN / "ruff", "check"],
    "import contracts": [BIN / "lint-imports"],
    "tests": [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *(
            "tests/activity",
            "tests/repository/test_architecture.py",
            "tests/contract/test_openapi.py",
        ),
        *("tests/contract/test_answers.py", "tests/contract/test_roles.py"),
        *(f"--deselect={each}" for each in OF_NO_ROOM),
    ],
}


def shown_files() -> dict[str, str]:
    """Return what each file of the example is to contain: its path stands right above the block."""
    example = TEXT.partition(EXAMPLE)[2]
    named = re.findall(
        r"`([\w/]+\.py)`:\n\n```python\n(.*?)^```$", example, re.DOTALL | re.MULTILINE
    )
    assert len(named) == len([language for language, _ in blocks(TEXT) if language == "python"])
    return dict(named)


def shown_edits() -> list[tuple[str, str, str]]:
    """Return file, lines that it has, and lines that come behind them, of each part of the diff."""
    (diff,) = (content for language, content in blocks(TEXT) if language == "diff")
    return [
        (
            name,
            *("".join(re.findall(rf"^{sign}(.*\n)", part, re.MULTILINE)) for sign in (" ", r"\+")),
        )
        for name, part in re.findall(r"^\+\+\+ (.*)\n((?:(?!\+\+\+ ).*\n)*)", diff, re.MULTILINE)
    ]


def insert(copy: Path, name: str, lines: str, added: str) -> None:
    """Put *added* behind the first place where the file has these *lines*."""
    before, found, after = ("\n" + (copy / name).read_text("utf-8")).partition("\n" + lines)
    assert found, (name, lines)
    (copy / name).write_text((before + found + added + after)[1:], "utf-8")


def run(copy: Path, command: list[str | Path]) -> None:
    """Run a check in the copy, whose modules come before those that are installed."""
    answer = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the repository with the example's room in it."""
    folder = tmp_path_factory.mktemp("contributing") / "repository"
    for each in tracked("*"):
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / each, folder / each)
    run(folder, [shutil.which("git") or "git", "init", "--quiet"])
    for name, content in shown_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    (folder / "tests" / "activity" / "__init__.py").touch()
    for name, lines, added in shown_edits():
        insert(folder, name, lines, added)
    contract = subprocess.run(
        [sys.executable, "-m", "api.contract"], cwd=folder, capture_output=True, check=True
    )
    (folder / "openapi" / "openapi.json").write_bytes(contract.stdout)
    return folder


@pytest.mark.parametrize("check", CHECKS)
def test_the_room_of_the_worked_example_is_a_good_room(copy: Path, check: str) -> None:
    run(copy, CHECKS[check])


def test_the_lists_of_what_to_touch_name_files_that_exist() -> None:
    """What has a placeholder in it, or no folder, is not one file."""
    lists = TEXT.partition("## What to touch")[2]
    named = re.findall(r"`([\w.-]+(?:/[\w.-]+)+\.\w+)`", lists)

    assert len(named) > 30
    assert [each for each in named if not (ROOT / each).exists()] == []
