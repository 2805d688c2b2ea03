"""What is said of a round before its ranking is believed."""

import ast
from pathlib import Path

from shared.diagnostics import warnings as round_warnings
from shared.diagnostics.correlation import Redundancy
from shared.diagnostics.model import Behaviour, CohortBehaviour
from shared.scoring.framework import Framework, Normalisation
from tests.fixtures import frameworks as make
from tests.fixtures.documents import rows, section

FRAMEWORK = make.framework(
    [make.indicator("A1"), make.indicator("A2")],
    [make.indicator("B1", Normalisation("target", floor=0.0, target=9.0))],
)
FIXED = make.framework([make.indicator("B1", Normalisation("target"))])


def behaviour(*, flat: bool = False) -> Behaviour:
    """Return an indicator for which nine applicants have a value."""
    return Behaviour(9, flat, correlation=None, best=None, worst=None)


def entries(framework: Framework, **cohort: int) -> list[tuple[str, str]]:
    """Return code and words of what is said of who takes part."""
    found = round_warnings.of_entries(framework, cohort)
    return [(each.code, each.message) for each in found]


def test_one_alone_is_compared_with_nobody() -> None:
    assert entries(FRAMEWORK, county=1, park=2) == [
        (
            "cohort-of-one",
            "Only one county takes part, and 2 indicators would compare it with other counties.",
        )
    ]
    assert [code for code, _ in entries(FRAMEWORK, county=1, park=1)] == ["cohort-of-one"] * 2


def test_fixed_scales_compare_nobody() -> None:
    assert entries(FIXED, county=1) == []


def test_a_round_without_anybody_is_said_to_be_empty_whatever_its_scales() -> None:
    for framework in (FRAMEWORK, FIXED):
        assert [code for code, _ in entries(framework)] == ["cohort-empty"]


def keys(reached: dict[str, int], cohort: int) -> dict[str, str]:
    """Return what is said of measures, by place."""
    found = round_warnings.of_keys(FRAMEWORK, reached, cohort)
    return {each.pointer: each.message for each in found}


def test_a_measure_is_named_if_nobody_may_report_it_for_everybody() -> None:
    assert keys({"A1": 3, "A2": 2}, 3) == {
        "/measures/A2": "No valid key may report A2 for 1 of 3 applicants.",
        "/measures/B1": "No valid key may report B1.",
    }


def test_keys_that_reach_none_of_the_round_report_nothing() -> None:
    assert keys({"A1": 0, "A2": 3, "B1": 3}, 3) == {"/measures/A1": "No valid key may report A1."}


def test_before_anybody_takes_part_only_a_measure_without_any_key_is_named() -> None:
    assert keys({"A1": 0, "A2": 0}, 0) == {"/measures/B1": "No valid key may report B1."}


def test_what_the_scores_show_is_said_at_the_indicators_place() -> None:
    indicators = (behaviour(), behaviour(), behaviour(flat=True))
    pairs = (Redundancy(0, 1, -0.96, 9),)

    found = list(
        round_warnings.of_scores(FRAMEWORK, {"park": CohortBehaviour(9, indicators, pairs)})
    )

    assert [(each.pointer, each.code, each.message) for each in found] == [
        (
            "/dimensions/1/categories/0/indicators/0",
            "constant",
            "B1 has one and the same value for all 9 parks that have one, so it ranks nobody.",
        ),
        (
            "/dimensions/0/categories/0/indicators/0",
            "redundant",
            (
                "A1 and A2 order 9 parks the opposite way (rank correlation -0.96), so one of"
                " them adds little."
            ),
        ),
    ]


def test_every_warning_is_documented_and_no_other(root: Path) -> None:
    tree = ast.parse(Path(round_warnings.__file__).read_text("utf-8"))
    emitted = {
        ast.literal_eval(each.args[1])
        for each in ast.walk(tree)
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "Finding"
    }
    table = rows(section((root / "docs" / "diagnostics.md").read_text("utf-8"), "## Warnings"))

    assert len(emitted) == 6
    assert {code.strip("`") for code, _, _ in table} == emitted
