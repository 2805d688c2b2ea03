"""Which tokens are refused, by which rule; without a database and without an issuer."""

import time
from typing import Any
from unittest.mock import AsyncMock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey, RSAKey

from shared.access.tokens.compact import MOST
from shared.access.tokens.key_set import KeySet, KeysUnreadable
from shared.access.tokens.published import PublishedKeys
from shared.access.tokens.tokens import Tokens
from shared.core.errors import TokenRefused
from shared.core.principal import Role
from shared.database import Database
from tests.access.tokens.made import (
    AUDIENCE,
    ISSUER,
    claims,
    confused,
    encoded,
    keys,
    published,
    token,
    trust,
)

NOW = time.time()
HEADER = {"alg": "Ed25519", "kid": "ed", "typ": "at+jwt"}
STRANGER = OKPKey.generate_key("Ed25519")


def tokens(algorithms: str = "RS256 ES256 EdDSA Ed25519") -> Tokens:
    """Return what takes tokens where every reporter is known already."""
    held = Tokens(
        trust(algorithms), PublishedKeys(AsyncMock(return_value=KeySet(published()))), Database("")
    )
    held._reporter = AsyncMock(return_value=1)  # type: ignore[method-assign]
    return held


async def rule_of(given: str, algorithms: str = "RS256 ES256 EdDSA Ed25519") -> str:
    """Return the rule by which a token is refused."""
    with pytest.raises(TokenRefused) as caught:
        await tokens(algorithms).holder(given)
    assert given not in str(caught.value)
    return str(caught.value.facts["rule"])


def said(**changed: Any) -> str:
    return token(claims(**changed))


def headed(**changed: Any) -> str:
    header = {name: each for name, each in (HEADER | changed).items() if each is not None}
    return token(claims(), header, keys()["ed"])


def with_header(raw: bytes) -> str:
    return token(claims(), raw)


SPARE = token(claims(), {"alg": "RS256", "kid": "rsa"}, by="RS256")

