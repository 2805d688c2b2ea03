"""Values as words: what a number stands for, and how a reported value is written."""

from collections.abc import Mapping
from typing import Any

from shared.explanations.formula import number
from shared.explanations.words import Language, phrase


def in_words(language: Language, measure: Mapping[str, Any], value: float) -> str:
    """Return a number, or the code that it stands for in *measure*."""
    match measure["type"]:
        case "category":
            return str(measure["codes"][int(value)])
        case "flag":
            return value_in_words(language, bool(value))
        case _:
            return number(value)


def value_in_words(language: Language, value: Any) -> str:
    """Return a value as it was reported; None is a withdrawal."""
    match value:
        case None:
            return phrase(language, "withdrawn")
        case bool():
            return phrase(language, "yes" if value else "no")
        case list():
            return phrase(language, "comma").join(value) or phrase(language, "none of the codes")
        case str():
            return value
        case _:
            return number(value)
