"""Signing in to the board and out of it, in both languages and against each way around it."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from shared.access import list_store as listed
from shared.access import service as keys
from shared.core.principal import Actor
from shared.core.quota import Quota
from shared.database import Database
from shared.sessions import service as sessions
from tests.access.signed import pair
from tests.audit.test_noted_requests import EVENTS, held
from tests.fixtures.ask import one, rows
from tests.fixtures.http import key
from web.signing.local import BOARD, local

ACTOR = Actor("tests", "tests")
PUBLIC, LOCAL = "https://board.example", "http://127.0.0.1:8000"
SIGN_IN, SIGN_OUT = "/board/sign-in", "/board/sign-out"
OURS = {"Sec-Fetch-Site": "same-origin"}

Browser = httpx.AsyncClient
Open = Callable[[str], Browser]


@pytest.fixture
async def browser(client: httpx.AsyncClient) -> Open:
    """Give browsers, each with cookies of its own, that speak to the gateway by a name."""

    def open_(base: str) -> Browser:
        return httpx.AsyncClient(transport=client._transport, base_url=base)

    return open_


@pytest.fixture
async def secret(owner: Database) -> str:
    """Give the key of a portal."""
    return (await key(owner, "portal", "portal"))["Authorization"][7:]


async def send(browser: Browser, path: str, more: dict[str, str] = OURS, /, **fields: str) -> Any:
    """Send a form as a browser does."""
    return await browser.post(path, data=fields, headers=more)


async def signed_in(browser: Browser, secret: str) -> str:
    """Sign in; return the name of the cookie."""
    answer = await send(browser, SIGN_IN, key=secret)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["set-cookie"]).partition("=")[0]


async def form_of(browser: Browser, path: str) -> dict[str, str]:
    """Return the hidden fields of the form on a page."""
    page = await browser.get(path)
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(.*?)">', page.text))


async def test_who_signs_in_is_led_to_where_it_was_going_and_out_again(
    browser: Open, secret: str, owner: Database
) -> None:
    ours = browser(PUBLIC)
    asked = await ours.get("/board?lang=en")
    assert asked.headers["location"] == f"{SIGN_IN}?next=%2Fboard%3Flang%3Den&lang=en"
    form = await ours.get(asked.headers["location"])
    assert form.headers["cache-control"] == "no-store"
    assert "Sign in" in form.text

    answer = await send(ours, SIGN_IN, key=f" {secret}\n", next="/board?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/board?lang=en")
    cookie = answer.headers["set-cookie"]
    token = re.match(r"__Host-pilotzone-session=([\w-]{43}); HttpOnly; Max-Age=(\d+);", cookie)
    assert token is not None
    assert 43_190 < int(token[2]) <= 43_200
    assert cookie.endswith("Path=/; SameSite=strict; Secure")

    page = await ours.get("/board?lang=en")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert (await ours.get(f"{SIGN_IN}?next=/board/x")).headers["location"] == "/board/x"

    leaving = await form_of(ours, f"{SIGN_OUT}?lang=en")
    thief = browser(PUBLIC)
    thief.cookies.set("__Host-pilotzone-session", token[1])
    out = await send(ours, SIGN_OUT, **leaving)
    assert (out.status_code, out.headers["location"]) == (303, SIGN_IN)
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert out.headers["clear-site-data"] == '"cache"'
    assert [each.status_code for each in (await ours.get("/board"), await thief.get("/board"))] == [
        303,
        303,
    ]
    trail = "SELECT actor, action FROM audit_event WHERE action LIKE 'session.%' ORDER BY id"
    assert await rows(owner, trail) == [("portal", "session.begun"), ("portal", "session.ended")]


async def test_what_opens_nothing_is_said_beside_the_field_and_noted_as_other_refusals_are(
    browser: Open, owner: Database, secret: str, client: httpx.AsyncClient
) -> None:
    """Nothing tells a key that was revoked from one that there never was."""
    _, public = pair()
    signs = (await key(owner, "source", "signs", signing_key=public))["Authorization"][7:]
    ours = browser(PUBLIC)
    never = "pz_" + "x" * 43
    async with owner.session() as session:
        await keys.revoke(session, ACTOR, "portal")

    revoked, unknown = [await send(ours, SIGN_IN, key=each) for each in (secret, never)]
    empty, signing = [await send(ours, f"{SIGN_IN}?lang=en", key=each) for each in ("", signs)]

    assert revoked.status_code == unknown.status_code == 401
    assert revoked.headers["www-authenticate"] == "Bearer"
    assert revoked.text == unknown.text
    assert "该密钥无法登录" in revoked.text
    assert (empty.status_code, signing.status_code) == (422, 403)
    assert 'aria-describedby="key-hint key-fault"' in signing.text
    fault = r'id="key-fault" class="fault">(.*?) <code>(.*?)</code>'
    assert re.findall(fault, signing.text) == [
        ("This key signs what it sends, which no browser does: use another one.", "forbidden")
    ]
    assert not any(each in revoked.text + signing.text for each in (secret, signs))
    assert await one(owner, "SELECT count(*) FROM browser_session") == 0
    await held(client).refusals.write()
    assert [(*each[:3], each[3].get("ended")) for each in await rows(owner, EVENTS)] == [
        ("portal", "POST /board/sign-in", "/problems/unauthorized", True),
        ("", "POST /board/sign-in", "/problems/unauthorized", None),
        ("signs", "POST /board/sign-in", "/problems/forbidden", None),
    ]


@pytest.mark.parametrize(
    "there",
    [
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "board",
        "",
        " /board",
        "/\t/evil.example",
        "/board\nSet-Cookie: a=b",
        "/board\\..\\x",
        "/" + "x" * 2_000,
    ],
)
def test_one_is_led_to_pages_of_ours_alone(there: str) -> None:
    assert local(there) == BOARD


@pytest.mark.parametrize("there", ["/board/rounds/2026-1?lang=en&q=%5C", "/docs", "/", "/轮次?a=b"])
def test_one_is_led_back_to_where_one_came_from(there: str) -> None:
    assert local(there) == there


async def test_a_form_of_another_site_changes_nothing(browser: Open, secret: str) -> None:
    """Neither does one without the token of this session, be it of another session or none."""
    ours, other = browser(PUBLIC), browser(PUBLIC)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Referer": "https://evil.example/"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": PUBLIC},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://[evil"},
    ):
        answer = await send(ours, SIGN_IN, headers, key=secret)
        assert (answer.status_code, answer.cookies) == (403, {}), headers
    assert (await send(ours, SIGN_IN, {"Origin": PUBLIC}, key=secret)).status_code == 303
    program = await send(browser(PUBLIC), SIGN_IN, {}, key=secret)
    assert program.status_code == 303  # no browser: nobody else's page can have led it here
    await signed_in(other, secret)

    foreign = await form_of(other, SIGN_OUT)
    for fields in ({}, {"form": ""}, foreign, {"form": "é"}):
        assert (await send(ours, SIGN_OUT, **fields)).status_code == 403
    own = await form_of(ours, SIGN_OUT)
    assert (await send(ours, SIGN_OUT, {}, **own)).status_code == 403
    assert (await ours.get("/board")).status_code == 200
    assert (await send(ours, SIGN_OUT, **own)).status_code == 303


def allow_local_sessions(client: httpx.AsyncClient) -> None:
    """Have the gateway take a browser on this machine for one, as `up` does."""
    transport: Any = client._transport
    state = transport.app.state
    state.gateway = replace(state.gateway, local_sessions=True)


async def test_a_cookie_is_for_tls_but_on_this_machine(
    browser: Open, secret: str, client: httpx.AsyncClient
) -> None:
    """And without the prefix, so that another host of the domain could set it, it opens nothing."""
    behind_a_proxy = await send(browser(LOCAL), SIGN_IN, key=secret)
    assert "Secure" in behind_a_proxy.headers["set-cookie"]
    allow_local_sessions(client)
    assert await signed_in(browser(PUBLIC), secret) == "__Host-pilotzone-session"
    for name in ("127.0.0.1:8000", "localhost", "[::1]:8000"):
        near = browser(f"http://{name}")
        answer = await send(near, SIGN_IN, key=secret)
        assert answer.headers["set-cookie"].startswith("pilotzone-session=")
        assert "Secure" not in answer.headers["set-cookie"]
        assert (await near.get("/board")).status_code == 200

    behind = {"Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}
    hidden = await send(browser(LOCAL), SIGN_IN, behind, key=secret)
    assert hidden.headers["set-cookie"].startswith("__Host-pilotzone-session=")

    far = browser("http://10.1.2.3")
    answer = await send(far, f"{SIGN_IN}?lang=en", {"Origin": "http://10.1.2.3"}, key=secret)
    assert (answer.status_code, answer.cookies) == (403, {})
    assert "use HTTPS" in answer.text
    far.cookies.set("pilotzone-session", near.cookies["pilotzone-session"])
    assert (await far.get("/board")).status_code == 303


async def test_two_cookies_of_one_name_are_as_good_as_none(browser: Open, secret: str) -> None:
    """Which of them was meant, nobody knows."""
    ours = browser(PUBLIC)
    name = await signed_in(ours, secret)
    token = ours.cookies[name]
    ours.cookies.clear()

    async def status(cookies: str) -> int:
        return (await ours.get("/board", headers={"Cookie": cookies})).status_code

    assert await status(f'a="; {name}={token}; b={{}}') == 200
    assert await status(f"{name}={token}; {name}={'x' * 43}") == 303
    assert await status(f"{name}={token[:-1]}") == 303
    assert await status(f"x{name}={token}; {name}=; =; ;") == 303


async def test_a_link_of_another_site_leads_on_by_a_page_of_ours(
    browser: Open,
) -> None:
    """Browsers withhold the cookie from the first request: nobody seems to have signed in."""
    ours = browser(PUBLIC)
    there = f"{SIGN_IN}?next=/board%3Flang%3Den"

    through = await ours.get(there, headers={"Sec-Fetch-Site": "cross-site"})
    assert through.headers["refresh"] == "0;url=/board?lang=en"
    assert "<form" not in through.text
    assert "<form" in (await ours.get(there, headers=OURS)).text
    evil = await ours.get(f"{SIGN_IN}?next=//evil", headers={"Sec-Fetch-Site": "cross-site"})
    assert evil.headers["refresh"] == "0;url=/board"


async def test_a_session_ends_with_its_key_and_does_what_the_key_may(
    browser: Open, owner: Database, client: httpx.AsyncClient
) -> None:
    """Limits and quota are the key's own."""
    narrow = await key(owner, "portal", "narrow", rounds=["R2"], quota=Quota(requests=2))
    ours = browser(PUBLIC)
    await signed_in(ours, narrow["Authorization"][7:])

    assert (await ours.get("/board/rounds/R1")).status_code == 403
    assert (await ours.get("/board")).status_code == 200
    assert (await ours.get("/board")).status_code == 429

    other = (await key(owner, "portal", "portal"))["Authorization"][7:]
    theirs = browser(PUBLIC)
    await signed_in(theirs, other)
    assert (await theirs.get("/board")).status_code == 200
    async with owner.session() as session:
        await keys.revoke(session, ACTOR, "portal")
    held(client).key_heard(None)
    assert (await theirs.get("/board")).status_code == 303


async def test_a_link_opens_the_board_once_and_on_this_machine_alone(
    browser: Open, owner: Database, secret: str, client: httpx.AsyncClient
) -> None:
    assert secret
    async with owner.session() as session:
        number = (await listed.in_force(session))[0].number
        link = f"/board/enter/{await sessions.link(session, ACTOR, number)}"

    for base in (PUBLIC, "http://10.1.2.3", "http://evil.example"):
        assert (await browser(base).get(link)).status_code == 404
    assert (await browser(LOCAL).get(link)).status_code == 404  # a proxy may have sent it
    allow_local_sessions(client)
    assert (await browser(LOCAL).head(link)).status_code == 404
    both = [browser(LOCAL), browser(LOCAL)]
    answers = await asyncio.gather(*(each.get(link) for each in both))

    assert sorted(each.status_code for each in answers) == [303, 404]
    opened = [each for each in both if each.cookies]
    assert [(await each.get("/board")).status_code for each in opened] == [200]
    entered = next(each for each in answers if each.status_code == 303)
    assert (entered.headers["location"], entered.headers["cache-control"]) == (BOARD, "no-store")
