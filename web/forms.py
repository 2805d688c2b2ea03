"""What a form sends: read once, bounded, and only from a page of ours."""

import hmac
from urllib.parse import parse_qs, urlsplit

import htpy as h
from starlette.requests import Request

from api.http.problems import BodyTooLarge, MalformedBody
from shared.core.errors import Forbidden
from web.access import form_token, session_of
from web.reader import Reader

MOST_BYTES = 64 * 1024
MOST_FIELDS = 200
TOKEN = "form"  # noqa: S105 -- the name of the field that has it


def token_field(reader: Reader) -> h.VoidElement:
    """Return what every form that changes something has in it: `fields` asks for it."""
    return h.input(type="hidden", name=TOKEN, value=form_token(reader.session))


async def fields(request: Request) -> dict[str, str]:
    """Return the fields of the form that *request* brings; of one given twice, the last.

    Raises: what `fields_of_anyone` raises, and Forbidden where the form is not of this session.
    """
    found, session = await fields_of_anyone(request), session_of(request)
    given, right = found.pop(TOKEN, "").encode(), form_token(session).encode()
    if not session or not hmac.compare_digest(given, right):
        raise Forbidden("the form is of another session: open its page again")
    return found


async def fields_of_anyone(request: Request) -> dict[str, str]:
    """Return the fields of a form for who is not signed in.

    Raises: Forbidden where another site sent it, BodyTooLarge, MalformedBody.
    """
    require_same_origin(request)
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise BodyTooLarge(f"a form has at most {MOST_BYTES} bytes", limit=MOST_BYTES)
    try:
        found = parse_qs(
            body.decode(), keep_blank_values=True, strict_parsing=False, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise MalformedBody("the form is not one") from None
    return {name: values[-1].strip() for name, values in found.items()}


def require_same_origin(request: Request) -> None:
    """Refuse what another site has a browser send. Raises: Forbidden.

    Browsers that do not say from where a request comes name its origin, which then is our host.
    """
    site = request.headers.get("sec-fetch-site")
    if site is None and _host_of(request.headers.get("origin", "")) == request.headers.get("host"):
        site = "same-origin"
    if site != "same-origin":
        raise Forbidden("a form of this board is sent from a page of it")


def _host_of(origin: str) -> str:
    """Return the host of an origin, empty if there is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
