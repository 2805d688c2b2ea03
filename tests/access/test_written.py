"""How keys are written: found where they leaked, and refused unasked where they are mistyped."""

import re
from pathlib import Path

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.app import create_app
from shared.access import list_store, written
from shared.access import service as keys
from shared.core.principal import Actor
from shared.database import Database
from shared.settings import Settings
from tests.fixtures.http import gateway, problem

OF_OLD = "pz_n0-_cq5JDM4vTXbrkq8bBHmO1rW4yKZdUEtJ2xGc7Ls"
CHARACTERS = st.sampled_from(written.ALPHABET)


def test_the_written_form_stays_as_it_is() -> None:
    """Scanners and keys in use rest on it."""
    assert written.may_be_one("pz_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg_0gbUuE")
    assert not written.may_be_one("pz_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg_0gbUuF")


def test_the_expression_of_the_documents_finds_a_key_in_a_text(root: Path) -> None:
    (said,) = re.findall(r"`\\b(pz_.*)\\b`", (root / "SECURITY.md").read_text("utf-8"))
    key = written.new()

    found = re.findall(rf"\b{said}\b", f'export KEY="{key}"\nurl?key={key}&x')

    assert said == written.PATTERN
    assert found == [key, key]


def test_no_two_keys_are_alike_and_each_may_be_one() -> None:
    made = {written.new() for _ in range(1_000)}

    assert len(made) == 1_000
    assert all(map(written.may_be_one, made))


@given(st.data())
def test_one_wrong_character_is_noticed(data: st.DataObject) -> None:
    key = written.new()
    place = data.draw(st.integers(0, len(key) - 1))
    other = data.draw(CHARACTERS)
    assume(other != key[place])

    assert not written.may_be_one(key[:place] + other + key[place + 1 :])


@given(st.data())
def test_two_characters_that_changed_places_are_noticed(data: st.DataObject) -> None:
    key = written.new()
    place = data.draw(st.integers(0, len(key) - 2))
    first, second = key[place], key[place + 1]
    assume(first != second)

    assert not written.may_be_one(key[:place] + second + first + key[place + 2 :])


@pytest.mark.parametrize(
    "given",
    ["", "pz_", "pz_unknown", f"{OF_OLD}x", OF_OLD[:-1], OF_OLD.upper(), f"{OF_OLD}\n", "é"],
)
def test_what_is_not_written_like_a_key_is_none(given: str) -> None:
    assert not written.may_be_one(given)


async def test_what_cannot_be_a_key_is_refused_without_a_database() -> None:
    """This one was never opened: whoever asked it would get another answer."""
    transport = httpx.ASGITransport(create_app(Database(""), Settings()))
    key = written.new()
    mistyped = key[:-1] + ("0" if key[-1] != "0" else "1")
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway/v1") as client:
        answer = await client.get("/rounds", headers={"Authorization": f"Bearer {mistyped}"})

    problem(answer, 401, "unauthorized")


async def test_a_key_of_before_opens_as_it_did(
    database: Database, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with owner.session() as session:
        monkeypatch.setattr(written, "new", lambda: OF_OLD)
        await keys.create(session, Actor("tests", "tests"), "old", "source")
        assert len(await list_store.in_force(session)) == 1

    async with gateway(database) as client:
        answer = await client.get("/rounds", headers={"Authorization": f"Bearer {OF_OLD}"})

    assert answer.status_code == 200
