"""What is said of a framework document that has a fault: its place, its code, nothing else."""

import copy
import math
from pathlib import Path
from typing import Any, Final

import pytest

from shared.core.errors import FrameworkInvalid
from shared.frameworks.yaml_document import parse
from shared.scoring.document.reader import read

DOCUMENT = parse((Path(__file__).parent / "every_rule.yaml").read_bytes())
GONE: Final = object()

LISTS, STATIONS, CHANGE, QUALITY, LISTED, HELD = (
    "/code_lists", "/measures/stations", "/measures/change", "/measures/quality",
    "/measures/listed", "/measures/held",
)  # fmt: skip
TARGET, STEPS, GRADES, YES_NO = (f"/dimensions/0/categories/0/indicators/{n}" for n in range(4))
BEST, MIN_MAX = (f"/dimensions/1/categories/0/indicators/{n}" for n in range(2))
RANK, Z = "/dimensions/1/categories/1/indicators/0", "/dimensions/2/categories/0/indicators/0"
NAME = {"zh": "甲", "en": "A"}
FLAG = {"name": NAME, "type": "flag", "reported_by": ["source"]}

FORMS: list[tuple[str, object, str]] = [
    ("/colour", "red", "key-unknown"),
    ("/code", GONE, "key-missing"),
    ("/code", 7, "not-text"),
    ("/code", "has blank", "code-malformed"),
    ("/code", "..", "code-malformed"),
    ("/code", "x\n", "text-unwritable"),
    ("/version", "x" * 65, "code-malformed"),
    ("/name", "Every rule", "not-an-object"),
    ("/name/zh", GONE, "key-missing"),
    ("/name/zh", "　", "text-blank"),
    ("/name/en", "x" * 501, "text-too-long"),
    ("/name/en", "a\x00b", "text-unwritable"),
    ("/name/en", "a\ud800b", "text-unwritable"),
    ("/points", True, "not-a-number"),
    ("/points", "12.5", "not-a-number"),
    ("/points", math.nan, "number-not-exact"),
    ("/points", math.inf, "number-not-exact"),
    ("/points", 10**400, "number-not-exact"),
    ("/points", 0.1 + 0.2, "number-not-exact"),
    ("/points", 1234567890123456, "number-not-exact"),
    ("/points", 1e-16, "number-not-exact"),
    ("/points", 0, "number-out-of-bounds"),
    ("/points", 1e10, "number-out-of-bounds"),
    ("/points", 12.505, "points-too-fine"),
    ("/points", 12.51, "points-total-differs"),
    ("/precision", 7, "number-out-of-bounds"),
    ("/precision", -1, "number-out-of-bounds"),
    ("/precision", 2.5, "not-a-whole-number"),
    ("/precision", False, "not-a-number"),
    ("/dimensions", {}, "not-a-list"),
    ("/dimensions/1/code", "D1", "code-repeated"),
    ("/dimensions/1/categories/1/code", "C", "key-unknown"),
    (f"{Z}/code", "BEST", "code-repeated"),
    (f"{Z}/points", 1.255, "points-too-fine"),
    (f"{Z}/missing", "nil", "choice-unknown"),
    ("/empty", "skip", "choice-unknown"),
    ("/empty", True, "not-text"),
    (f"{Z}/basis", GONE, "key-missing"),
    (f"{Z}/basis", " ", "text-blank"),
    (f"{Z}/basis", "x" * 201, "text-too-long"),
]

