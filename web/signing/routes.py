"""Signing in with a key or by a link, and out."""

from fastapi.responses import RedirectResponse
from starlette.requests import Request
from starlette.responses import Response

from api.http import problems
from api.http.access import ANY, address_of, admits, caller_of, public
from api.http.context import gateway_of
from api.http.problems import Unauthorized
from shared.core.errors import Forbidden, Invalid, NotFound
from shared.scoring.framework import Name
from shared.sessions import service as sessions
from shared.sessions.service import Begun
from web import cookies
from web.access import signed_in
from web.forms import fields, fields_of_anyone
from web.layout import Frame, document
from web.reader import Reader, Reading
from web.routing import SIGN_IN, pages
from web.signing import page
from web.signing.local import BOARD, local, written
from web.signing.page import Fault

OPENS_NOTHING = Fault(
    Unauthorized,
    Name(
        "该密钥无法登录：可能填写有误、已被吊销或已到期。",
        "This key opens nothing: it may be mistyped, revoked or expired.",
    ),
)
SIGNS = Fault(
    Forbidden,
    Name(
        "该密钥须对请求签名，浏览器无法签名，请换用其他密钥。",
        "This key signs what it sends, which no browser does: use another one.",
    ),
)
EXPOSED = Fault(
    Forbidden,
    Name(
        "此连接未加密，浏览器不会保持登录：请通过 HTTPS 打开本页。",
        "This connection is not encrypted, and no browser keeps a session on it: use HTTPS.",
    ),
)
MISSING = Fault(Invalid, Name("请填写密钥。", "Fill in a key."))

router = pages()


@router.get(SIGN_IN)
@public()
async def ask_for_key(request: Request, reader: Reading, next: str = BOARD) -> Response:
    """Show the form, or lead on who is signed in already.

    Browsers withhold the cookie where a page of another site led here; not once one of ours does.
    """
    there = local(next)
    if await signed_in(request.scope, gateway_of(request)) is not None:
        return RedirectResponse(there, 303)
    frame = page.sign_in_frame(reader, there)
    if request.headers.get("sec-fetch-site") == "cross-site":
        answer = document(reader, frame, page.onward(reader, there))
        answer.headers["Refresh"] = f"0;url={written(there)}"
        return answer
    return document(reader, frame, page.sign_in(reader, there))


@router.post(SIGN_IN)
@public()
async def sign_in(request: Request, reader: Reading) -> Response:
    """Begin a session and lead on, or show the form and what is wrong with the key."""
    sent = await fields_of_anyone(request)
    there = local(sent.get("next", ""))
    begun = await _begin(request, sent.get("key", ""))
    if isinstance(begun, Fault):
        return await _again(request, reader, there, begun)
    return _led_on(request, there, begun)


@router.get("/board/enter/{token}")
@public()
async def enter(token: str, request: Request) -> Response:
    """Begin a session by a link that opens once, for a browser on this machine."""
    held = gateway_of(request)
    begun = None
    if cookies.on_loopback(request) and not request.state.bodiless:  # who looks does not enter
        async with held.database.session() as session:
            lifetime, address = held.session_lifetime, address_of(request.scope)
            request_id = request.state.request_id
            begun = await sessions.enter(session, request_id, token, lifetime, address)
    if begun is None:
        raise NotFound("this link opens nothing, or no more: sign in with a key")
    return _led_on(request, BOARD, begun)


@router.get("/board/sign-out")
@admits(*ANY)
async def ask_whether(request: Request, reader: Reading) -> Response:
    """Show who is signed in, and the form that ends it."""
    frame = Frame(reader.say(page.SIGN_OUT), path=("sign-out",))
    return document(reader, frame, page.sign_out(reader, caller_of(request)))


@router.post("/board/sign-out")
@public()
async def sign_out(request: Request, reader: Reading) -> Response:
    """End the session, if it has not ended already."""
    held, token = gateway_of(request), cookies.cookie_of(request.scope)
    who = await signed_in(request.scope, held)
    if who is None or token is None:
        await fields_of_anyone(request)
    else:
        request.state.principal = who
        await fields(request)
        async with held.database.session() as session:
            actor = who.acting(request.state.request_id, address_of(request.scope))
            number = await sessions.end(session, actor, token)
        if number is not None:
            held.sessions.heard(number)
    answer = RedirectResponse(reader.link("sign-in"), 303)
    cookies.take(request, answer)
    answer.headers["Clear-Site-Data"] = '"cache"'  # pages that many are shown are kept by browsers
    return answer


async def _begin(request: Request, key: str) -> Begun | Fault:
    """Begin a session, or say why none begins."""
    if not key:
        return MISSING
    if cookies.is_exposed(request):
        return EXPOSED
    request.state.typed_key = key  # whose it was is noted if it has ended
    held = gateway_of(request)
    try:
        async with held.database.session() as session:
            lifetime, address = held.session_lifetime, address_of(request.scope)
            request_id = request.state.request_id
            begun = await sessions.begin(session, request_id, key, lifetime, address)
    except Forbidden:
        request.state.principal = await held.keyring.holder(key)  # it is known who is refused
        return SIGNS
    return begun or OPENS_NOTHING


async def _again(request: Request, reader: Reader, there: str, fault: Fault) -> Response:
    # Answered as the interface would, so that it is counted and noted as its refusals are.
    problem = await problems.on_domain_error(request, fault.kind(fault.words.en))
    body = page.sign_in(reader, there, fault)
    answer = document(reader, page.sign_in_frame(reader, there), body)
    answer.status_code = problem.status_code
    if "WWW-Authenticate" in problem.headers:
        answer.headers["WWW-Authenticate"] = problem.headers["WWW-Authenticate"]
    return answer


def _led_on(request: Request, there: str, begun: Begun) -> Response:
    answer = RedirectResponse(there, 303)
    answer.headers["Cache-Control"] = "no-store"
    cookies.give(request, answer, begun)
    return answer
