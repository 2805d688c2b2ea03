"""The version: one command raises it, and `pilotzone --version` tells it."""

import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = "pyproject.toml", "CHANGELOG.md"
CHANGELOG = """# Changelog

## [Unreleased]

### Added

- Something.

## [0.1.0] - 2026-01-31

- The beginning.
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a folder with what the command reads and nothing else."""
    shutil.copy(ROOT / "version.py", tmp_path)
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "0.1.0"\n')
    return tmp_path


def version(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in *project*."""
    return subprocess.run(
        [sys.executable, "version.py", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def contents(project: Path) -> list[str]:
    return [(project / name).read_text() for name in FILES]


def test_a_raised_version_takes_over_what_was_unreleased(project: Path) -> None:
    days = {datetime.now(UTC).date().isoformat()}
    answer = version(project, "0.2.0")
    days.add(datetime.now(UTC).date().isoformat())

    assert (answer.returncode, answer.stdout) == (0, "the version is now 0.2.0\n")
    pyproject, changelog = contents(project)
    assert pyproject == '[project]\nname = "x"\nversion = "0.2.0"\n'
    assert changelog in {
        CHANGELOG.replace("## [Unreleased]\n", f"## [Unreleased]\n\n## [0.2.0] - {day}\n")
        for day in days
    }
    assert {each.name for each in project.iterdir()} == {"version.py", *FILES}


def test_raised_twice_is_raised_once(project: Path) -> None:
    version(project, "0.2.0")
    before = contents(project)

    answer = version(project, "0.2.0")

    assert (answer.returncode, answer.stdout) == (0, "the version is already 0.2.0\n")
    assert contents(project) == before


@pytest.mark.parametrize("first", FILES)
def test_what_was_done_by_half_is_completed(project: Path, first: str) -> None:
    """A kill leaves one of the two files as it was."""
    before = (project / first).read_text()
    version(project, "0.2.0")
    whole = contents(project)
    (project / first).write_text(before)

    assert version(project, "0.2.0").returncode == 0
    assert contents(project) == whole


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say the new version"),
        ([""], "say the new version"),
        (["v0.2.0"], "say the new version"),
        (["0.2"], "say the new version"),
        (["0.02.0"], "say the new version"),
        (["0.2.0", "--force"], "say the new version"),
        (["0.0.9"], "the version is 0.1.0 already, and 0.0.9 is below that"),
    ],
)
def test_what_is_no_rise_changes_nothing(project: Path, arguments: list[str], said: str) -> None:
    before = contents(project)

    answer = version(project, *arguments)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("error: ")
    assert said in answer.stderr
    assert contents(project) == before


def test_a_version_in_which_nothing_changed_is_not_made(project: Path) -> None:
    version(project, "0.2.0")
    before = contents(project)

    answer = version(project, "0.3.0")

    assert answer.returncode == 1
    assert answer.stderr.startswith("error: CHANGELOG.md lists nothing as unreleased")
    assert contents(project) == before


def test_numbers_are_compared_as_numbers(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nversion = "0.9.0"\n')

    assert version(project, "0.10.0").returncode == 0


def test_ours_can_be_raised_and_its_changelog_is_in_order() -> None:
    """Newest first, one section each, the version that stands among them."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)

    assert headings[0] == "[Unreleased]"
    found = [
        re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}", each) for each in headings[1:]
    ]
    versions = [each[1] for each in found if each is not None]
    assert len(versions) == len(headings) - 1
    assert versions[0] == project["version"]
    order = [tuple(map(int, each.split("."))) for each in versions]
    assert order == sorted(set(order), reverse=True)


def test_the_command_tells_the_version_that_is_installed() -> None:
    command = Path(sys.executable).with_name("pilotzone")
    answer = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == f"pilotzone {metadata.version('pilotzone')}\n"
