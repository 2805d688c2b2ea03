"""The house: its rooms are as ARCHITECTURE.md shows them, and each keeps to what it may touch."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "shared"
PURE = [*(SHARED / "core").rglob("*.py"), *(SHARED / "scoring").rglob("*.py")]


def imported(program: str) -> Iterator[str]:
    """Yield the module of every import in *program*, wherever it stands; relative: its dots."""
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{each.name}" for each in node.names)


def foreign(program: str) -> set[str]:
    """Return what *program* imports beside the standard library, numpy and the rules."""
    return {
        name
        for name in imported(program)
        if name.partition(".")[0] not in sys.stdlib_module_names | {"numpy"}
        and not f"{name}.".startswith(("shared.core.", "shared.scoring."))
    }


@pytest.mark.parametrize("module", sorted(PURE), ids=lambda path: path.stem)
def test_scoring_imports_numpy_and_the_standard_library_alone(module: Path) -> None:
    assert foreign(module.read_text("utf-8")) == set()


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("import rich", {"rich"}),
        ("import numpy.typing, rich.table as table", {"rich.table"}),
        ("from yaml import safe_load", {"yaml.safe_load"}),
        ("def late():\n    import numpy_financial", {"numpy_financial"}),
        ("from shared import settings, scoring", {"shared.settings"}),
        ("from shared.scoring_of_others import x", {"shared.scoring_of_others.x"}),
        ("from .. import settings", {"...settings"}),
    ],
)
def test_what_is_foreign_to_scoring_is_found(program: str, found: set[str]) -> None:
    assert foreign(program) == found


def tracked(pattern: str) -> list[Path]:
    """Return the files that git knows, relative to the repository's folder."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", pattern]
    found = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [Path(each) for each in found.split("\0") if each and (ROOT / each).exists()]


def folders() -> set[Path]:
    """Return every folder but those beneath a dot."""
    found = {folder for each in tracked("*") for folder in each.parents if folder != Path()}
    return {each for each in found if not each.parts[0].startswith(".")}


def test_the_architecture_names_every_folder_there_is_and_none_that_is_not() -> None:
    """Tests mirror the rooms: of theirs only those that are no room's are named."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = {Path(each) for each in re.findall(r"`((?:\w+/)*\w+)`", text) if (ROOT / each).is_dir()}
    rooms = {Path(each.name) for each in SHARED.iterdir() if each.is_dir()}
    rooms |= {Path(each.name) for each in (ROOT / "api").iterdir() if each.is_dir()}
    rooms |= {Path("cli"), Path("verifier"), Path("web"), Path("worker")}
    mirrored = {
        folder
        for folder in folders()
        if folder.parts[0] == "tests" and (len(folder.parts) == 1 or Path(folder.parts[1]) in rooms)
    }
    assert folders() - named == mirrored - named
    for each in re.findall(r"`((?:shared|api|tests|worker|cli|migrations)/[\w/]*)`", text):
        assert (ROOT / each).exists(), each


GROWING = {Path("migrations/versions")}
"""A step that was released stays as it is, so there are more with each."""


def test_a_folder_has_no_more_than_16_modules() -> None:
    modules = Counter(each.parent for each in tracked("*.py") if each.name != "__init__.py")
    assert {folder for folder, count in modules.items() if count > 16} <= GROWING


def test_a_module_has_no_more_than_300_lines() -> None:
    lengths = {each: (ROOT / each).read_text("utf-8").count("\n") for each in tracked("*.py")}
    assert {each: lines for each, lines in lengths.items() if lines > 300} == {}


SQL = {"sqlalchemy", "asyncpg"}


def asks_in_sql(module: Path) -> bool:
    """Whether a *module* of the shells or rooms, and no store, imports what speaks SQL."""
    if module.parts[0] not in {"api", "web", "worker", "cli", "shared"}:
        return False
    if module.parts[:2] == ("shared", "database") or module.stem.endswith(("store", "tables")):
        return False
    used = {name.partition(".")[0] for name in imported((ROOT / module).read_text("utf-8"))}
    return bool(used & SQL)


def test_sql_is_spoken_in_stores_alone() -> None:
    """Tests and benchmarks may ask the database themselves, and migrations are SQL."""
    assert [str(each) for each in tracked("*.py") if asks_in_sql(each)] == []
