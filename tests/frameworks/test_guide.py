"""The framework that ships, held against the guide's own table (annex 1)."""

import csv
from pathlib import Path

import pytest

from shared.frameworks.yaml_document import parse
from shared.reference import framework_text, unit_in_words
from shared.scoring.document.reader import read, warnings
from shared.scoring.framework import Framework, MeasureType, Name

TABLE = [
    tuple(row.values())
    for row in csv.DictReader(
        (Path(__file__).parent / "guide_table.csv").read_text(encoding="utf-8").splitlines()
    )
]
FRAMEWORK = read(parse(framework_text()))
LINES = [
    (dimension, category, indicator)
    for dimension in FRAMEWORK.dimensions
    for category in dimension.categories
    for indicator in category.indicators
]
SCENARIOS = [
    "协同研发设计",
    "远程设备操控",
    "设备协同作业",
    "柔性生产制造",
    "现场辅助装配",
    "机器视觉质检",
    "设备故障诊断",
    "厂区智能物流",
    "无人智能巡检",
    "生产智能监测",
    "生产单元模拟",
    "精准动态作业",
    "生产能效管控",
    "工艺合规校验",
    "生产过程溯源",
    "设备预测维护",
    "厂区智能理货",
    "全域物流监测",
    "虚拟现场服务",
    "企业协同合作",
]
UNIT = 10**FRAMEWORK.precision


def names(framework: Framework) -> list[Name]:
    return [
        framework.name,
        *(measure.name for measure in framework.measures.values()),
        *(name for items in framework.code_lists.values() for _, name in items),
        *(part.name for line in LINES for part in line),
    ]


def test_the_framework_has_a_line_for_each_of_the_guides() -> None:
    assert len(LINES) == len(TABLE) == 25


@pytest.mark.parametrize("row", range(len(TABLE)))
def test_every_line_is_the_guides(row: int) -> None:
    """In the guide's order and words, with the guide's maximum."""
    dimension, category, indicator = LINES[row]
    points = str(indicator.full // UNIT)

    assert (dimension.name.zh, category.name.zh, indicator.name.zh, points) == TABLE[row]
    assert indicator.full % UNIT == 0


def test_the_dimensions_add_up_as_the_guide_says() -> None:
    sums = {each.name.zh: each.full // UNIT for each in FRAMEWORK.dimensions}

    assert sums == {
        "发展政策": 15,
        "基础设施": 25,
        "行业应用": 25,
        "产业生态": 20,
        "公共服务": 10,
        "现场考察": 5,
    }
    assert FRAMEWORK.full == 100 * UNIT


def test_a_category_stands_once_in_its_dimension() -> None:
    """The guide's merged cells are one category, not one per line."""
    for dimension in FRAMEWORK.dimensions:
        headings = [category.name.zh for category in dimension.categories]
        assert len(headings) == len(set(headings))


def test_codes_say_dimension_and_place() -> None:
    assert [each.code for each in FRAMEWORK.dimensions] == [
        "POL",
        "INF",
        "APP",
        "ECO",
        "SRV",
        "INS",
    ]
    for dimension in FRAMEWORK.dimensions:
        numbered = [f"{dimension.code}-{n + 1}" for n in range(len(dimension.indicators))]
        assert [each.code for each in dimension.indicators] == numbered


def test_the_twenty_scenarios_are_listed_in_order() -> None:
    items = FRAMEWORK.code_lists["scenarios"]

    assert [name.zh for _, name in items] == SCENARIOS
    assert [code for code, _ in items] == [f"S{n:02}" for n in range(1, 21)]
    assert FRAMEWORK.measures["scenarios"].codes == tuple(code for code, _ in items)


def test_every_name_is_in_both_languages() -> None:
    """Chinese has Chinese characters and English has none: no name stands in the wrong place."""
    for name in names(FRAMEWORK):
        assert any("\u4e00" <= each <= "\u9fff" for each in name.zh), name
        assert name.en.strip(), name
        assert name.en.isascii(), name


def test_no_rule_pretends_to_be_the_guides() -> None:
    """The guide fixes the maximum alone, so how a value becomes points is always our default."""
    assert {each.basis for each in FRAMEWORK.indicators} == {"service default"}


def test_what_a_statistics_system_and_an_applicant_report_has_a_tolerance() -> None:
    """And what one of them alone reports has nothing to differ from."""
    for measure in FRAMEWORK.measures.values():
        expected = 0.05 if measure.reported_by == ("source", "applicant") else None
        assert measure.tolerance == expected, measure.code


def test_what_is_judged_is_a_mark_out_of_a_hundred() -> None:
    marks = [each for each in FRAMEWORK.measures.values() if each.type is MeasureType.MARK]

    assert len(marks) == 12
    assert {(each.range.min, each.range.max) for each in marks} == {(0, 100)}


def test_the_shipped_framework_has_no_warnings() -> None:
    assert warnings(FRAMEWORK) == ()


def test_every_unit_has_a_word_in_both_languages() -> None:
    """What another framework counts in is its own word, and what has no unit has none."""
    for unit in {each.unit for each in FRAMEWORK.measures.values()} - {""}:
        words = unit_in_words(unit)
        assert words is not None
        assert words["zh"] != unit == words["en"]

    assert unit_in_words("亩") == {"zh": "亩", "en": "亩"}
    assert unit_in_words("") is None