MEASURES: list[tuple[str, object, str]] = [
    (f"{LISTS}/two words", [{"code": "A", "name": NAME}], "code-malformed"),
    (f"{LISTS}/idle", [], "empty"),
    (f"{LISTS}/idle", {}, "not-a-list"),
    (f"{LISTS}/kinds/1/code", "K1", "code-repeated"),
    ("/measures/spare", FLAG, "measure-unused"),
    ("/measures/", FLAG, "text-blank"),
    (STATIONS, "many", "not-an-object"),
    (f"{STATIONS}/type", "integer", "choice-unknown"),
    (f"{STATIONS}/unit", 5, "not-text"),
    (f"{STATIONS}/reported_by", GONE, "key-missing"),
    (f"{STATIONS}/reported_by", [], "empty"),
    (f"{STATIONS}/reported_by/1", "source", "code-repeated"),
    (f"{STATIONS}/reported_by/1", "portal", "choice-unknown"),
    (f"{STATIONS}/tolerance", -0.1, "number-out-of-bounds"),
    (f"{STATIONS}/plausible/least", 1, "key-unknown"),
    (f"{STATIONS}/plausible/min", "1", "not-a-number"),
    (f"{STATIONS}/plausible/change", 1, "number-out-of-bounds"),
    (f"{STATIONS}/plausible", {"min": 2, "max": 1}, "plausible-empty"),
    (f"{STATIONS}/plausible", {"max": -1}, "plausible-empty"),
    (f"{QUALITY}/plausible", {"max": 90}, "key-not-applicable"),
    (f"{STATIONS}/list", "kinds", "key-not-applicable"),
    (f"{STATIONS}/panel", {}, "key-not-applicable"),
    (f"{CHANGE}/range", {"min": 2, "max": 1}, "range-reversed"),
    (f"{STATIONS}/range", {"max": -1}, "range-reversed"),
    (f"{QUALITY}/range", GONE, "key-missing"),
    (f"{QUALITY}/range/max", GONE, "key-missing"),
    (f"{QUALITY}/panel", GONE, "key-missing"),
    (f"{QUALITY}/tolerance", 0.1, "key-not-applicable"),
    (f"{QUALITY}/reported_by", ["applicant"], "reporter-not-expert"),
    (f"{QUALITY}/panel/combine", "mode", "choice-unknown"),
    (f"{QUALITY}/panel/at_least", 0, "number-out-of-bounds"),
    (f"{QUALITY}/panel/trim_from", 4, "trim-leaves-nothing"),
    (f"{QUALITY}/panel/after_sight", "forbid", "choice-unknown"),
    (f"{LISTED}/range", {"min": 0}, "key-not-applicable"),
    (f"{HELD}/list", GONE, "key-missing"),
    (f"{HELD}/list", "sorts", "code-list-undefined"),
]

RULES: list[tuple[str, object, str]] = [
    (f"{Z}/derive", GONE, "key-missing"),
    (f"{Z}/derive", {}, "method-not-one"),
    (f"{RANK}/derive/value", "station", "measure-undefined"),
    (f"{RANK}/derive/value", 5, "not-text"),
    (f"{MIN_MAX}/derive/sum/station", 1, "measure-undefined"),
    (f"{MIN_MAX}/derive/sum/listed", 1, "measure-type-unfit"),
    (f"{MIN_MAX}/derive/sum/people", 0, "number-out-of-bounds"),
    (f"{MIN_MAX}/derive/sum", {}, "empty"),
    (f"{BEST}/derive/ratio/per", 0, "number-out-of-bounds"),
    (f"{BEST}/derive/ratio/to", GONE, "key-missing"),
    (f"{BEST}/derive/ratio/of", "quality", "measure-type-unfit"),
    (f"{BEST}/derive/ratio/to", "stations", "denominator-is-numerator"),
    (f"{BEST}/derive/cap", 0, "number-out-of-bounds"),
    (f"{GRADES}/derive/cap", 1, "key-not-applicable"),
    (f"{Z}/normalise", {"best": {}, "percent_rank": {}}, "method-not-one"),
    (f"{BEST}/normalise/best/base", 0.5, "key-unknown"),
    (f"{BEST}/normalise/best", [], "not-an-object"),
    (f"{BEST}/normalise/best/direction", "up", "choice-unknown"),
    (f"{BEST}/normalise/direction", "lower", "direction-given-twice"),
    (f"{MIN_MAX}/normalise/min_max/base", 1, "number-out-of-bounds"),
    (f"{Z}/normalise/z_score/within", 0, "number-out-of-bounds"),
    (f"{Z}/normalise/z_score/within", GONE, "key-missing"),
    (f"{TARGET}/normalise/target/target", 0.1, "target-not-above-floor"),
    (f"{TARGET}/normalise/target/step", 0, "number-out-of-bounds"),
    (f"{TARGET}/normalise/target/step", 0.21, "step-too-long"),
    (f"{STEPS}/normalise/steps/0/from", -99, "steps-leave-gap"),
    (f"{STEPS}/normalise/steps/1/from", GONE, "key-missing"),
    (f"{STEPS}/normalise/steps/2/from", -10, "steps-not-ascending"),
    (f"{STEPS}/normalise/steps/2/share", 0.5, "steps-not-monotone"),
    (f"{STEPS}/normalise/steps/0/share", 1.1, "number-out-of-bounds"),
    (f"{STEPS}/normalise/steps/1/inclusive", "no", "not-a-boolean"),
    (f"{STEPS}/normalise/steps/1", 0.4, "not-an-object"),
    (f"{STEPS}/normalise/steps", [], "empty"),
    (f"{GRADES}/normalise/grades/优", -1, "number-out-of-bounds"),
    (f"{GRADES}/normalise/grades", {}, "empty"),
    (f"{YES_NO}/normalise/grades", {"yes": 1}, "grades-not-yes-no"),
]

