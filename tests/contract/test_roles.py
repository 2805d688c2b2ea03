"""Who may do what, from the contract itself: a new operation is covered as it appears."""

import httpx
import pytest

from tests.contract.document import OPERATIONS, Operation

GATEWAY = "http://gateway"
NO_KEY = {
    "nothing": {},
    "another scheme": {"Authorization": "Basic cG9ydGFsOnBvcnRhbA=="},
    "no key of ours": {"Authorization": "Bearer pz_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    "an empty key": {"Authorization": "Bearer "},
    "a key beyond ASCII": {"Authorization": "Bearer 密钥"},
}


async def sent(
    client: httpx.AsyncClient, operation: Operation, headers: dict[str, str]
) -> tuple[int, str]:
    """Send the operation's example; return the status, and the type of the problem if it is one."""
    body = operation.request and operation.request["example"]
    answer = await client.request(
        operation.method,
        GATEWAY + operation.url,
        json=body,
        headers=httpx.Headers(headers, encoding="utf-8"),
    )
    return answer.status_code, answer.json()["type"] if answer.is_error else ""


async def test_an_operation_admits_exactly_its_roles(
    client: httpx.AsyncClient, headers: dict[str, dict[str, str]]
) -> None:
    """What is not admitted is 403 before anything else is looked at; what is, never is.

    The database is empty, so that no limit of a key and no rule of a measure can refuse.
    """
    for operation in OPERATIONS:
        answers = {role: await sent(client, operation, key) for role, key in headers.items()}

        refused = {role for role, (status, _) in answers.items() if status == 403}
        assert refused == set(headers) - set(operation.roles or headers), operation
        assert all(answers[role] == (403, "/problems/forbidden") for role in refused)
        assert all(status != 401 for status, _ in answers.values())


@pytest.mark.parametrize("key", NO_KEY.values(), ids=NO_KEY)
async def test_without_a_valid_key_nothing_is_admitted(
    client: httpx.AsyncClient, key: dict[str, str]
) -> None:
    for operation in OPERATIONS:
        if operation.roles is not None:
            answer = await sent(client, operation, key)
            assert answer == (401, "/problems/unauthorized"), operation


async def test_health_and_metrics_take_no_key(client: httpx.AsyncClient) -> None:
    """Whoever runs the service watches it before there are keys."""
    for operation in OPERATIONS:
        if operation.roles is None:
            answer = await client.request(operation.method, GATEWAY + operation.url)
            assert answer.status_code == 200, operation
