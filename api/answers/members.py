"""Sparse answers: who names the members of an item that it needs is sent no others."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Response

from api.http.schemas import Items, Schema
from shared.core.errors import Finding, Invalid

Fields = Annotated[
    str | None,
    Query(
        max_length=500,
        pattern=r"^[a-z_]+(,[a-z_]+)*$",
        description="Members of an item, parted by commas: only these are sent, whether the item's"
        " schema requires others or not.",
    ),
]


def chosen(fields: str | None, item: type[Schema]) -> tuple[str, ...] | None:
    """Return the members of *item* that *fields* names, in their order; None: all of them.

    Raises: Invalid, naming each that there is not.
    """
    if fields is None:
        return None
    named = fields.split(",")
    unknown = [each for each in dict.fromkeys(named) if each not in item.model_fields]
    if unknown:
        raise Invalid(
            "the items have no such member: see errors",
            tuple(
                Finding(
                    "/query/fields",
                    "unknown-field",
                    f"An item has no member `{each}`.",
                    {"field": each, "fields": list(item.model_fields)},
                )
                for each in unknown
            ),
        )
    return tuple(each for each in item.model_fields if each in named)


def only(document: dict[str, Any], members: Sequence[str] | None) -> dict[str, Any]:
    """Return *document* with those of its *members* alone; None: all."""
    if members is None:
        return document
    return {name: document[name] for name in members if name in document}


def sparse(page: Items[Any], members: Sequence[str] | None, response: Response) -> Response:
    """Return the answer with *page*, of whose items only *members* are sent; None: all.

    It has the headers of *response*, where the link to the next page is.
    """
    items: Any = True if members is None else {"__all__": set(members)}
    body = page.model_dump_json(include={"items": items, "next": True})
    return Response(body, headers=response.headers, media_type="application/json")
