"""Limits and formats: what holds of every number, text and list, where nothing closer is said."""

from typing import Any

from api.http.members import MOST_COUNTED
from api.http.paths import GREATEST_ID
from api.http.schemas import MOST_MOMENT, WITHOUT_NUL

MOST_ITEMS = 1_000_000
"""More than any round has of anything."""

MOST_CHARACTERS = 100_000
"""More than we ever say in one text; what we take has closer limits of its own."""

MOST_OF_A_FILE = 2**31 - 1
"""Characters of an answer that is a text as a whole; what is streamed has no end of its own."""

NO_SCHEMAS = {"example", "examples", "default", "enum", "const", "required"}
LENGTHS = {"date": 10, "date-time": MOST_MOMENT}


def limit(node: Any, *, named: bool = False) -> None:
    """Limit every schema in *node*; *named*: its keys are names that somebody chose."""
    if isinstance(node, list):
        for each in node:
            limit(each)
    if not isinstance(node, dict):
        return
    if not named and node.get("type") in LIMITS:
        LIMITS[node["type"]](node)
    for key, each in node.items():
        if named or key not in NO_SCHEMAS:
            limit(each, named=key in {"properties", "schemas"} and not named)


def limit_files(content: dict[str, Any]) -> None:
    """Limit what is no JSON but a text as a whole."""
    for media in content.values():
        if media.get("schema", {}).get("type") == "string":
            media["schema"].setdefault("maxLength", MOST_OF_A_FILE)


def _integer(schema: dict[str, Any]) -> None:
    """All of ours are counts, places or ids, so that none is negative."""
    for bound, beyond in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        given = beyond if beyond in schema else bound
        schema[given] = int(schema.get(given, 0 if bound == "minimum" else GREATEST_ID))
    most = schema.get("maximum", schema.get("exclusiveMaximum", 0))
    schema.setdefault("format", "int32" if most <= MOST_COUNTED else "int64")


def _number(schema: dict[str, Any]) -> None:
    schema.setdefault("format", "double")


def _string(schema: dict[str, Any]) -> None:
    if "enum" in schema or "const" in schema:
        return
    kind = schema.get("format", "")
    schema.setdefault("maxLength", LENGTHS.get(kind, MOST_CHARACTERS))
    if not kind:
        schema.setdefault("pattern", WITHOUT_NUL)


def _array(schema: dict[str, Any]) -> None:
    schema.setdefault("maxItems", MOST_ITEMS)


LIMITS = {"integer": _integer, "number": _number, "string": _string, "array": _array}
