"""What a sound framework document is read as."""

import copy
from pathlib import Path
from typing import Any

import pytest

from shared.frameworks.yaml_document import parse
from shared.scoring.document.reader import read, warnings
from shared.scoring.framework import (
    AfterSight,
    Band,
    Derivation,
    Direction,
    Empty,
    Framework,
    MeasureType,
    Missing,
    Name,
    Normalisation,
    Panel,
    Range,
    ReporterKind,
)

DOCUMENT = parse((Path(__file__).parent / "every_rule.yaml").read_bytes())


@pytest.fixture
def document() -> Any:
    return copy.deepcopy(DOCUMENT)


@pytest.fixture
def framework(document: Any) -> Framework:
    return read(document)


def test_points_are_held_as_whole_units(framework: Framework) -> None:
    """12.5 points of two decimals are 1250 units, exactly."""
    assert (framework.full, framework.precision) == (1250, 2)
    assert [each.full for each in framework.indicators] == [200, 200, 100, 25, 200, 200, 200, 125]
    assert [each.full for each in framework.dimensions] == [525, 600, 125]


def test_points_that_no_float_holds_are_exact(document: Any) -> None:
    """0.29 is a little less as a float, and 0.29 x 100 would be 28 units."""
    document["points"] = 10.79
    document["dimensions"][0]["categories"][0]["indicators"][0]["points"] = 0.29

    assert read(document).indicators[0].full == 29


def test_a_framework_keeps_the_order_of_its_document(framework: Framework) -> None:
    codes = ["TARGET", "STEPS", "GRADES", "YES-NO", "BEST", "MIN_MAX", "RANK", "Z"]

    assert (framework.code, framework.version) == ("every-rule", "1")
    assert framework.name == Name("全部规则", "Every rule")
    assert [each.code for each in framework.indicators] == codes
    assert framework.measure_codes == tuple(DOCUMENT["measures"])
    assert framework.code_lists == {
        "kinds": (("K1", Name("甲", "First")), ("K2", Name("乙", "Second")))
    }
    assert framework.dimension_of == (0, 0, 0, 0, 1, 1, 1, 2)


def test_every_derivation_is_read(framework: Framework) -> None:
    assert [each.derivation for each in framework.indicators] == [
        Derivation("distinct", (("held", 1.0),)),
        Derivation("value", (("change", 1.0),), cap=50.0),
        Derivation("value", (("level", 1.0),)),
        Derivation("value", (("listed", 1.0),)),
        Derivation("ratio", (("stations", 1.0),), "people", per=10000.0, cap=50.0),
        Derivation("sum", (("stations", 2.0), ("people", 0.5))),
        Derivation("value", (("stations", 1.0),)),
        Derivation("value", (("quality", 1.0),)),
    ]


def test_every_normalisation_is_read(framework: Framework) -> None:
    bands = (Band(None, 1.0), Band(-10.0, 0.4, inclusive=False), Band(20.0, 0.0))

    assert [each.normalisation for each in framework.indicators] == [
        Normalisation("target", floor=0.1, target=0.3, step=0.2),
        Normalisation("steps", Direction.LOWER, bands=bands),
        Normalisation("grades", grades=(("优", 1.0), ("良", 0.5))),
        Normalisation("grades", grades=(("yes", 1.0), ("no", 0.5))),
        Normalisation("best", Direction.LOWER),
        Normalisation("min_max", base=0.5),
        Normalisation("percent_rank"),
        Normalisation("z_score", within=2.0),
    ]


def test_what_is_left_out_has_its_default(document: Any) -> None:
    """A count begins at 0, a mark is reported by experts, missing or empty earns nothing."""
    del document["empty"]
    framework = read(document)

    ruled = {"STEPS", "GRADES", "Z"}
    rules = {each.missing for each in framework.indicators if each.code not in ruled}
    assert rules == {Missing.ZERO}
    assert framework.empty is Empty.ZERO
    assert framework.measures["stations"].range == Range(0.0, None)
    assert framework.measures["quality"].reported_by == (ReporterKind.EXPERT,)
    assert framework.measures["level"].unit == ""


