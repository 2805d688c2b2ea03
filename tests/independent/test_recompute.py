"""An explanation holds everything: a program that has nothing else computes the score again."""

import copy
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.database import Database
from shared.explanations.verdicts import Verdict
from shared.frameworks.yaml_document import parse
from shared.reference import framework_text
from tests.independent.rounds import COUNTIES, PORTAL, Explained, played

PROGRAM = "recompute.py", "rules.py"
ALONE = tempfile.TemporaryDirectory()
"""Where the program is run, with nothing else of ours to import."""
EVERY_RULE = Path(__file__).parents[1] / "scoring" / "document" / "every_rule.yaml"

TURNED = {
    "TARGET": {"target": {"floor": 0, "target": 2}, "direction": "lower"},
    "BEST": {"best": {"direction": "higher"}},
    "MIN_MAX": {"min_max": {"direction": "lower"}},
    "RANK": {"percent_rank": {"direction": "lower"}},
    "Z": {"z_score": {"within": 0.5, "direction": "lower"}},
}


def every_rule(panel: dict[str, Any], missing: tuple[str, ...], *, turned: bool) -> Any:
    """Return the framework of every rule with another panel, missing rules and directions."""
    document = parse(EVERY_RULE.read_bytes())
    document["measures"]["quality"]["panel"] = panel
    lines = [
        line
        for dimension in document["dimensions"]
        for category in dimension["categories"]
        for line in category["indicators"]
    ]
    for at, line in enumerate(lines):
        line["missing"] = missing[at % len(missing)]
        if turned:
            line["normalise"] = TURNED.get(line["code"], line["normalise"])
    return document


DOCUMENTS: dict[str, Callable[[], Any]] = {
    "as it is": lambda: parse(EVERY_RULE.read_bytes()),
    "median, turned, skip": lambda: every_rule(
        {"combine": "median", "at_least": 2}, ("skip",), turned=True
    ),
    "mean, mixed": lambda: every_rule(
        {"combine": "mean", "at_least": 3, "tolerance": 2}, ("skip", "zero", "block"), turned=False
    ),
    "trimmed, turned": lambda: every_rule(
        {"combine": "trimmed_mean", "at_least": 2, "trim": 1, "trim_from": 4},
        ("zero", "skip", "skip"),
        turned=True,
    ),
    "the guide's": lambda: parse(framework_text()),
}


def recompute(document: Any) -> subprocess.CompletedProcess[str]:
    """Hand *document* to the program."""
    return run(json.dumps(document, ensure_ascii=False))


def run(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program on *text*, by Python's own library alone."""
    package = Path(ALONE.name) / "tests" / "independent"
    if not package.exists():
        package.mkdir(parents=True)
        for name in PROGRAM:
            shutil.copy(Path(__file__).with_name(name), package)
    return subprocess.run(
        [sys.executable, "-E", "-s", "-S", "-m", "tests.independent.recompute", *arguments],
        cwd=ALONE.name,
        input=text,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_a_script_computes_every_score_again_to_the_last_digit(
    owner: Database, worker_database: Database, document: Callable[[], Any]
) -> None:
    explained = await played(owner, worker_database, document(), seed=len(COUNTIES))
    for each in await explained.everything():
        answer = recompute(each)
        failed = [line for line in answer.stdout.splitlines() if line.startswith("FAIL")]
        assert (answer.returncode, failed, answer.stderr) == (0, [], "")


async def test_who_reads_pseudonyms_alone_computes_the_same(
    owner: Database, worker_database: Database
) -> None:
    """All adjudicators have one name then; which words are one reporter's is told all the same."""
    explained = await played(owner, worker_database, DOCUMENTS["as it is"](), seed=2)
    for each in await explained.everything(PORTAL):
        assert recompute(each).returncode == 0
        assert "expert-1" not in json.dumps(each)


async def spread(owner: Database, worker_database: Database) -> Explained:
    """Play a round under the framework of every rule."""
    return await played(owner, worker_database, DOCUMENTS["as it is"](), seed=1)


async def test_a_spread_leaves_no_reason_out(owner: Database, worker_database: Database) -> None:
    """What the script agrees with would mean little if it were always the same.

    The median has one more reason, and no submission of a kind that is not admitted is stored.
    """
    explained = await spread(owner, worker_database)
    found = {
        each["verdict"]
        for document in await explained.everything()
        for measure in document["measures"]
        for each in measure["submissions"]
    }
    assert found == set(Verdict) - {Verdict.NOT_ADMITTED, Verdict.NOT_MIDDLE}


async def test_a_spread_has_panels_with_and_without_a_mark_revised_after_sight(
    owner: Database, worker_database: Database
) -> None:
    explained = await spread(owner, worker_database)
    found = {
        "revised_after_sight" in measure["flags"]
        for document in await explained.everything()
        for measure in document["measures"]
        if measure["rule"]["kind"] == "panel" and measure["value"] is not None
    }
    assert found == {True, False}


async def test_a_spread_has_dimensions_that_pass_their_points_on(
    owner: Database, worker_database: Database
) -> None:
    explained = await spread(owner, worker_database)
    found = [
        {(each["own_full"] < each["full"], each["full"] == 0) for each in document["dimensions"]}
        for document in await explained.everything()
    ]
    assert {(True, False), (False, True)} in found


TAMPERED: dict[str, Callable[[Any], Any]] = {
    "total": lambda document: document.update(total=document["total"] + 0.01),
    "points": lambda document: document["lines"][0].update(points=0.01),
    "share": lambda document: document["lines"][4].update(share=0.123),
    "dimension": lambda document: document["dimensions"][0].update(full=1.0),
    "rule": lambda document: document.update(empty_rule="zero"),
    "coverage": lambda document: document.update(coverage=0.5),
    "verdict": lambda document: first_of(document).update(verdict="older"),
    "value": lambda document: document["measures"][0].update(value=1234567.0),
    "last digit": lambda document: largest(document).update(
        share=largest(document)["share"] * (1 + sys.float_info.epsilon)
    ),
}


def first_of(document: Any) -> Any:
    """Return a submission that counts."""
    return next(
        each
        for measure in document["measures"]
        for each in measure["submissions"]
        if each["verdict"] == "counts"
    )


def largest(document: Any) -> Any:
    """Return the line with the greatest share."""
    return max(document["lines"], key=lambda line: line["share"] or 0)


@pytest.mark.parametrize("text", ["", "no JSON", "{}", "[1]", "\udcff"])
def test_what_is_no_explanation_is_one_line_of_error(text: str) -> None:
    answer = run(text)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.count("\n") == 1


def test_the_program_says_what_it_does() -> None:
    answer = run("", "--help")
    assert answer.returncode == 0
    assert "from its JSON alone" in answer.stdout


async def test_a_document_that_was_tampered_with_is_caught(
    owner: Database, worker_database: Database
) -> None:
    explained = await spread(owner, worker_database)
    document = await explained.of("C1", 2)
    assert recompute(document).returncode == 0
    for what, tamper in TAMPERED.items():
        changed = copy.deepcopy(document)
        tamper(changed)
        answer = recompute(changed)
        assert answer.returncode == 1, what
        assert "FAIL" in answer.stdout, what
