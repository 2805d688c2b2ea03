"""No document, however broken, gets anything from the reader but a framework or findings."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import FrameworkInvalid
from shared.frameworks.yaml_document import parse
from shared.scoring.document.reader import read, warnings
from shared.scoring.framework import Framework

DOCUMENT = parse((Path(__file__).parent / "every_rule.yaml").read_bytes())
WORDS = ["", "K1", "stations", "level", "yes", "lower", "direction", "from", "steps", "best", "min"]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.just(10**400)
    | st.text(st.characters(exclude_categories=[]), max_size=5)
    | st.sampled_from(WORDS)
)
KEYS = st.sampled_from(WORDS) | st.text(max_size=3) | st.integers(0, 9)
ANYTHING = st.recursive(
    SCALARS,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(KEYS, parts, max_size=3),
    max_leaves=8,
)


def steps(part: Any) -> list[Any]:
    return list(part) if isinstance(part, dict) else list(range(len(part)))


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Take the sound document and replace, remove or double up to three parts of it."""
    document = copy.deepcopy(DOCUMENT)
    for _ in range(draw(st.integers(1, 3))):
        part = document
        key = draw(st.sampled_from(steps(part)))
        while isinstance(part[key], dict | list) and part[key] and draw(st.booleans()):
            part = part[key]
            key = draw(st.sampled_from(steps(part)))
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                part[key] = draw(ANYTHING | st.just(copy.deepcopy(part)))
            case "remove":
                del part[key]
            case _ if isinstance(part, dict):
                part[draw(KEYS)] = copy.deepcopy(part[key])
            case _:
                part.append(copy.deepcopy(part[key]))
        if not document:
            break
    return document


def judge(document: Any) -> None:
    """Read *document*, and check what comes of it against what is promised."""
    try:
        framework = read(document)
    except FrameworkInvalid as error:
        findings = error.findings
    else:
        hold(framework)
        return
    assert findings
    for finding in findings:
        assert stands(document, finding.pointer)
        assert json.dumps([finding.pointer, finding.message], ensure_ascii=False).encode()


def stands(document: Any, pointer: str) -> bool:
    """Whether there is a place for what *pointer* names, be it missing there."""
    for token in pointer.split("/")[1:-1]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key) if isinstance(document, list) else key]
    return isinstance(document, dict | list) or pointer == ""


def hold(framework: Framework) -> None:
    """Check what the rules rely on in a framework that was read."""
    assert sum(each.full for each in framework.dimensions) == framework.full
    assert {code for each in framework.indicators for code in each.derivation.measures} == set(
        framework.measures
    )
    warnings(framework)


@settings(deadline=None)
@given(ANYTHING)
def test_any_value_at_all_is_answered(document: Any) -> None:
    judge(document)


@settings(deadline=None)
@given(mutated())
def test_any_change_of_a_sound_document_is_answered(document: Any) -> None:
    judge(document)
