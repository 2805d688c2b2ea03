"""`make setup`, on a project so small that nothing has to be fetched, and what else make knows."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from tests.fixtures.waiting import eventually

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "tiny"
version = "1"
"""

BACKEND = """
import time, zipfile
from pathlib import Path

def build_editable(directory, config_settings=None, metadata_directory=None):
    while Path("hang").exists():
        Path("hanging").touch()
        time.sleep(0.1)
    name = "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(Path(directory) / name, "w") as wheel:
        wheel.writestr("tiny.pth", str(Path.cwd()))
        info = "tiny-1.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""


def make(*arguments: str) -> list[str]:
    """Return a command that runs make as if no other make ran the tests."""
    return ["/usr/bin/env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", *arguments]


def setup(project: Path) -> "subprocess.Popen[str]":
    """Begin `make setup` in *project*."""
    return subprocess.Popen(
        make("setup", f"PYTHON={sys.executable}"),
        cwd=project,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def said(process: "subprocess.Popen[str]") -> str:
    """Wait for *process* to succeed and return what it said on standard error."""
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return errors


def works(project: Path) -> bool:
    """Whether the environment finds the project that it was made for."""
    python = project / ".venv" / "bin" / "python"
    return subprocess.run([python, "-c", "import backend"], cwd="/", check=False).returncode == 0


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set up a tiny project, twice at once, in a directory with a space in its name."""
    root = tmp_path_factory.mktemp("make") / "a project"
    root.mkdir()
    for name in ("Makefile", "bootstrap.py"):
        shutil.copy(ROOT / name, root)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "backend.py").write_text(BACKEND)
    (root / "requirements-dev.txt").touch()
    one, other = setup(root), setup(root)
    assert sorted([said(one), said(other)]) == [
        "",
        "setting up .venv, which takes a minute or two\n",
    ]
    return root


@pytest.fixture
def mark(project: Path) -> Path:
    """Put a file into the complete environment, which is gone if that is built anew."""
    said(setup(project))
    file = project / ".venv" / "mark"
    file.touch()
    return file


def test_two_at_once_make_one_environment(project: Path) -> None:
    assert works(project)


def test_a_complete_environment_is_left_alone(project: Path, mark: Path) -> None:
    before = (project / ".venv" / "pilotzone.stamp").stat().st_mtime_ns

    assert said(setup(project)) == ""

    assert (project / ".venv" / "pilotzone.stamp").stat().st_mtime_ns == before
    assert mark.exists()


def test_a_changed_lock_file_mends_the_environment_in_place(project: Path, mark: Path) -> None:
    """A service that is running out of it keeps its files."""
    with (project / "requirements-dev.txt").open("a") as lock:
        lock.write("# changed\n")

    assert said(setup(project)) != ""

    assert works(project)
    assert mark.exists()


def test_an_environment_that_was_not_completed_is_built_anew(project: Path, mark: Path) -> None:
    """A kill in the middle of pip leaves packages that look complete and are not."""
    (project / "hang").touch()
    with (project / "requirements-dev.txt").open("a") as lock:
        lock.write("# killed\n")
    killed = setup(project)
    assert eventually((project / "hanging").exists)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    (project / "hang").unlink()

    assert said(setup(project)) != ""

    assert works(project)
    assert not mark.exists()


def test_a_moved_environment_is_built_anew(project: Path, mark: Path) -> None:
    """Its programs begin with the path of an interpreter that is no longer there."""
    moved = project.rename(project.with_name("moved"))
    try:
        assert said(setup(moved)) != ""
        assert works(moved)
        assert not (moved / ".venv" / mark.name).exists()
    finally:
        moved.rename(project)


AS_NOBODY = """
import fcntl, hashlib, os, pathlib, pkgutil, pwd, runpy, subprocess, sys, venv
if os.geteuid() == 0:
    os.setuid(pwd.getpwnam("nobody").pw_uid)
runpy.run_path(sys.argv[1], run_name="__main__")
"""
"""Runs a program without root's rights; what root alone may read is imported before."""


@pytest.mark.parametrize("place", [".", ".venv"], ids=["no .venv", "an outdated .venv"])
def test_a_folder_of_somebody_else_is_told_in_a_line_and_left_as_it_is(place: str) -> None:
    """Its owner's environment must not be taken for one that was never completed."""
    with TemporaryDirectory() as folder:
        theirs = Path(folder)
        for name in ("bootstrap.py", "requirements-dev.txt", "pyproject.toml"):
            shutil.copy(ROOT / name, theirs)
        refusing = theirs / place
        refusing.mkdir(exist_ok=True)
        (refusing / "pilotzone.stamp").write_text("of another day")
        for each in (theirs, refusing):
            each.chmod(0o555)
        before = sorted(each.name for each in refusing.iterdir())

        answer = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, theirs / "bootstrap.py"],
            capture_output=True,
            text=True,
            check=False,
        )

        assert answer.returncode == 1
        assert answer.stderr == (
            f"error: {refusing} is not yours to write to: run make as its owner, or in a clone of"
            " your own\n"
        )
        assert sorted(each.name for each in refusing.iterdir()) == before
        for each in (theirs, refusing):
            each.chmod(0o755)


def test_an_old_python_is_told_so() -> None:
    program = f"""
import runpy, sys
sys.version_info = (3, 9, 2, "final", 0)
runpy.run_path({str(ROOT / "bootstrap.py")!r}, run_name="__main__")
"""
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert answer.returncode == 1
    assert answer.stderr == (
        "error: Python 3.11 or newer is needed, not 3.9: make PYTHON=python3.13\n"
    )


def test_an_old_python_can_read_that_far() -> None:
    ast.parse((ROOT / "bootstrap.py").read_text(), feature_version=(3, 7))


def test_help_has_one_line_for_each_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    answer = subprocess.run(make(), cwd=ROOT, capture_output=True, text=True, check=True)

    assert [line.split()[1] for line in answer.stdout.splitlines()] == phony.group(1).split()


def test_every_tool_that_make_calls_is_installed() -> None:
    tools = set(re.findall(r"\$\(BIN\)/(\S+)", MAKEFILE))

    assert {"pytest", "pilotzone", "uv"} <= tools
    for tool in tools:
        assert Path(sys.executable).with_name(tool).exists()


def test_hooks_fetch_nothing_and_run_the_programs_of_this_environment() -> None:
    """What a commit is held against is what `make check` begins with, in the same order."""
    static = re.search(r"^define STATIC\n(.*?)^endef$", MAKEFILE, re.DOTALL | re.MULTILINE)
    assert static is not None
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]

    assert local["repo"] == "local"
    assert {each["language"] for each in local["hooks"]} == {"system"}
    entries = [each["entry"].replace(".venv/bin", "$(BIN)") for each in local["hooks"]]
    assert entries == static[1].splitlines()
