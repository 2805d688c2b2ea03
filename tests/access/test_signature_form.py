"""What is no signature, or is none of ours, is refused whatever it is."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.access import signing
from tests.access.signed import BODY, Signer, pair
from tests.fixtures.http import SUBMISSIONS, problem
from tests.fixtures.make import World


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": None},
        {"nonce": "short"},
        {"nonce": "n" * 65},
        {"tag": None},
        {"tag": "another"},
        {"keyid": "other"},
    ],
    ids=str,
)
async def test_a_signature_says_what_it_must(ours: Signer, wrong: dict[str, Any]) -> None:
    answer = await replace(ours, **wrong).send("POST", SUBMISSIONS, BODY)
    problem(answer, 401, "signature-invalid")


async def test_another_s_signature_may_stand_beside_ours_but_no_second_one_of_ours(
    ours: Signer, world: World
) -> None:
    private, public = pair()
    request = ours.request("POST", SUBMISSIONS, BODY)
    replace(ours, private=private, keyid=public, tag="proxy").sign(request, "proxy")
    assert (await world.client.send(request)).status_code == 201

    second = replace(ours, nonce="n" * 16)
    request = second.request("POST", SUBMISSIONS, BODY)
    second.sign(request, "again")
    problem(await world.client.send(request), 401, "signature-invalid")


async def test_a_signature_has_its_bounds(ours: Signer) -> None:
    cover = [*signing.to_cover("POST", ["content-type"]), *(f"x-{at}" for at in range(90))]
    long = {f"X_{at}": "" for at in range(90)}
    answer = await replace(ours, cover=cover, nonce="n" * 64).send(
        "POST", SUBMISSIONS, BODY, **long, X=""
    )
    assert answer.status_code == 201, answer.text

    answer = await replace(ours, keyid="k" * 4_096).send("POST", SUBMISSIONS, BODY)
    assert "at most 4096 bytes" in problem(answer, 401, "signature-invalid")["detail"]


ANYTHING = st.one_of(
    st.binary(max_size=200),
    st.from_regex(
        rb"\w+=\((\"@?[a-z-]+\"(;[a-z]+)? ?)*\)(;[a-z]+=(\d+|\"\w*\"|:\w*:))*", fullmatch=True
    ),
    st.from_regex(rb"\w+=:[A-Za-z0-9+/=]*:(;\w+)?", fullmatch=True),
)


async def test_whatever_is_sent_as_a_signature_is_refused(ours: Signer) -> None:
    loop = asyncio.get_running_loop()

    @settings(
        max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(signature=ANYTHING, said=ANYTHING, path=st.sampled_from(["", "?é=%zz", "?[", "%"]))
    def sent(signature: bytes, said: bytes, path: str) -> None:
        headers = [(b"Signature", signature), (b"Signature-Input", said)]
        base = [(name.encode(), value.encode()) for name, value in ours.headers.items()]
        send = ours.client.post(SUBMISSIONS + path, content=BODY, headers=[*base, *headers])
        answer = asyncio.run_coroutine_threadsafe(send, loop).result(60)
        assert answer.status_code in (401, 404), answer.text

    await asyncio.to_thread(sent)
