"""Who may import what, where import-linter can only forbid what somebody thought of."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[1] / "shared"
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