ELSEWHERE: list[tuple[str, object, list[tuple[str, str]]]] = [
    ("/a~b", 1, [("/a~0b", "key-unknown")]),
    ("/\ud800", 1, [("/?", "key-unknown")]),
    (f"{STATIONS}/range", {"min": -1}, [(f"{STATIONS}/range/min", "number-out-of-bounds")]),
    (f"{QUALITY}/panel/combine", "median", [(f"{QUALITY}/panel/trim", "key-not-applicable")]),
    (f"{Z}/points", 1.24, [("/points", "points-total-differs")]),
    (f"{Z}/derive/distinct", "held", [(f"{Z}/derive", "method-not-one")]),
    (f"{RANK}/derive/value", "held", [
        (f"{RANK}/derive/value", "measure-type-unfit"),
    ]),
    (f"{RANK}/derive/value", "level", [
        (f"{RANK}/normalise/percent_rank", "normalisation-unfit"),
    ]),
    (f"{RANK}/derive/value", "listed", [
        (f"{RANK}/normalise/percent_rank", "normalisation-unfit"),
    ]),
    (f"{RANK}/normalise", {"grades": {"A": 1}}, [
        (f"{RANK}/normalise/grades", "normalisation-unfit"),
    ]),
    (f"{YES_NO}/normalise/grades/maybe", 0.5, [
        (f"{YES_NO}/normalise/grades", "grades-not-yes-no"),
    ]),
    (f"{STEPS}/normalise/direction", "higher", [
        (f"{STEPS}/normalise/steps/1/share", "steps-not-monotone"),
        (f"{STEPS}/normalise/steps/2/share", "steps-not-monotone"),
    ]),
    (f"{Z}/derive", {"value": "people"}, [("/measures/quality", "measure-unused")]),
    (f"{Z}/derive", {"mean": "quality"}, [
        (f"{Z}/derive/mean", "key-unknown"),
        (f"{Z}/derive", "method-not-one"),
    ]),
]  # fmt: skip


def changed(pointer: str, value: object) -> Any:
    """Return the document with *value* where *pointer* points, or with nothing there."""
    document = copy.deepcopy(DOCUMENT)
    *way, last = pointer.split("/")[1:]
    part: Any = document
    for step in way:
        part = part[int(step) if isinstance(part, list) else step]
    key: Any = int(last) if isinstance(part, list) else last
    if value is GONE:
        del part[key]
    else:
        part[key] = value
    return document


