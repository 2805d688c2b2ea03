"""What the reader of bodies and parameters finds wrong, told in our words and never in its own."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from api.answers.codes import code_of
from shared.core.errors import Finding, Param

BOUNDS = frozenset(
    {"ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "expected"}
    | {"first_year", "last_year"}
)
"""What may be told of a fault; the rest that the reader knows may echo what was sent."""

QUOTED = re.compile(r"""(['"])(.*?)\1(?=, | or |\Z)""")
WHOLE, NUMBER = "A whole number is meant here.", "A number is meant here."
OBJECT, TRUTH = "An object is meant here.", "`true` or `false` is meant here."
CHOICE = "Only these are known here: {expected}."

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "This is required.",
        "extra-forbidden": "There is no such member here.",
        "model-attributes-type": OBJECT,
        "dict-type": OBJECT,
        "list-type": "A list is meant here.",
        "string-type": "A text is meant here.",
        "string-too-short": "The text has at least {min_length} characters.",
        "string-too-long": "The text has at most {max_length} characters.",
        "string-pattern-mismatch": "The text matches {pattern} here.",
        "too-short": "There are at least {min_length} elements or characters.",
        "too-long": "There are at most {max_length} elements or characters.",
        "int-type": WHOLE,
        "int-from-float": WHOLE,
        "int-parsing": WHOLE,
        "int-parsing-size": WHOLE,
        "float-type": NUMBER,
        "float-parsing": NUMBER,
        "finite-number": "A finite number is meant here.",
        "bool-type": TRUTH,
        "bool-parsing": TRUTH,
        "greater-than": "The number is greater than {gt}.",
        "greater-than-equal": "The number is at least {ge}.",
        "less-than": "The number is less than {lt}.",
        "less-than-equal": "The number is at most {le}.",
        "literal-error": CHOICE,
        "enum": CHOICE,
        "not-as-asked": "This is not as the contract says.",
    }
)
"""By code; other codes are of rules of ours, which have said it in our words."""


def findings_of(errors: Iterable[Any]) -> tuple[Finding, ...]:
    """Return what is wrong with a request, each thing once; none of it echoes what was sent."""
    return tuple(dict.fromkeys(map(_finding, errors)))


def _finding(error: Any) -> Finding:
    code, params = code_of(error["type"]), _params(error)
    said = {
        name: each if isinstance(each, str | int | float) else ", ".join(each)
        for name, each in params.items()
    }
    words = WORDS[code].format_map(said) if code in WORDS else error["msg"]
    return Finding(_place(error["loc"]), code, words, params)


def _params(error: Any) -> dict[str, Param]:
    known = {name: each for name, each in error.get("ctx", {}).items() if name in BOUNDS}
    if "expected" in known:  # the reader has words that may stand there as one text
        known["expected"] = [said for _, said in QUOTED.findall(known["expected"])]
    return known


def _place(location: tuple[int | str, ...]) -> str:
    """Point into the body; a parameter keeps the place it came in."""
    return pointer(location[1:] if location[0] == "body" else location)


def pointer(path: tuple[int | str, ...]) -> str:
    """Return a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
