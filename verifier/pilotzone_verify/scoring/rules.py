"""A framework document, as far as scoring needs it. The service checked it when it was registered.

A document that lacks something fails with KeyError, TypeError or ValueError, which the caller
takes for a document that cannot be used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
EXPERTS = ("expert",)
METHODS = ("target", "steps", "grades", "best", "min_max", "percent_rank", "z_score")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is reported; *panel* is None unless experts mark it."""

    type: str
    reported_by: tuple[str, ...]
    codes: tuple[str, ...]
    panel: Json | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """What earns points: *full* in units, *derive* and *scale* as the document has them."""

    code: str
    full: int
    derive: Json
    method: str
    scale: Any
    lower: bool
    missing: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Rules:
    """A framework: measures by code, indicators in the document's order."""

    precision: int
    measures: dict[str, Measure]
    indicators: tuple[Indicator, ...]
    pass_on: bool

    @property
    def dimensions(self) -> list[list[int]]:
        """The positions of each dimension's indicators."""
        count = self.indicators[-1].dimension + 1
        return [
            [at for at, each in enumerate(self.indicators) if each.dimension == of]
            for of in range(count)
        ]


def read(document: Json) -> Rules:
    """Read a framework document."""
    precision = int(document["precision"])
    indicators = tuple(_indicators(document["dimensions"], precision))
    measures = {
        code: _measure(code, each, indicators) for code, each in document["measures"].items()
    }
    return Rules(precision, measures, indicators, document.get("empty") == "pass_on")


def _indicators(dimensions: list[Json], precision: int) -> Iterator[Indicator]:
    for number, dimension in enumerate(dimensions):
        for category in dimension["categories"]:
            for each in category["indicators"]:
                yield _indicator(each, precision, number)


def _indicator(node: Json, precision: int, dimension: int) -> Indicator:
    method, scale, direction = _scale(node["normalise"])
    full = Decimal(repr(node["points"])).scaleb(precision)
    return Indicator(
        code=node["code"],
        full=int(full),
        derive=node["derive"],
        method=method,
        scale=scale,
        lower=direction == "lower",
        missing=node.get("missing") or "zero",
        dimension=dimension,
    )


def _scale(node: Json) -> tuple[str, Any, str]:
    """Part a method from its direction, which stands beside it or in its braces."""
    (method,) = [each for each in METHODS if each in node]
    inside = node[method] or {}
    direction = node.get("direction")
    if isinstance(inside, dict):
        direction = inside.get("direction") or direction
        inside = {name: each for name, each in inside.items() if name != "direction"}
    return method, inside, direction or "higher"


def _measure(code: str, node: Json, indicators: tuple[Indicator, ...]) -> Measure:
    marks = node["type"] == "mark"
    codes: tuple[str, ...] = ()
    if node["type"] == "category":
        grades = [
            each.scale
            for each in indicators
            if each.method == "grades" and each.derive.get("value") == code
        ]
        codes = tuple(grades[0]) if grades else ()
    return Measure(
        type=node["type"],
        reported_by=EXPERTS if marks else tuple(node["reported_by"]),
        codes=codes,
        panel=(node.get("panel") or {}) if marks else None,
    )