def findings(document: Any) -> list[tuple[str, str]]:
    try:
        read(document)
    except FrameworkInvalid as error:
        return [(each.pointer, each.code) for each in error.findings]
    return []


@pytest.mark.parametrize(("pointer", "value", "code"), FORMS + MEASURES + RULES)
def test_one_fault_gives_one_finding_at_its_place(pointer: str, value: object, code: str) -> None:
    """Whoever mends what is said must be done: no finding merely follows from another."""
    assert findings(changed(pointer, value)) == [(pointer, code)]


@pytest.mark.parametrize(("pointer", "value", "expected"), ELSEWHERE)
def test_a_fault_is_named_where_it_can_be_mended(
    pointer: str, value: object, expected: list[tuple[str, str]]
) -> None:
    assert findings(changed(pointer, value)) == expected


@pytest.mark.parametrize("document", [None, [], "code: x", 5, True])
def test_what_is_no_object_is_refused_as_a_whole(document: object) -> None:
    assert findings(document) == [("", "not-an-object")]


def test_a_number_of_any_length_is_refused() -> None:
    """Python itself refuses to write out one of more than 4300 digits."""
    assert findings(changed("/points", 10**5000)) == [("/points", "number-not-exact")]


def test_a_key_that_is_no_text_is_refused() -> None:
    """JSON cannot write such a document again."""
    assert findings(DOCUMENT | {1: "one"}) == [("", "key-not-text")]


def test_every_fault_is_said_at_once() -> None:
    """Form and meaning together: nobody mends a document fault by fault."""
    document = changed("/colour", "red")
    document["points"] = 13
    document["measures"]["people"]["range"]["min"] = "one"
    document["measures"]["held"]["list"] = "sorts"
    del document["dimensions"][0]["name"]["en"]
    document["dimensions"][2]["categories"][0]["indicators"][0]["derive"] = {"value": "nothing"}

    assert sorted(findings(document)) == [
        ("/colour", "key-unknown"),
        ("/dimensions/0/name/en", "key-missing"),
        (f"{Z}/derive/value", "measure-undefined"),
        ("/measures/held/list", "code-list-undefined"),
        ("/measures/people/range/min", "not-a-number"),
        ("/measures/quality", "measure-unused"),
        ("/points", "points-total-differs"),
    ]


def test_the_grades_of_a_category_are_the_same_for_every_indicator() -> None:
    """A value admitted for one indicator would have no share in the other."""
    document = changed(f"{RANK}/derive/value", "level")
    document["dimensions"][1]["categories"][1]["indicators"][0]["normalise"] = {
        "grades": {"优": 1, "中": 0}
    }

    assert findings(document) == [(f"{RANK}/normalise/grades", "grades-differ")]


@pytest.mark.parametrize(
    ("edge", "inclusive", "codes"),
    [
        (1.5, True, ["steps-leave-gap"]),
        (0.5, True, []),
        (0.5, False, ["steps-leave-gap"]),
        (0.25, False, []),
    ],
)
def test_bands_begin_at_the_least_value_there_is(
    edge: float, inclusive: object, codes: list[str]
) -> None:
    """Of a sum with parts from 2 x 3 and 0.5 x 1 one may be missing: 0.5 is the least."""
    document = changed(f"{STATIONS}/range", {"min": 3})
    band = {"from": edge, "share": 0, "inclusive": inclusive}
    rule = {"steps": [band, {"from": 9, "share": 1}]}
    document["dimensions"][1]["categories"][0]["indicators"][1]["normalise"] = rule

    assert [code for _, code in findings(document)] == codes


def test_a_ratio_whose_parts_may_be_negative_has_no_least_value() -> None:
    document = changed(f"{BEST}/derive", {"ratio": {"of": "stations", "to": "change"}})
    rule = {"steps": [{"from": -1e9, "share": 0}]}
    document["dimensions"][1]["categories"][0]["indicators"][0]["normalise"] = rule

    assert findings(document) == [(f"{BEST}/normalise/steps/0/from", "steps-leave-gap")]
