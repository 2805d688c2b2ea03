"""Who plays requests against a gateway and holds each answer against the contract."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.contract.document import EXAMPLES, JSON, OPERATIONS, PROBLEM, Operation, faults, resolved

GATEWAY = "http://gateway"
OF_THE_BODY = {"content-length", "content-type"}
"""What the contract says by an answer's media types, or leaves to HTTP."""


@dataclass
class Player:
    """Sends requests, holds each answer against the contract, and keeps those with an example.

    It also notes the names of all headers that were *sent* to it.
    """

    client: httpx.AsyncClient
    headers: dict[str, dict[str, str]]
    answers: dict[str, Any] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)

    async def replay(self, role: str | None, key: str, **query: Any) -> None:
        """Send the example request of the operation *key*, and keep the answer."""
        (operation,) = (each for each in OPERATIONS if str(each) == key)
        body = EXAMPLES[key].get("request")
        answer = await self.send(role, operation.method, operation.url, body, **query)
        assert answer.is_success, answer.text
        self.answers[key] = answer.json()

    async def refused(
        self, slug: str, role: str | None, method: str, path: str, body: Any = None, **more: Any
    ) -> None:
        """Send a request that is answered with the problem *slug*, and keep that."""
        answer = await self.send(role, method, path, body, **more)
        assert answer.json()["type"] == f"/problems/{slug}", answer.text
        self.answers[f"/problems/{slug}"] = answer.json()

    async def send(  # noqa: PLR0913 -- a request has so many parts
        self,
        role: str | None,
        method: str,
        path: str,
        body: Any = None,
        content: bytes | None = None,
        media_type: str = JSON,
        accept: str = JSON,
        more_headers: tuple[tuple[str, str], ...] = (),
        **query: Any,
    ) -> httpx.Response:
        """Send a request with a key of *role*; its answer is as the contract says."""
        named = {"Accept": accept} | (self.headers[role] if role else {})
        if content is not None:
            named = named | {"Content-Type": media_type}
        headers = [*named.items(), *more_headers]
        answer = await self.client.request(
            method, GATEWAY + path, json=body, content=content, params=query, headers=headers
        )
        conforms(answer)
        self.sent |= set(answer.headers)
        streamed = "content-disposition" in answer.headers
        if method == "GET" and answer.status_code == httpx.codes.OK and role and not streamed:
            await self._not_sent_again(answer)
        return answer

    async def _not_sent_again(self, answer: httpx.Response) -> None:
        """Ask for what is known already."""
        asked = answer.request
        known = [
            *asked.headers.multi_items(),
            ("If-None-Match", f'"x", W/{answer.headers["etag"]}'),
        ]
        for method in ("HEAD", "GET"):
            again = await self.client.request(method, asked.url, headers=known)
            assert (again.status_code, again.content) == (304, b""), asked.url
            assert again.headers["etag"] == answer.headers["etag"]
        conforms(again)


def conforms(answer: httpx.Response) -> None:
    """Hold *answer* against the contract: status, media type, headers, and the whole document."""
    request = answer.request
    operation: Operation | None = next(
        (each for each in OPERATIONS if each.matches(request.method, request.url.path)), None
    )
    assert operation, request.url
    assert answer.status_code in operation.responses, answer.text
    said = operation.responses[answer.status_code]
    named = {name.lower(): resolved(each) for name, each in said["headers"].items()}
    always = {name for name, each in named.items() if each.get("required")}
    assert always <= set(answer.headers) - OF_THE_BODY <= set(named)
    if answer.status_code in (httpx.codes.NOT_MODIFIED, httpx.codes.NO_CONTENT):
        return
    media_type, *_ = answer.headers["content-type"].split(";")
    assert media_type in said["content"]
    if media_type in {JSON, PROBLEM}:
        assert faults(said["content"][media_type]["schema"], answer.json()) == [], answer.text
