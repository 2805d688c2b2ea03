"""JSON that no two readers understand differently: no member twice, no number that is none."""

import json
from typing import Any, NoReturn


def document(raw: bytes) -> dict[str, Any]:
    """Read an object. Raises: ValueError."""
    try:
        found = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse_constant
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("it is no object")  # noqa: TRY004 -- one error for whatever is wrong
    return found


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member stands twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
