"""The body of a single submission: a draft, read and judged as a row of a file is."""

from typing import Any

from fastapi import Request

from api.http.bodies import SMALL, small_json
from api.http.problems import MalformedBody
from api.http.state import Gateway
from shared.core.errors import Finding, Invalid
from shared.submissions.drafts import json_text
from shared.submissions.drafts.form import Draft, draft, faults

NOT_KEPT_EXACTLY = frozenset({"not-json", "member-twice", "number-not-exact", "text-unwritable"})
"""What a body is refused for as a whole, as everywhere (400): no form could show it by a field."""

REQUEST: dict[str, Any] = {
    "x-most-bytes": SMALL,
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SubmissionIn"}}},
    },
}
"""What the contract says of it."""


async def stated(request: Request, held: Gateway) -> Draft:
    """Return what *request* submits.

    Raises: UnsupportedMediaType, BodyTooLarge, MalformedBody, Invalid.
    """
    members = json_text.read(await small_json(request, held.bodies) or b"null")
    if isinstance(members, Finding):
        raise _refused((members,))
    if findings := tuple(faults(members)):
        raise _refused(findings)
    return draft(members, members.get("value"))


def _refused(findings: tuple[Finding, ...]) -> MalformedBody | Invalid:
    for each in findings:
        if each.code in NOT_KEPT_EXACTLY:
            return MalformedBody(each.message[0].lower() + each.message[1:].rstrip("."), findings)
    return Invalid("the request is not as it must be: see errors", findings)
