"""How numbers and derivations are written: the names of measures, each with its value."""

from collections.abc import Mapping
from typing import Any

from shared.explanations.words import Language, phrase

Document = Mapping[str, Any]


def formula(language: Language, derivation: Document, names: Mapping[str, str]) -> str:
    """Return a *derivation* over what its measures, by code in *names*, are called."""
    terms = derivation["terms"]
    first = names[terms[0]["measure"]]

    def with_value(term: Document) -> str:
        value = "?" if term["value"] is None else number(term["value"])
        return phrase(language, "aside", text=names[term["measure"]], aside=value)

    match derivation["kind"]:
        case "sum":
            parts = (f"{number(each['weight'])} × {with_value(each)}" for each in terms)
            written = " + ".join(parts)
        case "ratio":
            over = with_value(derivation["denominator"])
            written = f"{with_value(terms[0])} / {over} × {number(derivation['per'])}"
        case "distinct":
            written = phrase(language, "distinct", name=first)
        case _:
            written = first
    if derivation["cap"] is None:
        return written
    cap = phrase(language, "cap", cap=number(derivation["cap"]))
    return phrase(language, "semicolon").join([written, cap])


def moment(written: str) -> str:
    """Return a moment as JSON has it, in UTC, to the second and without its marks."""
    return f"{written[:19].replace('T', ' ')} UTC"


def number(value: float) -> str:
    """Return at most ten digits of *value*."""
    return f"{value:.10g}"
