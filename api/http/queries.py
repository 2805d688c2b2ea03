"""Query parameters: what an operation does not know, or hears twice, is refused."""

from collections.abc import Mapping
from typing import get_origin
from urllib.parse import unquote_to_bytes

from fastapi import Request, params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params

from shared.core.errors import Finding, Invalid


def declared(dependant: Dependant) -> dict[str, bool]:
    """Return the names of an operation's query parameters, and which may come more than once."""
    return {
        field.alias: get_origin(field.field_info.annotation) is list
        for field in get_flat_params(dependant)
        if isinstance(field.field_info, params.Query)
    }


def _is_utf_8(sent: bytes) -> bool:
    try:
        unquote_to_bytes(sent).decode()
    except UnicodeDecodeError:
        return False
    return True


def refuse_others(request: Request, known: Mapping[str, bool]) -> None:
    """Refuse parameters that are not *known*: a misspelt filter would filter nothing.

    Raises: Invalid, naming each.
    """
    findings = []
    if b"%" in (sent := request.scope["query_string"]) and not _is_utf_8(sent):
        findings.append(Finding("/query", "not-utf-8", "The query is not UTF-8."))
    given = [name for name, _ in request.query_params.multi_items()]
    for name in dict.fromkeys(given):
        if name not in known:
            message = "The operation has no such parameter."
            findings.append(Finding(f"/query/{name}", "extra-forbidden", message))
        elif given.count(name) > 1 and not known[name]:
            message = "The parameter is given more than once."
            findings.append(Finding(f"/query/{name}", "repeated", message))
    if findings:
        raise Invalid("the query is not as it must be: see errors", tuple(findings))
