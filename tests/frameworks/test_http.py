"""Framework documents over HTTP. What is wrong with one is tested in tests/scoring/document."""

import asyncio
import json
import threading
from typing import Any

import pytest

from shared.frameworks import service
from shared.frameworks.service import fingerprint
from shared.scoring.document.reader import read
from tests.fixtures.http import findings, pages, problem
from tests.fixtures.make import RESIDENTS, STATIONS, World, framework, name


async def register(world: World, document: Any) -> Any:
    """Register *document*."""
    return await world.call("admin", "POST", "/frameworks", document)


async def test_a_document_is_read_back_as_it_was_registered(world: World) -> None:
    document = framework("2")

    answer = await register(world, document)

    assert answer.status_code == 201
    found = (await world.call("auditor", "GET", "/frameworks/small/2")).json()
    assert found | {"warnings": []} == answer.json()
    assert {key: found[key] for key in document} == document
    assert found.keys() - document.keys() == {"sha256", "registered_at"}
    assert found["sha256"] == fingerprint(document)
    assert list(found["measures"]) == list(document["measures"])


async def test_the_same_document_again_is_no_error(world: World) -> None:
    """Its members' order and the numbers' spelling are no part of what it says."""
    first = await register(world, framework("2"))
    turned = dict(reversed(framework("2").items())) | {"points": 20.0}

    again = await register(world, turned)

    assert (again.status_code, again.json()) == (200, first.json())


async def test_what_is_hardly_meant_is_said_and_keeps_nothing_from_happening(world: World) -> None:
    """The same when the document is registered again, and not part of it when it is read."""
    document = framework("2")
    del document["measures"][STATIONS]["unit"], document["measures"][RESIDENTS]["range"]

    answers = [await register(world, document) for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 200]
    for answer in answers:
        assert [(each["pointer"], each["code"]) for each in answer.json()["warnings"]] == [
            ("/measures/stations/unit", "unit-missing"),
            ("/measures/residents/range", "denominator-may-be-zero"),
        ]
        assert all(each["message"] for each in answer.json()["warnings"])
    assert "warnings" not in (await world.call("auditor", "GET", "/frameworks/small/2")).json()


async def test_another_document_under_the_same_code_and_version_is_refused(world: World) -> None:
    first = await register(world, framework("2"))

    answer = await register(world, framework("2") | {"name": name("other")})

    assert problem(answer, 409, "framework-differs")["sha256"] == first.json()["sha256"]
    found = await world.call("auditor", "GET", "/frameworks/small/2")
    assert found.json()["name"] == first.json()["name"]


async def test_registered_at_once_one_document_is_first(world: World) -> None:
    same = await asyncio.gather(*(register(world, framework("2")) for _ in range(3)))
    other = await asyncio.gather(
        *(register(world, framework("3") | {"name": name(str(at))}) for at in range(3))
    )
    assert sorted(each.status_code for each in same) == [200, 200, 201]
    assert sorted(each.status_code for each in other) == [201, 409, 409]


async def test_everything_wrong_with_a_document_is_said_at_once(world: World) -> None:
    document = framework("2") | {"points": 21, "colour": "red"}
    document["measures"]["stations"]["type"] = "colour"

    found = findings(problem(await register(world, document), 422, "framework-invalid"))

    assert {pointer for pointer, _ in found} >= {"/colour", "/measures/stations/type"}
    problem(await world.call("auditor", "GET", "/frameworks/small/2"), 404, "not-found")


async def test_what_is_no_document_is_refused(world: World) -> None:
    bodies: list[Any] = [[], 5, "x", {}, [framework("2")]]
    for body in bodies:
        problem(await register(world, body), 422, "framework-invalid")
    nested = json.loads("[" * 800 + "]" * 800)
    problem(await register(world, framework("2") | {"points": nested}), 400, "malformed-body")
    problem(await world.call("admin", "POST", "/frameworks"), 422, "invalid")
    assert len((await pages(world, "/frameworks"))[0]) == 1


async def test_frameworks_are_listed_without_their_documents(world: World) -> None:
    """A name as long as a document admits is listed as well."""
    await register(world, framework("3"))
    await register(world, framework("2") | {"name": name("长" * 500)})

    cut = await pages(world, "/frameworks", limit=2)

    assert [[each["version"] for each in page] for page in cut] == [["1", "2"], ["3"]]
    assert cut[0][1].keys() == {"code", "version", "name", "points", "sha256", "registered_at"}


async def test_an_unknown_framework_is_not_found(world: World) -> None:
    problem(await world.call("auditor", "GET", "/frameworks/small/9"), 404, "not-found")
    problem(await world.call("auditor", "GET", "/frameworks/large/1"), 404, "not-found")


async def test_documents_are_read_off_the_event_loop_and_one_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[threading.Thread] = []

    def noted(document: Any) -> Any:
        readers.append(threading.current_thread())
        return read(document)

    monkeypatch.setattr(service, "read", noted)

    answers = await asyncio.gather(*(register(world, framework(str(at))) for at in range(2, 8)))

    assert [each.status_code for each in answers] == [201] * 6
    assert len(readers) >= 6
    assert set(readers).isdisjoint({threading.main_thread()})
    assert len(set(readers)) == 1
