"""docs/problems.md: every problem that there is, and no other."""

import ast
import re
from collections.abc import Iterator

import httpx
import pytest

from api.answers import codes
from api.http.problems import describe
from shared.core.errors import DomainError
from shared.submissions import remarks
from tests.contract.document import CONTRACT, EXAMPLES, PROBLEM, ROOT, faults

DOCS = (ROOT / "docs" / "problems.md").read_text("utf-8")
ENTRY = re.compile(
    r"^### `(?P<type>/problems/[a-z-]+)` · (?P<status>\d{3})\n\n(?P<title>.+)\n\n"
    r"\*\*When:\*\* (?P<when>(?:.+\n)+)\n\*\*What to do:\*\* (?P<what>(?:.+\n)+)",
    re.MULTILINE,
)
METHOD_NOT_ALLOWED = {
    "type": "/problems/method-not-allowed",
    "title": "Method Not Allowed",
    "status": 405,
}
"""What HTTP itself refuses; an unknown path is as any other thing that does not exist."""


def every(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    """Yield every way to say no, however particular."""
    for each in kind.__subclasses__():
        yield each
        yield from every(each)


def test_the_registry_has_every_problem_and_no_other() -> None:
    entries = [each.groupdict() for each in ENTRY.finditer(DOCS)]
    registered = [
        {"type": each["type"], "title": each["title"], "status": int(each["status"])}
        for each in entries
    ]
    known = [*map(describe, every(DomainError)), METHOD_NOT_ALLOWED]

    def by_type(problem: dict[str, object]) -> str:
        return str(problem["type"])

    assert sorted(registered, key=by_type) == sorted(known, key=by_type)
    assert len(entries) == DOCS.count("\n### ")


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v1/nothing", "/problems/not-found"),
        ("GET", "/nothing", "/problems/not-found"),
        ("GET", "/docs/assets/nothing", "/problems/not-found"),
        ("DELETE", "/v1/rounds", "/problems/method-not-allowed"),
        ("POST", "/health/live", "/problems/method-not-allowed"),
        ("PUT", "/docs/assets/nothing", "/problems/method-not-allowed"),
    ],
)
async def test_what_http_refuses_is_a_problem_too(
    client: httpx.AsyncClient, method: str, path: str, kind: str
) -> None:
    answer = await client.request(method, f"http://gateway{path}")

    assert answer.headers["content-type"] == PROBLEM
    assert faults({"$ref": "#/components/schemas/Problem"}, answer.json()) == []
    assert answer.json()["type"] == kind
    assert f"`{kind}` · {answer.status_code}\n\n{answer.json()['title']}\n" in DOCS
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


async def test_what_a_path_admits_is_said_in_full(client: httpx.AsyncClient) -> None:
    """RFC 9110: `Allow` lists the methods of the path, whichever of them were routed first."""
    answers = [
        await client.delete(f"http://gateway{path}")
        for path in ("/v1/applicants", "/v1/applicants/210212", "/health/live", "/docs/assets/a")
    ]

    assert [each.headers["allow"] for each in answers] == [
        "GET, HEAD, POST",
        "GET, HEAD, PATCH",
        "GET, HEAD",
        "GET, HEAD",
    ]


def test_every_problem_that_an_operation_names_has_an_example() -> None:
    shown = {key.removeprefix("/problems/") for key in EXAMPLES if key.startswith("/problems/")}

    assert set(CONTRACT["components"]["examples"]) == shown
    for slug in shown:
        assert f"### `/problems/{slug}`" in DOCS


def test_the_contract_lists_every_type() -> None:
    """A client's compiler then tells which of them it has forgotten."""
    known = {describe(kind)["type"] for kind in every(DomainError)} | {METHOD_NOT_ALLOWED["type"]}

    assert set(CONTRACT["components"]["schemas"]["ProblemType"]["enum"]) == known


def test_every_code_of_a_submission_is_documented_and_no_other() -> None:
    emitted = set[str]()
    for name in (
        "shared/submissions/admission.py",
        "shared/submissions/values.py",
        "shared/submissions/service.py",
        "shared/adjudications/service.py",
    ):
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refusal":
                assert isinstance(node.args[1], ast.Constant)
                emitted.add(str(node.args[1].value))

    of_form, below = DOCS.split("## Codes of form")[1].split("## Codes of submissions")
    assert documented(of_form) == {*codes.FORM, *codes.REFERENCES}
    of_submissions, below = below.split("## Codes of rows")
    of_rows, below = below.split("## Codes of slices")
    of_slices, below = below.split("## Codes of bodies and headers")
    of_bodies, of_warnings = below.split("## Codes of warnings")
    assert documented(of_submissions) == emitted | {"repeated-row"}
    schemas = CONTRACT["components"]["schemas"]
    said = documented(of_submissions) | documented(of_rows)
    assert said - {"no-panel"} == set(schemas["RowCode"]["enum"])  # of adjudications alone
    assert documented(of_warnings) == set(remarks.CODES) == set(schemas["RemarkCode"]["enum"])
    assert documented(of_slices) == set(codes.OF_FILES) - {"no-rows"}
    assert documented(of_bodies) == {*codes.BODIES, *codes.HEADERS}


def documented(table: str) -> set[str]:
    """Return the codes in the first column of a table."""
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return {code for row in rows for code in re.findall(r"`(.+?)`", row)}
