"""Reading of how an indicator's raw value is derived from its measures."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf, nan
from typing import Final

from shared.scoring.document.measures import NUMERIC
from shared.scoring.document.nodes import Node
from shared.scoring.framework import QUANTITIES, Derivation, Measure, MeasureType

DERIVATIONS: Final = ("value", "sum", "ratio", "distinct")
VALUES: Final = NUMERIC | {MeasureType.CATEGORY, MeasureType.FLAG}


class Scale(StrEnum):
    """What kind of raw value an indicator has."""

    NUMBER = "number"
    FLAG = "flag"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules refer to, and what they have said so far.

    *measures* holds None for a measure that is defined but unreadable; *used* are the measures the
    derivations read; *grades* are the grade names of each category measure; *dimensions*
    and *indicators* are their codes, each with its place.
    """

    measures: Mapping[str, Measure | None]
    used: set[str] = field(default_factory=set)
    grades: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dimensions: list[tuple[Node, str]] = field(default_factory=list)
    indicators: list[tuple[Node, str]] = field(default_factory=list)

    def refer(self, node: Node, code: str, admitted: frozenset[MeasureType]) -> str:
        """Use the measure *code*, and note at *node* what is wrong with that."""
        measure = self.measures.get(code)
        if code and code not in self.measures:
            node.note("measure-undefined", "no measure has this code")
        if measure and measure.type not in admitted:
            fitting = sorted(map(str, admitted))
            message = f"a measure of type {', '.join(fitting)} fits"
            node.note("measure-type-unfit", message, expected=fitting)
        self.used.add(code)
        return code


def read_derivation(node: Node, known: Known) -> Derivation:
    """Read measures → raw value; one that is unreadable has the kind ""."""
    kind, place, beside = node.only(DERIVATIONS, "cap")
    cap = beside.optional_number(above=0)
    match kind:
        case "value":
            derivation = Derivation(kind, _term(place, known, VALUES))
        case "sum":
            derivation = Derivation(kind, _weighted(place, known))
        case "ratio":
            derivation = _ratio(place, known)
        case "distinct":
            derivation = Derivation(kind, _term(place, known, frozenset({MeasureType.CODES})))
        case _:
            known.used.add("")
            return Derivation(kind, ())
    if cap is not None and scale_of(derivation, known) in {Scale.FLAG, Scale.CATEGORY}:
        beside.note("key-not-applicable", "only a number can be capped")
    return replace(derivation, cap=cap)


def _term(
    node: Node, known: Known, admitted: frozenset[MeasureType]
) -> tuple[tuple[str, float], ...]:
    return ((known.refer(node, node.code(), admitted), 1.0),)


def _weighted(node: Node, known: Known) -> tuple[tuple[str, float], ...]:
    return tuple(
        (known.refer(place, code, QUANTITIES), place.number(above=0))
        for code, place in node.coded()
    )


def _ratio(node: Node, known: Known) -> Derivation:
    fields = node.fields("of", "to", optional=("per",))
    terms = _term(fields["of"], known, QUANTITIES)
    ((denominator, _),) = _term(fields["to"], known, QUANTITIES)
    if denominator and denominator == terms[0][0]:
        fields["to"].note("denominator-is-numerator", "a measure divided by itself is always one")
    per = fields["per"].optional_number(above=0)
    return Derivation("ratio", terms, denominator, 1.0 if per is None else per)


def scale_of(derivation: Derivation, known: Known) -> Scale | None:
    """Return what kind of raw value comes out; None where the measure is unreadable."""
    if derivation.kind in {"sum", "ratio", "distinct"}:
        return Scale.NUMBER
    measure = known.measures.get(derivation.terms[0][0]) if derivation.terms else None
    if measure is None or measure.type not in VALUES:
        return None
    return Scale.NUMBER if measure.type in NUMERIC else Scale(measure.type)


def least_of(derivation: Derivation, known: Known) -> float:
    """Return a lower bound of the raw value, as far as the measures' ranges tell; NaN if unread."""
    if derivation.kind == "distinct":
        return 0.0
    if not derivation.terms:
        return nan
    parts = [weight * _least(code, known) for code, weight in derivation.terms]
    # A sum of which only a part is reported is that part.
    least = sum(part for part in parts if part < 0) or min(parts)
    if derivation.denominator is not None:
        signed = least < 0 or _least(derivation.denominator, known) < 0
        least = -inf if signed else 0.0
    return least if derivation.cap is None else min(least, derivation.cap)


def _least(code: str, known: Known) -> float:
    measure = known.measures.get(code)
    if measure is None:
        return nan
    return -inf if measure.range.min is None else measure.range.min
