"""A refusal as a page: the interface's own problem, in its own words."""

import htpy as h
import msgspec
from starlette.responses import Response
from starlette.types import Scope

from shared.scoring.framework import Name
from web.layout import Frame, document
from web.reader import Reader, language_of

BACK = Name("回到评审轮次", "Back to the rounds")
NUMBER = Name("请求编号", "Request")


def refusal(scope: Scope, answer: Response) -> Response:
    """Return the problem document *answer* as a page of the same status."""
    problem = msgspec.json.decode(bytes(answer.body))
    reader = Reader(*language_of(scope), scope["state"].get("principal"))
    body = h.section(".notice")[
        h.h1[problem["title"]],
        h.p[problem["detail"]],
        h.p(".quiet")[f"{reader.say(NUMBER)} {problem['request_id']}"],
        h.p[h.a(href=reader.link())[reader.say(BACK)]],
    ]
    shown = document(reader, Frame(problem["title"]), body)
    shown.status_code = answer.status_code
    for name in ("Retry-After", "Allow"):
        if name in answer.headers:
            shown.headers[name] = answer.headers[name]
    return shown
