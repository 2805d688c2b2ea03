"""Whatever a client sends, the answer is in the contract, and never a fault of ours."""

import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import CheckFunction
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.types import ASGIApp

from api.app import over
from shared.database import Database
from shared.settings import Settings
from tests.contract.document import CONTRACT, OPERATIONS, Operation
from tests.contract.player import Player
from tests.contract.scenario import play

# A schema can't say which measures there are, and a batch refuses its rows one by one under a 200:
# these two checks would ask for the contrary. `require_taken` asks of the first what can be asked.
NOT_ASKED: list[CheckFunction] = [positive_data_acceptance, negative_data_rejection]

LONG = "FUZZ_ATTEMPTS" in os.environ
"""Whether anything is tried, as `make fuzz` does, instead of the same few requests each time."""
ATTEMPTS = int(os.environ.get("FUZZ_ATTEMPTS", "5"))

SETTINGS = settings(
    max_examples=ATTEMPTS,
    derandomize=not LONG,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FEWER = {"/v1/frameworks": 4}
"""How many times fewer attempts: documents take a second to make, and tests/scoring/document tries
them without HTTP."""

LONGEST_FOLDED = 100
"""Characters. The generator writes a greatest length into the text's pattern. With thousands that
takes a hundred times as long as all else, whenever it looks at the schema; and where a pattern has
no end it leaves room for none."""

OF_FORM = ("/problems/invalid", "/problems/malformed-body", "/problems/malformed-request")
OF_FILES = {"/v1/rounds/{round}/submissions/batch"}
"""What takes files: a schema says of a CSV file that it is a text, and nothing of its digest."""

WAITING = {"/v1/rounds/{round}/events", "/v1/webhooks/{webhook}/test"}
"""What goes on for as long as its reader listens, which tests/live has over sockets, and what waits
for a worker, with which tests/webhooks has it."""

BEYOND_SCHEMAS = {
    "number-not-exact",  # no keyword counts a number's digits
    "unknown-cursor",  # only we make cursors
    "unknown-field",  # members are parted by commas
    "unknown-submission",
    "unknown-batch",
    "unknown-applicant",
    "unknown-measure",
    "unknown-round",
    *("in-the-past", "in-the-future"),
    *("with-a-run", "of-another-run"),  # one or the other
    *("key-unusable", "cosignature-refused"),
    *("not-a-url", "not-https", "host-unusable", "userinfo", "fragment", "target-refused"),
    "after-until",  # a round's last run is in no schema
    "closes-before-opening",  # no keyword compares two members
}
"""What a request may be refused for that fits the contract, besides the rules of assessment."""


@pytest.fixture
def app(url: str) -> Iterator[ASGIApp]:
    """Give a gateway as in production; the fuzzer serves it in an event loop of its own."""
    yield over(url, Settings())
    shutdown_lifespans()


@pytest.fixture
async def keys(
    client: httpx.AsyncClient, headers: dict[str, dict[str, str]], worker_database: Database
) -> dict[str, dict[str, str]]:
    """Give keys to a service in which everything exists that the contract's examples name."""
    await play(Player(client, headers), worker_database)
    return headers


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_every_answer_to_anything_keeps_the_contract(
    app: ASGIApp, keys: dict[str, dict[str, str]], mode: GenerationMode
) -> None:
    """Requests that fit the contract and requests that do not, the same ones in every run.

    Half of them go to what exists, half to what does not. A long run sends others each time, and
    with a key of every role.
    """
    api = schemathesis.openapi.from_asgi("/v1/openapi.json", app)
    leave_lengths_out(api.raw_schema)
    for operation in OPERATIONS:
        if operation.path in WAITING:
            continue
        if mode is GenerationMode.POSITIVE or operation.parameters or operation.request:
            for role in roles(operation):
                attempt(api, operation, mode, keys[role])


def test_the_fuzzer_says_more_than_the_examples() -> None:
    """It falls back on them where it finds nothing of its own that fits."""
    api = schemathesis.openapi.from_dict(deepcopy(CONTRACT))
    leave_lengths_out(api.raw_schema)
    requests = api["/v1/rounds/{round}/submissions"]["POST"]
    dates = set[str]()

    @SETTINGS
    @given(case=requests.as_strategy(GenerationMode.POSITIVE))
    def made(case: Case[Any]) -> None:
        assert isinstance(case.body, dict)
        dates.add(str(case.body["as_of"]))

    made()

    assert len(dates) > ATTEMPTS // 4


def leave_lengths_out(node: Any) -> None:
    """Take away how long a text may be at most, where the generator comes to grief on it."""
    if isinstance(node, dict):
        pattern: str = node.get("pattern", "")
        if pattern and (node.get("maxLength", 0) > LONGEST_FOLDED or not pattern.endswith("$")):
            node.pop("maxLength", None)
        for each in node.values():
            leave_lengths_out(each)
    elif isinstance(node, list):
        for each in node:
            leave_lengths_out(each)


def roles(operation: Operation) -> list[str]:
    """Return with whose keys to try an operation: one role's, in a long run all that it admits."""
    admitted = operation.roles or ["admin"]
    if LONG:
        return admitted
    return ["source" if "source" in admitted else "admin"]


def attempt(
    api: schemathesis.BaseSchema,
    operation: Operation,
    mode: GenerationMode,
    key: dict[str, str],
) -> None:
    """Send some requests to *operation*; each must be answered as the contract says."""
    requests = api[operation.path][operation.method]
    anywhere = requests.as_strategy(mode)
    somewhere = requests.as_strategy(mode, path_parameters=operation.path_examples)

    @settings(SETTINGS, max_examples=ATTEMPTS // FEWER.get(operation.path, 1) or 1)
    @given(case=anywhere | somewhere)
    def sent(case: Case[Any]) -> None:
        if {"wait_for", "wait_for_batch", "after_run"} & set(case.query):
            case.query["wait"] = 0  # there is no worker that could end it
        case.headers.pop("Content-Digest", None)  # a schema can't say what a body comes to
        answer = case.call_and_validate(headers=key, excluded_checks=NOT_ASKED)
        if mode is GenerationMode.POSITIVE and operation.path not in OF_FILES:
            require_taken(answer)

    sent()


def require_taken(answer: Response) -> None:
    """Require that what fits the contract is not refused for its form."""
    problem = answer.json() if answer.status_code in (400, 422) else {}
    if problem.get("type") in OF_FORM:
        refused = [each for each in problem["errors"] if each["code"] not in BEYOND_SCHEMAS]
        reopened = [{"pointer": "/reason", "code": "missing"}]  # asked for by the round's state
        assert [{k: e[k] for k in ("pointer", "code")} for e in refused] in ([], reopened), problem
