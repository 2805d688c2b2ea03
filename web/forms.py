"""What a form sends: read once, bounded, and only from a page of ours."""

from urllib.parse import parse_qs

from starlette.requests import Request

from api.http.problems import BodyTooLarge, MalformedBody
from shared.core.errors import Forbidden

MOST_BYTES = 64 * 1024
MOST_FIELDS = 200


async def fields(request: Request) -> dict[str, str]:
    """Return the fields of the form that *request* brings; of one given twice, the last.

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

    Browsers that do not say from where a request comes name its origin.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is None and origin is not None:
        site = "same-origin" if origin == f"{request.url.scheme}://{request.url.netloc}" else "else"
    if site != "same-origin":
        raise Forbidden("a form of this board is sent from a page of it")