REFUSED = {
    "too-large": ["a." * 2 + "b" * MOST, said(more="x" * MOST)],
    "malformed": [
        "..",
        "a.b.c",
        said().replace(".", "=.", 1),
        said() + "=",
        SPARE[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[SPARE[-1]],
        with_header(b'{"alg": "Ed25519", "alg": "none", "kid": "ed"}'),
        with_header(b'["Ed25519"]'),
        with_header(b"\xff"),
        with_header(b"[" * 5000),
        token(b'{"sub": "a", "sub": "b"}'),
        token(b'{"exp": NaN}'),
        token(b'{"exp": ' + b"9" * 5000 + b"}"),
    ],
    "algorithm": [
        token(claims(), {"alg": "none", "kid": "ed"}, by="none"),
        token(claims(), {"alg": "nOnE", "kid": "ed"}, by="none"),
        confused("rsa"),
        confused("ed"),
        token(claims(), {"alg": "PS256", "kid": "rsa"}, by="PS256"),
        token(claims(), {"alg": "RS256", "kid": "ed"}, keys()["rsa"], "RS256"),
        token(claims(), {"alg": "ES256", "kid": "rsa"}, keys()["ec"], "ES256"),
        headed(alg=None),
        headed(alg=["Ed25519"]),
    ],
    "header": [
        headed(crit=["exp"]),
        headed(crit=[]),
        headed(b64=False, crit=["b64"]),
        headed(b64=False),
        headed(jku="https://evil.example/keys"),
        headed(jwk=STRANGER.as_dict(private=False)),
        headed(x5u="https://evil.example/chain"),
        headed(x5c=["MII="]),
        headed(zip="DEF"),
        headed(cty="JWT"),
    ],
    "type": [headed(typ="logout+jwt"), headed(typ="dpop+jwt"), headed(typ=1)],
    "unknown-key": [headed(kid="other"), headed(kid=None), headed(kid=["ed"])],
    "signature": [
        token(claims(), HEADER, STRANGER),
        said().rsplit(".", 1)[0] + ".",
        said().rsplit(".", 1)[0] + "." + encoded(bytes(64)),
        token(claims(), {"alg": "ES256", "kid": "ec"}, by="ES256").rsplit(".", 1)[0] + ".AAAA",
        token(claims(iss="https://evil.example"), HEADER, STRANGER),
    ],
    "issuer": [
        said(iss=f"{ISSUER}/"),
        said(iss=ISSUER.upper()),
        said(iss=None),
        said(iss=[ISSUER]),
    ],
    "audience": [
        said(aud="account"),
        said(aud=["account", "portal"]),
        said(aud="account", azp=AUDIENCE),
        said(aud=None, azp=AUDIENCE),
        said(aud=[]),
        said(aud=[AUDIENCE, 1]),
        said(aud={AUDIENCE: True}),
    ],
    "id-token": [said(nonce="n"), said(at_hash="h")],
    "claims": [
        said(exp=None),
        said(exp="2030-01-01"),
        said(exp=True),
        token(str(claims(exp=1)).replace("'exp': 1", '"exp": 1e400').replace("'", '"').encode()),
        said(exp=10**400),
        said(iat="now"),
    ],
    "expired": [said(exp=NOW - 31), said(exp=0), said(exp=-1)],
    "not-yet-valid": [said(nbf=NOW + 7200), said(iat=NOW + 7200)],
    "subject": [said(sub=None), said(sub=7), said(sub=""), said(sub="a\nb"), said(sub="a" * 256)],
    "role": [said(roles=None), said(roles=[]), said(roles=["guests"]), said(roles=[["county"]])],
    "limits": [
        said(roles=["county"]),
        said(roles=["county"], pilotzone={"areas": []}),
        said(roles=["county"], pilotzone={"areas": [210212]}),
        said(roles=["county"], pilotzone={"areas": ["C1\x00"]}),
        said(roles=["county"], pilotzone=["C1"]),
    ],
}


@pytest.mark.parametrize("rule", REFUSED)
async def test_a_token_is_refused_by_the_rule_that_it_breaks(rule: str) -> None:
    assert [await rule_of(each) for each in REFUSED[rule]] == [rule] * len(REFUSED[rule])


@pytest.mark.parametrize(
    ("algorithm", "kid"), [("RS256", "rsa"), ("ES256", "ec"), ("Ed25519", "ed"), ("EdDSA", "ed")]
)
async def test_each_algorithm_opens_by_its_kind_of_key_if_it_is_admitted(
    algorithm: str, kid: str
) -> None:
    by = "Ed25519" if algorithm == "EdDSA" else algorithm
    signed = token(claims(), {"alg": algorithm, "kid": kid}, by=by)

    holder = await tokens().holder(signed)

    assert (holder.role, holder.name) == (Role.SOURCE, f"{ISSUER}#7f3a (source)")
    others = {"RS256", "ES256", "Ed25519", "EdDSA"} - {algorithm}
    assert await rule_of(signed, " ".join(others)) == "algorithm"


async def test_what_is_usual_is_taken() -> None:
    """Clocks differ by seconds; `typ` has several spellings and may be left out."""
    now = time.time()
    for each in (
        said(aud=["account", AUDIENCE]),
        said(exp=now - 10),
        said(nbf=now + 20, iat=now + 20),
        said(iat=None),
        said(exp=now + 300.5),
        headed(typ=None),
        headed(typ="JWT"),
        headed(typ="application/at+jwt"),
        headed(typ="AT+JWT"),
        headed(x5t="abc"),
    ):
        assert (await tokens().holder(each)).reporter == 1


HELD = tokens()
VALID = token(claims(exp=4_000_000_000))
CHARACTERS = st.sampled_from("ABCDefgh0189-_.=+/ é{\n")


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Return the valid token with some characters replaced, put in, left out or moved."""
    text = VALID
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 4)))
        text = text[:start] + draw(st.text(CHARACTERS, max_size=4)) + text[end:]
    return text


@settings(max_examples=300, deadline=None)
@given(mutated())
async def test_no_mutation_of_a_valid_token_opens_anything(text: str) -> None:
    """Each token has one spelling, so that any other text is another token, or none."""
    if text != VALID:
        with pytest.raises(TokenRefused):
            await HELD.holder(text)


def test_of_the_keys_that_an_issuer_publishes_those_are_used_that_may_verify() -> None:
    good = published("ed")["keys"][0]
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024).as_dict(private=False)
    useless = [
        good | {"use": "enc"},
        good | {"key_ops": ["sign"]},
        good | {"key_ops": "verify"},
        good | {"x": "AA"},
        good | {"kty": ["OKP"]},
        good | {"kid": None},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "ed"},
        {"kty": "RSA", "kid": "ed"},
        keys()["ed"].as_dict(private=True) | {"kid": "ed"},
        weak | {"kid": "ed"},
        None,
    ]
    for each in useless:
        with pytest.raises(KeysUnreadable):
            KeySet({"keys": [each]})
    assert "ed" in KeySet({"keys": [*useless, good | {"kty": "PQ"}, good]})
    documents: list[dict[str, Any]] = [{}, {"keys": {}}, {"keys": [good] * 101}]
    for document in documents:
        with pytest.raises(KeysUnreadable):
            KeySet(document)


async def test_a_key_verifies_by_the_algorithm_alone_that_its_issuer_gives_it_for() -> None:
    (key,) = published("rsa")["keys"]
    held = tokens("RS256 PS256")
    held._published = PublishedKeys(
        AsyncMock(return_value=KeySet({"keys": [key | {"alg": "PS256"}]}))
    )
    with pytest.raises(TokenRefused):
        await held.holder(token(claims(), {"alg": "RS256", "kid": "rsa"}, by="RS256"))
    assert await held.holder(token(claims(), {"alg": "PS256", "kid": "rsa"}, by="PS256"))


class Clock:
    """Both clocks, which stand unless they are moved."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        """Return the moment."""
        return self.now

    monotonic = time


@pytest.mark.parametrize(("left", "kept"), [(3600, 60), (10, 40)])
async def test_a_token_is_known_for_a_minute_and_never_beyond_its_end(
    left: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end has thirty seconds of leeway."""
    clock = Clock()
    monkeypatch.setattr("shared.access.tokens.tokens.time", clock)
    held = tokens()
    given = said(exp=clock.now + left)

    assert held.known(given) is None
    holder = await held.holder(given)
    clock.now += kept - 0.5
    assert held.known(given) is holder
    clock.now += 1
    assert held.known(given) is None
