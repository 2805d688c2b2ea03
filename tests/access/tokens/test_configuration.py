"""Settings for tokens that cannot be meant are refused before anybody is let in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.access.tokens.configuration import may_be_asked, trust_of
from shared.core.principal import Role
from shared.settings import Settings, SettingUnusable
from tests.fixtures.documents import ROOT

GOOD = "{roles_claim: roles, roles: [{value: all, role: auditor}]}"
ISSUER = "https://login.example/realms/province"

UNUSABLE = {
    "no audience": ({"oidc_audience": ""}, "PILOTZONE_OIDC_AUDIENCE"),
    "no mapping": ({"oidc_mapping": ""}, "PILOTZONE_OIDC_MAPPING"),
    "no issuer": ({"oidc_issuer": ""}, "PILOTZONE_OIDC_ISSUER"),
    "plain HTTP": ({"oidc_issuer": "http://login.example"}, "PILOTZONE_OIDC_ISSUER"),
    "HMAC": ({"oidc_algorithms": "RS256 HS256"}, "PILOTZONE_OIDC_ALGORITHMS"),
    "none": ({"oidc_algorithms": "none"}, "PILOTZONE_OIDC_ALGORITHMS"),
    "no algorithm": ({"oidc_algorithms": " "}, "PILOTZONE_OIDC_ALGORITHMS"),
    "no file": ({"oidc_mapping": "/nowhere.yaml"}, "No such file"),
    "no YAML": ({"text": "{"}, "PILOTZONE_OIDC_MAPPING"),
    "no mapping in it": ({"text": ""}, "PILOTZONE_OIDC_MAPPING"),
    "no role of ours": ({"text": GOOD.replace("auditor", "root")}, "roles.0.role"),
    "an unknown name": ({"text": GOOD.replace("value", "values")}, "roles.0.value"),
    "a name twice": ({"text": GOOD.replace("role:", "role: admin, role:")}, "stands twice"),
    "no roles": ({"text": "{roles_claim: roles, roles: []}"}, "roles"),
    "a limit to nothing": ({"text": GOOD.replace("auditor", "source, rounds: []")}, "rounds"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_cannot_be_meant_is_said_on_one_line(case: str, tmp_path: Path) -> None:
    changed, said = UNUSABLE[case]
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(changed.get("text", GOOD))
    good = {"oidc_issuer": ISSUER, "oidc_audience": "here", "oidc_mapping": str(mapping)}
    assert "text" in changed or trust_of(Settings(**good)) is not None  # type: ignore[arg-type]
    given = good | {name: each for name, each in changed.items() if name != "text"}

    with pytest.raises(SettingUnusable) as caught:
        trust_of(Settings(**given))  # type: ignore[arg-type]

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_gateway_with_such_settings_does_not_start() -> None:
    environment = os.environ | {
        "PILOTZONE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "PILOTZONE_OIDC_ISSUER": ISSUER,
    }
    command = [sys.executable, "-m", "api", "--port", "0"]

    ended = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: PILOTZONE_OIDC_AUDIENCE, PILOTZONE_OIDC_MAPPING: ")


def test_without_settings_no_tokens_are_taken() -> None:
    assert trust_of(Settings()) is None


def test_only_what_nobody_can_answer_for_another_is_asked() -> None:
    for url in (ISSUER, "https://login.example:8443", "http://127.0.0.1:80", "http://[::1]/a"):
        assert may_be_asked(url), url
    for url in (
        "",
        "login.example",
        "ftp://login.example",
        "http://127.0.0.1.login.example",
        "http://10.0.0.1",
        "https://",
        "https://user@login.example",
        "https://login.example/?realm=a",
        "https://login.example/#a",
        "https://login.example/#",
        "https://login.example:port",
        "https://[login.example",
        "https://login.example/a b",
    ):
        assert not may_be_asked(url), url


def test_the_mapping_of_the_document_means_what_it_says(mapping: Path) -> None:
    settings = Settings(oidc_issuer=ISSUER, oidc_audience="here", oidc_mapping=str(mapping))
    trust = trust_of(settings)
    assert trust is not None
    claims = {
        "sub": "7f3a",
        "realm_access": {"roles": ["offline_access", "county-portal", "statistics"]},
        "pilotzone": {"areas": ["210212"]},
    }

    first = trust.mapping.grant(claims)
    other = trust.mapping.grant(claims | {"realm_access": {"roles": "county-portal"}})

    assert (first.role, first.applicants, first.rounds) == (Role.SOURCE, None, None)
    assert first.measures == frozenset({"base_stations_5g", "resident_population"})
    assert (other.role, other.applicants) == (Role.PORTAL, frozenset({"210212"}))


def test_scopes_are_parted_by_spaces(tmp_path: Path) -> None:
    path = tmp_path / "mapping.json"
    path.write_text('{"roles_claim": "scope", "roles": [{"value": "read", "role": "auditor"}]}')
    settings = Settings(oidc_issuer=ISSUER, oidc_audience="here", oidc_mapping=str(path))
    trust = trust_of(settings)
    assert trust is not None

    assert trust.mapping.grant({"sub": "a", "scope": "openid read"}).role == Role.AUDITOR
