"""What a form sends: read once, bounded, and only from a page of ours."""

import hmac
import re
from urllib.parse import parse_qs, urlsplit

import htpy as h
from starlette.requests import Request

from api.http.bodies import SMALL, received
from api.http.context import gateway_of
from api.http.problems import MalformedBody, UnsupportedMediaType
from shared.core.errors import Forbidden
from web.access import form_token, session_of
from web.reader import Reader

MOST_BYTES = 64 * 1024
"""Two texts as long as may be, each character of which is written with nine."""

MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"
FORM_TYPE = re.compile(rf"{FORM}\s*(;|$)", re.IGNORECASE | re.ASCII)
SITE = {"sec-fetch-site", "origin", "referer"}
TOKEN = "form"  # noqa: S105 -- the name of the field that has it


def token_field(reader: Reader) -> h.VoidElement:
    """Return what every form that changes something has in it: `fields` asks for it."""
    return h.input(type="hidden", name=TOKEN, value=form_token(reader.session))


async def fields(request: Request) -> dict[str, str]:
    """Return the fields of the form that *request* brings; of one given twice, the last.

    Raises: what `fields_of_anyone` raises, and Forbidden where the form is not of this session.
    """
    require_same_origin(request)
    found, session = await fields_of_anyone(request, MOST_BYTES), session_of(request)
    given, right = found.pop(TOKEN, "").encode(), form_token(session).encode()
    if not session or not hmac.compare_digest(given, right):
        raise Forbidden("the form is of another session: open its page again")
    return found


async def fields_of_anyone(request: Request, most: int = SMALL) -> dict[str, str]:
    """Return the fields of a form of *most* bytes at most, for who is not signed in.

    The body is counted among those that the process holds, and has its own time to arrive, as those
    of the interface. Raises: Forbidden where another site sent it, UnsupportedMediaType,
    BodyTooLarge, MalformedBody, Unavailable.
    """
    if names_its_site(request):
        require_same_origin(request)
    bodies = gateway_of(request).bodies
    request.state.deadline.stop()
    body, counted = await received(request, bodies, most)
    request.state.deadline.restart()
    try:
        if body and not FORM_TYPE.match(request.headers.get("content-type", "")):
            raise UnsupportedMediaType.of("a form is sent as", "Content-Type", FORM)
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        message = f"a form is text in UTF-8, of at most {MOST_FIELDS} fields"
        raise MalformedBody.of("not-a-form", message, most=MOST_FIELDS) from None
    finally:
        bodies.give_back(counted)
    return {name: values[-1].strip() for name, values in found.items()}


def names_its_site(request: Request) -> bool:
    """Say whether a browser sent this, as each does that could be led here by another site."""
    return not SITE.isdisjoint(request.headers.keys())


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
