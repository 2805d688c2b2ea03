"""docs/frameworks.md against the code that reads a framework document."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.answers.codes import FRAMEWORK_CODES, WARNING_CODES
from shared.frameworks.yaml_document import parse
from shared.scoring.document.derivations import DERIVATIONS
from shared.scoring.document.measures import Combine
from shared.scoring.document.normalisations import NORMALISATIONS
from shared.scoring.document.reader import read, warnings
from shared.scoring.flags import Flag
from shared.scoring.framework import (
    AfterSight,
    Direction,
    Empty,
    MeasureType,
    Missing,
    ReporterKind,
)
from tests.contract.document import ROOT

DOCS = (ROOT / "docs" / "frameworks.md").read_text("utf-8")
READERS = list(ROOT.glob("shared/scoring/document/*.py"))
BLOCKS = [parse(each) for each in re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)]
NAME = {"zh": "略", "en": "Left out"}


def calls(*names: str) -> Iterator[ast.Call]:
    """Yield every call of one of *names* in the modules that read a document."""
    for path in READERS:
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)
                if name in names:
                    yield node


def constants(nodes: list[ast.expr]) -> set[str]:
    """Return the texts that are written out in *nodes*."""
    inner = (each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Constant))
    return {each.value for each in inner if isinstance(each.value, str)}


def documented(heading: str) -> set[str]:
    """Return the codes in the first column of the table under *heading*."""
    (section,) = re.findall(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", DOCS, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return {code for row in rows for code in re.findall(r"`(.+?)`", row)}


def test_every_finding_is_documented_and_no_other() -> None:
    emitted = set[str]()
    for call in calls("note"):
        assert isinstance(call.args[0], ast.Constant), ast.unparse(call)
        emitted |= constants(call.args[:1])

    assert len(emitted) > 30
    assert documented("Findings") == emitted == set(FRAMEWORK_CODES)


def test_every_warning_is_documented_and_no_other() -> None:
    emitted = set[str]()
    for call in calls("Finding"):
        emitted |= constants(call.args[1:2])

    assert len(emitted) == 6
    assert documented("Warnings") == emitted < set(WARNING_CODES)


def test_every_key_and_every_word_is_documented() -> None:
    keys = set[str]()
    for call in calls("fields", "split"):
        keys |= constants([*call.args, *(each.value for each in call.keywords)])
    words = {*DERIVATIONS, *NORMALISATIONS, "cap"}
    for kind in (AfterSight, Combine, Direction, Empty, MeasureType, Missing, ReporterKind):
        words |= set(kind)

    assert {"trim_from", "reported_by", "inclusive", "direction"} <= keys
    said = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", DOCS))))
    assert (keys | words) - said == set()


def test_every_flag_of_a_line_is_documented() -> None:
    assert {each for each in map(str.lower, Flag.__members__) if f"`{each}`" not in DOCS} == set()


def whole(block: Any) -> Any:
    """Return *block* as a document; a fragment gets what fragments leave out."""
    if "dimensions" in block:
        return block
    for number, indicator in enumerate(block["indicators"]):
        left_out = {"code": f"I{number}", "name": NAME, "points": 1, "basis": "guide"}
        indicator |= {key: each for key, each in left_out.items() if key not in indicator}
    category = {"name": NAME, "indicators": block["indicators"]}
    return {
        "code": "fragment",
        "version": "1",
        "name": NAME,
        "points": len(block["indicators"]),
        "precision": 4,
        "measures": {code: {"name": NAME} | each for code, each in block["measures"].items()},
        "dimensions": [{"code": "D", "name": NAME, "categories": [category]}],
    }


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_is_a_document_without_findings_or_warnings(block: Any) -> None:
    assert warnings(read(whole(block))) == ()


def test_the_examples_show_every_derivation_and_normalisation() -> None:
    shown = set[str]()
    for block in BLOCKS:
        for indicator in read(whole(block)).indicators:
            shown |= {indicator.derivation.kind, indicator.normalisation.method}

    assert shown == {*DERIVATIONS, *NORMALISATIONS}
