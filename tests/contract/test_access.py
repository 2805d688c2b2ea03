"""Every operation, for every role, of what is its own and what is others': generated, in one go.

What is expected follows from whom an operation admits and what its example names. Where it is
otherwise a table below says so, and why. A new operation is in it as it appears in the contract.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import httpx

from shared.core.principal import Role
from shared.database import Database
from tests.contract.document import EXAMPLES, OPERATIONS, Operation
from tests.contract.player import GATEWAY, Player
from tests.contract.scenario import play
from tests.fixtures.http import key

APPLICANT, ANOTHER = "210212", "210213"
ROUND, ELSEWHERE = "2026-1", "2026-9"
STREAM = "/events"
"""What goes on for as long as it is read, so that only its head is asked for."""

WHOLE, OWN, OTHERS, OTHER_ROUND, OTHER_REPORTER = (
    "no limit",
    "the applicant alone",
    "another applicant",
    "another round",
    "no limit, another reporter",
)
LIMITS: dict[str, dict[str, Any]] = {
    OWN: {"applicants": [APPLICANT]},
    OTHERS: {"applicants": [ANOTHER]},
    OTHER_ROUND: {"rounds": [ELSEWHERE]},
}
KEYS = (WHOLE, OWN, OTHERS, OTHER_ROUND, OTHER_REPORTER)

UNLIMITED_ALONE = ("/v1/keys", "/v1/audit")
"""For keys without limits, whatever they ask for there."""

FINE, NO_KEY, FORBIDDEN, UNKNOWN, NOT_NOW, UNFIT = 200, 401, 403, 404, 409, 422


def body_of(operation: Operation) -> Any:
    """Return the body to send; an operation that takes one must have an example of it."""
    if "requestBody" not in operation.said:
        return None
    assert "request" in EXAMPLES.get(str(operation), {}), f"{operation} has no example to send"
    return EXAMPLES[str(operation)]["request"]


@dataclass(frozen=True)
class Case:
    """An operation, asked by a role with one of its keys; what its example names is asked for."""

    operation: Operation
    role: Role
    key: str

    def names(self, code: str) -> bool:
        """Say whether the example names *code*, in its path or its body."""
        said = [*self.operation.path_examples.values(), json.dumps(body_of(self.operation))]
        return code in said or f'"{code}"' in said[-1]

    @property
    def expected(self) -> int:
        """What is answered, as it follows from roles and limits: any success is FINE."""
        named = str(self.operation)
        if self.role not in (self.operation.roles or ()):
            return FORBIDDEN
        if self.key in LIMITS and self.operation.path.startswith(UNLIMITED_ALONE):
            return FORBIDDEN
        if self.key == OTHER_ROUND and (self.names(ROUND) or "{round}" in self.operation.path):
            return FORBIDDEN
        if self.key == OTHERS and self.names(APPLICANT) and named not in OF_ALL:
            return REFUSED_BY_ROW.get(named, FORBIDDEN)
        return next((each.status for each in OTHERWISE if each.holds(self)), FINE)


@dataclass(frozen=True)
class Otherwise:
    """What whom is admitted meets all the same, and *why*."""

    status: int
    why: str
    operations: tuple[str, ...]
    roles: tuple[Role, ...] = tuple(Role)
    keys: tuple[str, ...] = KEYS

    def holds(self, case: Case) -> bool:
        """Say whether it is of this case."""
        named = str(case.operation) in self.operations
        return named and case.role in self.roles and case.key in self.keys


SCORES = "GET /v1/rounds/{round}/scores"
RECEIPT = "GET /v1/rounds/{round}/batches/{batch}"
PUSH = "POST /v1/rounds/{round}/submissions/batch"
SIGNED = "GET /v1/rounds/{round}/submissions/{submission}/receipt"
ARCHIVE = "GET /v1/rounds/{round}/archive"
PUSHERS, OVERSEERS = (Role.PORTAL, Role.EXPERT), (Role.ADMIN, Role.AUDITOR)
UNSUBSCRIBE = "DELETE /v1/webhooks/{webhook}"
CONFIRM = "POST /v1/rounds/{round}/submissions/{submission}/confirmation"

OTHERWISE = (
    Otherwise(NOT_NOW, "the scenario renamed it", ("POST /v1/applicants",)),
    Otherwise(NOT_NOW, "revoked by a case before", ("POST /v1/keys/{key}/rotation",)),
    Otherwise(
        UNKNOWN,
        "receipts are of the reporter who pushed, here the source",
        (RECEIPT, f"{RECEIPT}/items"),
        (Role.PORTAL, Role.EXPERT),
    ),
    Otherwise(
        UNKNOWN,
        "and of no other source",
        (RECEIPT, f"{RECEIPT}/items"),
        (Role.SOURCE,),
        (OTHER_REPORTER,),
    ),
    Otherwise(
        NOT_NOW,
        "an expert sees scores once its own marks stand",
        (
            SCORES,
            f"{SCORES}/{{applicant}}",
            f"{SCORES}/{{applicant}}/explanation",
            f"{SCORES}/{{applicant}}/explanation/text",
            f"{SCORES}/{{applicant}}/history",
            "GET /v1/rounds/{round}/entries/{applicant}/checklist",
            "GET /v1/rounds/{round}/export/ranking",
            "GET /v1/rounds/{round}/export/scores",
            "GET /v1/rounds/{round}/movements",
            "GET /v1/rounds/{round}/proofs/{applicant}",
        ),
        (Role.EXPERT,),
    ),
    Otherwise(
        FORBIDDEN,
        "ties are declared by the expert itself",
        ("PUT /v1/rounds/{round}/conflicts/{expert}/{applicant}",),
        (Role.EXPERT,),
        (OTHER_REPORTER,),
    ),
    Otherwise(
        FORBIDDEN,
        "an expert counts nothing",
        ("POST /v1/rounds/{round}/submissions",),
        (Role.EXPERT,),
    ),
    Otherwise(
        UNKNOWN,
        "an administrator took it away first",
        (UNSUBSCRIBE,),
        (Role.PORTAL, Role.SOURCE, Role.AUDITOR),
    ),
    Otherwise(UNKNOWN, "receipts are of its reporter, here the source", (SIGNED,), PUSHERS),
    Otherwise(UNKNOWN, "and of no other", (SIGNED,), (Role.SOURCE,), (OTHER_REPORTER, OTHERS)),
    Otherwise(UNKNOWN, "or of who is told all", (SIGNED,), OVERSEERS, (OWN, OTHERS)),
    Otherwise(UNKNOWN, "it holds all of a round", (ARCHIVE,), OVERSEERS, (OWN, OTHERS)),
    Otherwise(
        UNFIT,
        "it was signed below another checkpoint",
        ("POST /v1/rounds/{round}/checkpoints/{size}/cosignatures",),
    ),
    Otherwise(UNFIT, "no two sizes are named", ("GET /v1/rounds/{round}/consistency",)),
    Otherwise(UNKNOWN, "and before its other keys", (UNSUBSCRIBE,), keys=KEYS[1:]),
    Otherwise(
        UNKNOWN,
        "it was taken away",
        ("POST /v1/webhooks/{webhook}/test", "POST /v1/webhooks/{webhook}/resumption"),
    ),
    Otherwise(UNFIT, "only sources report all of it", (PUSH,), (Role.PORTAL, Role.EXPERT)),
    Otherwise(UNFIT, "some rows are of others", (PUSH,), (Role.SOURCE,), (OWN,)),
    Otherwise(UNKNOWN, "nothing is there of whom it does not reach", (CONFIRM,), keys=(OTHERS,)),
    Otherwise(NOT_NOW, "the scenario confirmed it", (CONFIRM,)),
    Otherwise(
        NOT_NOW,
        "three wait already",
        ("POST /v1/rounds/{round}/sensitivity",),
        (Role.AUDITOR,),
    ),
    Otherwise(
        NOT_NOW,
        "three wait already",
        ("POST /v1/rounds/{round}/sensitivity",),
        keys=(OTHER_REPORTER,),
    ),
)
REFUSED_BY_ROW = {PUSH: UNFIT}
"""Where what a key does not reach is said of each row."""

OF_ALL = {
    "GET /v1/applicants": "who is registered",
    "GET /v1/applicants/{code}": "who is registered",
    "GET /v1/rounds/{round}/diagnostics": "how indicators behave, to administrators and auditors",
    "GET /v1/rounds/{round}/entries": "who takes part",
    "GET /v1/rounds/{round}/export/ranking": "scores are everybody's",
    "GET /v1/rounds/{round}/export/scores": "scores are everybody's",
    "GET /v1/rounds/{round}/movements": "scores are everybody's",
    "GET /v1/rounds/{round}/operations/{operation}": "how sure ranks are",
    "GET /v1/rounds/{round}/operations/{operation}/items": "how sure ranks are",
    "DELETE /v1/rounds/{round}/operations/{operation}": "how sure ranks are",
    "GET /v1/rounds/{round}/proofs/{applicant}": "scores are everybody's",
    "GET /v1/rounds/{round}/runs/{run}/changes": "scores, to those two who oversee",
    SCORES: "scores are everybody's",
    f"{SCORES}/{{applicant}}": "scores are everybody's",
    f"{SCORES}/{{applicant}}/history": "scores are everybody's",
}
"""What tells a key of applicants that it does not reach, and of what."""


def cases() -> Iterator[Case]:
    """Yield every case that takes a key; of a role that is not admitted, one is enough."""
    for operation, role in product(OPERATIONS, Role):
        if operation.roles is not None:
            for which in KEYS if role in operation.roles else (WHOLE,):
                yield Case(operation, role, which)


async def keys_of_all(
    owner: Database, headers: dict[str, dict[str, str]]
) -> dict[tuple[Role, str], dict[str, str]]:
    """Make each role's keys; those with limits are of the reporter that has the one without."""
    made = {(role, WHOLE): headers[role] for role in Role}
    for role in Role:
        made[role, OTHER_REPORTER] = await key(owner, role, f"{role}-2")
        for which, limits in LIMITS.items():
            made[role, which] = await key(owner, role, role, **limits)
    return made