def test_a_measure_knows_the_codes_it_admits(framework: Framework) -> None:
    """A category's are the grades of its indicator: nothing else can be scored."""
    codes = {code: each.codes for code, each in framework.measures.items() if each.codes}

    assert codes == {"level": ("优", "良"), "listed": ("no", "yes"), "held": ("K1", "K2")}


def test_a_measure_is_read_in_full(framework: Framework) -> None:
    stations, change = framework.measures["stations"], framework.measures["change"]

    assert (stations.type, stations.unit, stations.tolerance) == (
        MeasureType.COUNT,
        "station",
        0.05,
    )
    assert stations.reported_by == (ReporterKind.SOURCE, ReporterKind.APPLICANT)
    assert change.range == Range(-100.0, 900.5)


def test_a_trim_says_itself_how_many_marks_it_needs(framework: Framework) -> None:
    """Two off either end leave nothing of fewer than five."""
    panel = Panel("trimmed_mean", at_least=5, trim=2, trim_from=5, tolerance=4.0)

    assert framework.measures["quality"].panel == panel


def test_a_mark_revised_after_sight_is_flagged_unless_the_panel_refuses_it(document: Any) -> None:
    read_panels = []
    for said in ({}, {"after_sight": "flag"}, {"after_sight": "refuse"}):
        document["measures"]["quality"]["panel"] = said
        panel = read(document).measures["quality"].panel
        assert panel is not None
        read_panels.append(panel.after_sight)

    assert read_panels == [AfterSight.FLAG, AfterSight.FLAG, AfterSight.REFUSE]


def test_missing_rules_and_bases_are_read(framework: Framework) -> None:
    assert [each.missing for each in framework.indicators[1:3]] == [Missing.SKIP, Missing.BLOCK]
    assert framework.indicators[2].basis == "省工信厅文件"
    assert framework.empty is Empty.PASS_ON


@pytest.mark.parametrize("beside", [True, False])
def test_a_direction_may_stand_inside_the_braces_or_beside(document: Any, *, beside: bool) -> None:
    """`steps` is a list and has no braces, so `beside` has to be possible at all."""
    best = {"best": {}, "direction": "lower"} if beside else {"best": {"direction": "lower"}}
    document["dimensions"][1]["categories"][0]["indicators"][0]["normalise"] = best

    assert read(document).indicators[4].normalisation.direction is Direction.LOWER


def test_a_first_band_may_begin_at_the_least_value_there_is(document: Any) -> None:
    indicator = document["dimensions"][1]["categories"][0]["indicators"][1]
    indicator["normalise"] = {"steps": [{"from": 0, "share": 0.2}, {"from": 5, "share": 1}]}

    assert read(document).indicators[5].normalisation.bands[0] == Band(0.0, 0.2)


def test_reading_leaves_the_document_as_it_was(document: Any) -> None:
    read(document)

    assert document == DOCUMENT


def test_a_sound_framework_has_no_warnings(framework: Framework) -> None:
    assert warnings(framework) == ()


def test_what_is_hardly_meant_is_a_warning(document: Any) -> None:
    document["code_lists"]["idle"] = [{"code": "X", "name": {"zh": "甲", "en": "X"}}]
    del document["measures"]["stations"]["unit"]
    document["measures"]["people"]["range"] = {"min": 0}
    document["measures"]["quality"]["panel"]["at_least"] = 4
    document["dimensions"][0]["categories"][0]["indicators"][2]["normalise"]["direction"] = "lower"
    del document["dimensions"][2]["categories"][0]["indicators"][0]["missing"]

    assert [(each.pointer, each.code) for each in warnings(read(document))] == [
        ("/code_lists/idle", "code-list-unused"),
        ("/measures/stations/unit", "unit-missing"),
        ("/measures/people/range", "denominator-may-be-zero"),
        ("/measures/quality/panel", "panel-may-be-untrimmed"),
        (
            "/dimensions/0/categories/0/indicators/2/normalise",
            "direction-without-effect",
        ),
        ("/empty", "empty-without-effect"),
    ]


def test_a_single_dimension_has_nobody_to_pass_its_points_to(document: Any) -> None:
    document["dimensions"] = document["dimensions"][2:]
    document["measures"] = {"quality": document["measures"]["quality"]}
    document["points"] = 1.25
    del document["code_lists"]

    assert [each.code for each in warnings(read(document))] == ["empty-without-effect"]
