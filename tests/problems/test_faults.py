"""Wrong requests of every kind: a form can say beside its field what is wrong, in its own words."""

from typing import Any, NamedTuple

from api.answers.codes import FIELD_CODES
from tests.fixtures.http import SCORES, SUBMISSIONS, problem
from tests.fixtures.make import ROUND, STATIONS, World

BATCH = f"{SUBMISSIONS}/batch"
JSON = {"Content-Type": "application/json"}
CSV = {"Content-Type": "text/csv"}
COLUMNS = b"applicant,measure,value,as_of\n"
COUNT = f'"applicant": "C1", "measure": "{STATIONS}", "as_of": "2026-06-01"'.encode()


class Wrong(NamedTuple):
    """A request, and what is told of it: where, by which code, with which params."""

    kind: str
    role: str
    method: str
    path: str
    sent: dict[str, Any]
    status: int
    pointer: str
    code: str
    params: dict[str, Any]


def said(content: bytes, **headers: str) -> dict[str, Any]:
    """Return what a request carries that sends *content* as JSON or with these headers."""
    return {
        "content": content,
        "headers": JSON | {k.replace("_", "-"): v for k, v in headers.items()},
    }


def sheet(content: bytes, **headers: str) -> dict[str, Any]:
    """Return what a request carries that sends a file of CSV."""
    sent = said(content, **headers)
    return sent | {"headers": sent["headers"] | CSV}


ASKED, ROUNDS = ("auditor", "GET"), "/rounds"
SUBMIT, PUSH = ("source", "POST", SUBMISSIONS), ("source", "POST", BATCH)
WRONG = [
    Wrong("query", *ASKED, f"{SCORES}?limit=x", {}, 422, "/query/limit", "int-parsing", {}),
    Wrong("query", *ASKED, f"{SCORES}?q=%ff", {}, 422, "/query", "not-utf-8", {}),
    Wrong(
        *("query", *ASKED, f"{SCORES}?include=names&include=x", {}),
        *(422, "/query/include/1", "literal-error", {"expected": ["lines", "names"]}),
    ),
    Wrong(
        *("path", *ASKED, "/rounds/a%20b/runs/1", {}),
        *(422, "/path/round", "string-pattern-mismatch"),
        {"pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"},
    ),
    Wrong(
        "path",
        *ASKED,
        f"/rounds/{ROUND}/runs/0",
        {},
        422,
        "/path/run",
        "greater-than-equal",
        {"ge": 1},
    ),
    Wrong("cursor", *ASKED, f"{SCORES}?cursor=x", {}, 422, "/query/cursor", "unknown-cursor", {}),
    Wrong(
        *("header", *SUBMIT, said(b"{}", Idempotency_Key="x" * 201)),
        *(400, "/header/Idempotency-Key", "not-a-key", {"most": 200}),
    ),
    Wrong(
        *("header", *SUBMIT, said(b"{}", Content_Encoding="gzip")),
        *(415, "/header/Content-Encoding", "not-accepted", {"accepted": ["identity"]}),
    ),
    Wrong(
        *("header", *SUBMIT, said(b"{}", Content_Type="text/plain")),
        *(415, "/header/Content-Type", "not-accepted", {"accepted": ["application/json"]}),
    ),
    Wrong(
        *("header", *SUBMIT, said(b"{}", Content_Digest="sha-256=:AAAA:")),
        *(400, "/header/Content-Digest", "digest-differs", {"algorithm": "sha-256"}),
    ),
    Wrong("body", "admin", "POST", ROUNDS, said(b'{"a": 1, "a": 2}'), 400, "", "member-twice", {}),
    Wrong("body", "admin", "POST", ROUNDS, said(b"{"), 400, "", "not-json", {}),
    Wrong(
        *("body", "admin", "POST", ROUNDS, said(b"[" * 70 + b"]" * 70)),
        *(400, "", "nested-too-deep", {"most": 64}),
    ),
    Wrong(
        *("body", *SUBMIT, said(b'{"value": 1.23456789012345678, ' + COUNT + b"}")),
        *(400, "/value", "number-not-exact", {"most_digits": 17}),
    ),
    Wrong(
        *("body", *SUBMIT, said(b'{"value": 1, ' + COUNT + b', "comment": "\\ud800"}')),
        *(400, "", "text-unwritable", {}),
    ),
    Wrong(
        *("body", *SUBMIT, said(b'{"comment": "\xff"}')),
        *(400, "", "not-json", {"line": 1, "column": 14}),
    ),
    Wrong(
        *("body", "admin", "PUT", f"/rounds/{ROUND}/entries/C1", said(b'{"state": "gone"}')),
        *(422, "/state", "literal-error", {"expected": ["accepted", "withdrawn"]}),
    ),
    Wrong("file", *PUSH, said(b"{}"), 400, "", "not-a-batch", {}),
    Wrong(
        *("file", *PUSH, sheet(b"applicant,measure,as_of\n")),
        *(400, "", "column-missing", {"line": 1, "lacking": ["value"]}),
    ),
    Wrong("file", *PUSH, sheet(COLUMNS + b'"C1'), 400, "", "not-csv", {"line": 2}),
    Wrong("file", *PUSH, sheet(COLUMNS + b"\xff"), 400, "", "not-utf-8", {"line": 1}),
    Wrong(
        *("file", *PUSH, sheet(b"no", Content_Encoding="gzip")),
        *(400, "/header/Content-Encoding", "not-gzip", {}),
    ),
]
OF_THE_VALIDATOR = ("Input", "String should", "Value should", "Field required", "unexpected end of")


async def test_whatever_is_wrong_is_told_by_place_code_and_bounds_in_our_words(
    world: World,
) -> None:
    for each in WRONG:
        headers = world.headers[each.role] | each.sent.get("headers", {})
        answer = await world.client.request(
            each.method, each.path, content=each.sent.get("content"), headers=headers
        )
        told = problem(answer, each.status, answer.json()["type"].removeprefix("/problems/"))
        (error,) = told["errors"]
        found = error["pointer"], error["code"], error.get("params", {})
        assert found == (each.pointer, each.code, each.params), each
        assert error["code"] in FIELD_CODES
        for words in (error["detail"], told["detail"]):
            assert not any(said in words for said in OF_THE_VALIDATOR), words
    assert {each.kind for each in WRONG} == {"query", "path", "cursor", "header", "body", "file"}