async def ask(
    client: httpx.AsyncClient, operation: Operation, header: dict[str, str]
) -> httpx.Response:
    """Send the operation's example."""
    method = "HEAD" if operation.path.endswith(STREAM) else operation.method
    followed = {"If-Match": "*"} if method == "PATCH" else {}
    return await client.request(
        method, GATEWAY + operation.url, json=body_of(operation), headers=header | followed
    )


def answered(status: int) -> int:
    """Return FINE for any success."""
    return FINE if status in range(200, 300) else status


async def test_every_operation_answers_every_role_as_far_as_its_key_reaches(
    client: httpx.AsyncClient,
    headers: dict[str, dict[str, str]],
    worker_database: Database,
    owner: Database,
) -> None:
    """With everything there that examples name, so that what is refused is refused for access."""
    await play(Player(client, headers), worker_database)
    keys = await keys_of_all(owner, headers)

    wrong, told = list[str](), set[str]()
    for operation in OPERATIONS:
        found = answered((await ask(client, operation, {})).status_code)
        if found != (FINE if operation.roles is None else NO_KEY):
            wrong.append(f"{operation}, without a key: {found}")
    for case in cases():
        answer = await ask(client, case.operation, keys[case.role, case.key])
        if (found := answered(answer.status_code)) != case.expected:
            wrong.append(
                f"{case.operation} as {case.role}, key of {case.key}: {found}, not {case.expected}"
            )
        if case.key == OTHERS and answer.is_success and APPLICANT.encode() in answer.content:
            told.add(str(case.operation))

    assert wrong == []
    assert told - set(OF_ALL) == set()


def test_what_the_tables_name_is_in_the_contract() -> None:
    """An operation that is gone leaves no exception for the next one of its name."""
    named = {each for rule in OTHERWISE for each in rule.operations} | {*REFUSED_BY_ROW, *OF_ALL}

    assert named <= {str(each) for each in OPERATIONS}
