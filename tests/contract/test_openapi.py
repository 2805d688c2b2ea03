"""The contract itself: current, valid, and complete for whoever has nothing else."""

import os
import re
import subprocess
import sys
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from api import contract
from api.http.access import ANY
from api.http.headers import HEADERS, LIMITS
from tests.contract.document import (
    CONTRACT,
    OPERATIONS,
    PROBLEM,
    ROOT,
    Operation,
    faults,
    resolved,
)

PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}
KEYED = [each for each in OPERATIONS if each.path.startswith("/v1/")]
SCHEMES = CONTRACT["components"]["securitySchemes"]
OPEN = [each for each in OPERATIONS if each not in KEYED]
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def test_the_committed_contract_is_current() -> None:
    """`python -m api.contract > openapi/openapi.json` renews it: a change shows as a diff."""
    assert (ROOT / "openapi" / "openapi.json").read_text("utf-8") == contract.text()


def test_the_contract_is_printed_whatever_the_environment() -> None:
    """It is a build step, where there is no database, no UTF-8 locale and any setting."""
    environment = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "PYTHONHASHSEED": "1",
        "PILOTZONE_MAX_BODY": "none",
    }
    printed = subprocess.run(
        [sys.executable, "-m", "api.contract"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )

    assert printed.stdout == (ROOT / "openapi" / "openapi.json").read_bytes()
    assert printed.stdout.endswith(b"}\n")
    assert "旅顺口区".encode() in printed.stdout


def test_the_contract_is_valid_openapi_3_1() -> None:
    schemathesis.openapi.from_dict(CONTRACT).validate()
    for schema in CONTRACT["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


@every_operation
def test_an_operation_says_what_it_is(operation: Operation) -> None:
    said = operation.said

    assert said["summary"]
    assert said["description"].startswith(said["summary"])
    assert set(said["tags"]) <= {each["name"] for each in CONTRACT["tags"]}
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", said["operationId"])
    assert said["operationId"].startswith(said["tags"][0])


def test_operations_have_names_of_their_own() -> None:
    names = [each.said["operationId"] for each in OPERATIONS]

    assert "submissions-submit" in names
    assert len(set(names)) == len(names)


@every_operation
def test_a_parameter_says_what_it_is(operation: Operation) -> None:
    """A path's parameter has an example too, so that every operation can be tried as it stands."""
    in_path = {each["name"] for each in operation.parameters if each["in"] == "path"}

    assert in_path == set(re.findall(r"{(\w+)}", operation.path))
    assert all(each["description"] for each in operation.parameters)
    assert "{" not in operation.url


@pytest.mark.parametrize("operation", KEYED, ids=str)
def test_an_operation_names_the_roles_it_admits(operation: Operation) -> None:
    """403 is documented where there is a role or a round to refuse, and nowhere else."""
    assert operation.roles
    assert set(operation.roles) <= set(ANY)
    assert operation.said["security"] == [{name: []} for name in SCHEMES]
    assert 401 in operation.responses
    refuses = set(operation.roles) < set(ANY) or "round" in operation.path_examples
    assert (403 in operation.responses) == refuses


@pytest.mark.parametrize("operation", OPEN, ids=str)
def test_what_operators_ask_for_and_what_problems_mean_takes_no_key(operation: Operation) -> None:
    assert operation.path in {"/health/live", "/health/ready", "/metrics", "/problems/{slug}"}
    assert operation.roles is None
    assert operation.said["security"] == []
    assert not {401, 403} & set(operation.responses)


@every_operation
def test_every_refusal_is_a_problem(operation: Operation) -> None:
    for status, response in operation.responses.items():
        if status >= 400:
            assert set(response["content"]) == {PROBLEM}
            assert response["content"][PROBLEM]["schema"] == PROBLEM_SCHEMA
            assert response["description"]


@every_operation
def test_a_refusal_shows_every_problem_it_can_be(operation: Operation) -> None:
    for status, response in operation.responses.items():
        if status >= 400:
            examples = response["content"][PROBLEM]["examples"]
            shown = {slug: resolved(each)["value"] for slug, each in examples.items()}
            assert shown
            for slug, value in shown.items():
                assert (value["type"], value["status"]) == (f"/problems/{slug}", status)
                assert faults(PROBLEM_SCHEMA, value) == []


@every_operation
def test_a_body_can_be_refused(operation: Operation) -> None:
    """Too large, not JSON, not as described: so can whatever is sent anywhere."""
    refusals = {400, 413, 415, 422}

    assert (refusals <= set(operation.responses)) == (operation.request is not None)
    assert (422 in operation.responses) == bool(operation.request or operation.parameters)


@every_operation
def test_an_operation_shows_an_example_that_fits(operation: Operation) -> None:
    """Of the request, and of every answer in each of its media types."""
    shown = [
        content
        for status, response in operation.responses.items()
        if status < 300 and status != 204
        for content in response["content"].values()
    ]
    assert shown or 204 in operation.responses
    if operation.request is not None:
        shown.append(operation.request)

    for each in shown:
        assert faults(each["schema"], each["example"]) == []


EXPLAINED = {
    (200, "/explanation"): {"Deprecation", "Sunset", "Link"},
    (200, "/explanation/text"): {"Content-Language"},
}
"""What an explanation says of itself besides, and as a text, by the end of its path."""


def sent_always(response: dict[str, Any]) -> set[str]:
    """Return what the contract names for any answer: what has a body may be compressed."""
    coded = set(response.get("content", ())) - {"text/event-stream"}
    more = {"Vary", "Content-Encoding"} if coded else set()
    return {"X-Request-ID", "X-Content-Type-Options", *more}


@every_operation
def test_an_answer_names_its_headers(operation: Operation) -> None:
    """Every answer can be found in the logs; a page of a list leads to the next.

    What is answered later says where, and a text says its language; what goes says until when.
    A file says what it is called, and of which run it is.
    """
    in_pages = "cursor" in {each["name"] for each in operation.parameters}

    for status, response in operation.responses.items():
        expected = sent_always(response)
        if status == 200 and in_pages:
            expected.add("Link")
        validated = 304 in operation.responses or operation.method == "PATCH"
        if validated and status in {200, 304}:
            expected |= {"ETag", "Cache-Control", "Vary"}
        if status == 200 and ("/export/" in operation.path or operation.path.endswith("/archive")):
            expected |= {"Content-Disposition", "Cache-Control", "Vary"}
            if "/export/" in operation.path and "run" in {
                each["name"] for each in operation.parameters
            }:
                expected.add("Pilotzone-Run")
        elif status >= 400:
            expected.add("Content-Language")
        expected |= EXPLAINED.get((status, operation.path.split("}")[-1]), set())
        if "KeyMade" in str(response) or "WebhookMade" in str(response):
            expected.add("Cache-Control")
        own = {202: {"Location"}, 401: {"WWW-Authenticate"}, 503: {"Retry-After"}}
        own[429] = {"Retry-After"}
        expected |= own.get(status, set())
        if "Prefer" in {each["name"].title() for each in operation.parameters}:
            preferred = {"Location", "Preference-Applied"}
            expected |= {200: preferred, 207: preferred, 422: {"Link"}}.get(status, set())
        if operation.method == "POST" and (status < 300 or "Link" in expected):
            expected.add("Idempotency-Replayed")
        assert set(response["headers"]) - set(LIMITS) == expected
        assert all(resolved(each)["description"] for each in response["headers"].values())
    assert set(CONTRACT["components"]["headers"]) == set(HEADERS)


@every_operation
def test_whatever_asks_for_a_key_may_go_beyond_a_quota_and_tells_what_is_left(
    operation: Operation,
) -> None:
    telling = {
        status
        for status, response in operation.responses.items()
        if set(LIMITS) <= set(response["headers"])
    }
    asked = {each for each in (*operation.responses, 429) if each < 400 or each == 429}
    assert telling == (asked if operation.roles else set())


@every_operation
def test_every_post_takes_an_idempotency_key_and_nothing_else_does(operation: Operation) -> None:
    """Described once, with its two problems."""
    given = {"$ref": "#/components/parameters/Idempotency-Key"}
    takes = operation.method == "POST"

    assert (given in operation.said.get("parameters", [])) == takes
    for status, slug in ((400, "malformed-idempotency-key"), (422, "idempotency-key-reused")):
        problems = operation.responses.get(status, {"content": {PROBLEM: {"examples": {}}}})
        assert (slug in problems["content"][PROBLEM]["examples"]) == takes


def named(node: Any, name: str) -> list[Any]:
    """Return every value under the key *name*, however deep in *node*."""
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    own = [node[name]] if isinstance(node, dict) and name in node else []
    return own + [found for each in below for found in named(each, name)]


def test_points_and_shares_carry_their_unit() -> None:
    schemas = CONTRACT["components"]["schemas"]
    line, score = schemas["LineOut"]["properties"], schemas["ScoreOut"]["properties"]

    assert [named(line[name], "x-unit") for name in ("points", "full")] == [["points"], ["points"]]
    assert named(line["share"], "x-unit") == ["share"]
    assert [named(score[name], "x-unit") for name in ("total", "coverage", "index")] == [
        ["points"],
        ["share"],
        ["%"],
    ]


def test_every_member_says_what_it_means() -> None:
    silent = {
        f"{name}.{member}"
        for name, schema in CONTRACT["components"]["schemas"].items()
        for member, said in schema.get("properties", {}).items()
        if not said.get("description")
    }

    assert silent == set()


def test_every_object_has_a_name() -> None:
    """A generated client makes a type of it, which a reader must be able to name."""
    schemas = CONTRACT["components"]["schemas"]
    within = [
        below
        for schema in schemas.values()
        for part in schema.values()
        if isinstance(part, dict | list)
        for below in named(part, "type")
    ]

    assert len(within) > 100
    assert "object" not in within


def test_nothing_is_described_that_nothing_uses() -> None:
    components = CONTRACT["components"]
    described = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "responses", "examples", "headers", "parameters")
        for name in components[kind]
    }

    assert described == set(named(CONTRACT, "$ref"))


def test_no_two_schemas_have_one_name() -> None:
    """FastAPI then puts their modules into their names, and generators of clients drop one."""
    assert [name for name in CONTRACT["components"]["schemas"] if "__" in name] == []
