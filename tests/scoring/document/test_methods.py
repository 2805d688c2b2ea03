"""docs/methods.md: it names what the code has and nothing else, and its tables of edges are so."""

import re
from collections.abc import Iterable
from fractions import Fraction
from math import nan
from typing import Final

import numpy as np
import pytest

from shared.frameworks.yaml_document import parse
from shared.scoring.document.derivations import DERIVATIONS
from shared.scoring.document.measures import Combine
from shared.scoring.document.normalisations import NORMALISATIONS
from shared.scoring.document.reader import read
from shared.scoring.flags import Flag, names
from shared.scoring.framework import Direction, Empty, Framework, MeasureType, Missing, Panel
from shared.scoring.normalise import Normalised, normalise
from shared.scoring.rank import Ranks, rank
from shared.scoring.resolve import resolve
from tests.fixtures import frameworks as make
from tests.fixtures.documents import ROOT, rows, section
from tests.fixtures.frameworks import EXPERT, Report
from tests.fixtures.make import indicator, name

TEXT: Final = (ROOT / "docs" / "methods.md").read_text()
FLAGS: Final = names(sum(Flag))
STAGES: Final = {"resolve", "derive", "normalise", "points"}
EDGES: Final = ("### Edges of fixed scales", "### Edges of the cohort's scales")


def tables(heading: str) -> list[list[list[str]]]:
    """Return each table of a section, its heading row first."""
    found = re.findall(r"(?:^\|.*\|\n)+", section(TEXT, heading), re.MULTILINE)
    return [[cells(row) for row in table.splitlines() if "--- |" not in row] for table in found]


def cells(row: str) -> list[str]:
    """Return the cells of a row."""
    return [cell.strip().strip("`") for cell in row.strip("| ").split(" | ")]


def number(text: str) -> float:
    """Read a number or a fraction, `-` as missing."""
    return nan if text == "-" else float(Fraction(text))


def numbers(text: str) -> list[float]:
    """Read numbers with commas between them."""
    return [number(each) for each in text.split(", ")]


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("## Measures", MeasureType),
        ("### Panels", Combine),
        ("## Derivations", DERIVATIONS),
        ("## Normalisations", NORMALISATIONS),
        ("## Points", Missing),
        ("### Empty dimensions", Empty),
        ("## Ranking", Ranks.__dataclass_fields__),
        ("## Flags", FLAGS),
    ],
)
def test_every_rule_is_described_and_no_other(heading: str, known: Iterable[str]) -> None:
    for table in tables(heading):
        assert [first for first, *_ in table[1:]] == list(known)


def test_every_rule_has_a_source_that_is_listed() -> None:
    listed = [short for cell, _ in rows(section(TEXT, "## Sources")) for short in cell.split(", ")]
    sourced = [
        row[-1]
        for heading in re.findall(r"^##+ .*$", TEXT, re.MULTILINE)
        for head, *table in tables(heading)
        for row in table
        if head[-1] == "source" and heading != "## Sources"
    ]

    assert len(sourced) > 30
    for source in sourced:
        assert any(re.search(rf"\b{short}\b", source) for short in listed), source


def test_every_flag_is_set_by_a_rule_that_is_described() -> None:
    rules, _, _ = TEXT.partition("## Flags")
    stages = {stage for *_, stage in tables("## Flags")[0][1:]}

    assert set(re.findall(r"`(\w+)`", rules)) >= set(FLAGS)
    assert {each for stage in stages for each in stage.split(", ")} == STAGES


def test_panels_combine_as_shown() -> None:
    _, ((_, *columns), *lines) = tables("### Panels")
    for combine, *shown in lines:
        judged = make.measure("A", type=MeasureType.MARK, panel=Panel(combine))
        framework = make.framework([make.indicator("A")], measures=[judged])
        for column, expected in zip(columns, shown, strict=True):
            said = make.reports(*(Report(0, "A", mark, EXPERT) for mark in numbers(column)))
            resolved = resolve(framework, make.evidence(framework, said), 1)
            assert resolved.values[0, 0] == number(expected), (combine, column)


def scale(written: str) -> Framework:
    """Give a framework of one number whose shares are earned as *written*."""
    rule = parse(written)
    measure = {"name": name("x"), "unit": "x", "type": "number", "reported_by": ["source"]}
    category = {"name": name("X"), "indicators": [indicator("X", 1, {"value": "x"}, rule)]}
    return read(
        {
            "code": "one",
            "version": "1",
            "name": name("one"),
            "points": 1,
            "precision": 4,
            "measures": {"x": measure},
            "dimensions": [{"code": "X", "name": name("X"), "categories": [category]}],
        }
    )


def normalised(written: str, values: list[float]) -> Normalised:
    """Normalise one cohort's column as *written*."""
    column = np.array(values)[:, np.newaxis]
    return normalise(scale(written), column, np.zeros(len(values), dtype=np.int64))


def test_fixed_scales_have_the_edges_that_are_shown() -> None:
    (((_, *columns), *lines),) = tables("### Edges of fixed scales")
    values = [number(each) for each in columns]
    for written, *shown in lines:
        shares = normalised(written, values).shares[:, 0].tolist()
        assert shares == [number(each) for each in shown], written


def test_scales_of_the_cohort_have_the_edges_that_are_shown() -> None:
    (((_, *columns), *lines),) = tables("### Edges of the cohort's scales")
    for written, *shown in lines:
        for column, cell in zip(columns, shown, strict=True):
            result = normalised(written, numbers(column))
            expected, _, flag = cell.partition(" `")
            shares = result.shares[:, 0]
            assert shares == pytest.approx(numbers(expected), rel=2e-16, nan_ok=True), written
            flagged = {tuple(names(each)) for each in result.flags[~np.isnan(shares), 0].tolist()}
            assert flagged <= {(flag,) if flag else ()}, (written, column)


def test_no_method_of_the_cohort_is_left_out_of_the_edges() -> None:
    lines = [line for heading in EDGES for line in tables(heading)[0][1:]]
    rules = [scale(written).indicators[0].normalisation for written, *_ in lines]

    assert {(each.method, each.direction) for each in rules} == {
        (method, direction)
        for method in NORMALISATIONS
        if method != "grades"
        for direction in Direction
    }


def test_places_are_those_that_are_shown() -> None:
    _, ((_, *totals), *lines) = tables("## Ranking")
    blocked = [False] * (len(totals) - 1) + [True]
    places = rank(
        np.array([int(total) for total in totals]),
        np.zeros(len(totals), dtype=np.int64),
        np.array(blocked),
    )

    for field, *shown in lines:
        expected = [0.0 if field == "rank" and each == "-" else number(each) for each in shown]
        np.testing.assert_array_equal(getattr(places, field), expected)
