"""`Idempotency-Key`: a POST that takes effect once, however often it is sent.

Source of header and statuses: draft-ietf-httpapi-idempotency-key-header-07.
"""

import hashlib
import re
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

from fastapi import Request, Response
from starlette.types import Message

from api.http.access import bearer, caller_of
from api.http.problems import MalformedIdempotencyKey
from shared.core.errors import IdempotencyKeyReused, told
from shared.database import Database, Session
from shared.idempotency.sealing import NotTheirs, seal, unseal
from shared.idempotency.service import Answer, Answered, Answers, Sent

Handler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"

MOST_CHARACTERS = 200
BARE = re.compile(r"[!#-~][!-~]*")
QUOTED = re.compile(r'"((?:[!#-\[\]-~]|\\["\\])+)"')
"""A string of RFC 9651, but for spaces; the key is what it says, so that both forms are equal."""

PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Makes the request take effect once. A new one for each request, such as a UUID,"
    f" and the same when it is repeated: 1 to {MOST_CHARACTERS} visible ASCII characters, quoted or"
    " not. The answer that was committed with the effect then comes again, byte for byte, with"
    f" `{REPLAYED}`, for at least `PILOTZONE_ANSWERS_KEPT`.",
    "schema": {
        "type": "string",
        "pattern": r'^([!#-~][!-~]{0,199}|"([!#-\[\]-~]|\\["\\]){1,200}")$',
    },
}

NEVER_STORED = "no-store"
"""The `Cache-Control` of an answer that says a secret: it is kept sealed."""

OF_EFFECT = ("content-type", "content-encoding", "prefer")
"""The headers that change what a request does; in a repetition others may differ."""


def once(handle: Handler) -> Handler:
    """Return *handle*, which now answers again what it answered to the same request before.

    Whatever has an effect in it has it in the transaction that `Attempt.transaction` gives.
    """

    async def answer(request: Request) -> Response:
        key = key_of(request)
        if key is None:
            return await handle(request)
        attempt = Attempt(request, key)
        request.state.attempt = attempt
        try:
            async with attempt.under_way:
                response = await handle(Request(request.scope, attempt.receive))
                await attempt.keep(response)
        except Answered as before:
            return attempt.again(before.answer)
        return response

    return answer


def carries_key(request: Request) -> bool:
    """Say whether a request is to take effect once."""
    return hasattr(request.state, "attempt")


def key_of(request: Request) -> str | None:
    """Return the key that a request carries, None without one. Raises: MalformedIdempotencyKey."""
    given = request.headers.getlist(HEADER)
    if not given:
        return None
    quoted = QUOTED.fullmatch(given[0])
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else given[0]
    if len(given) > 1 or len(key) > MOST_CHARACTERS or not (quoted or BARE.fullmatch(key)):
        message = f"send one `{HEADER}` of 1 to {MOST_CHARACTERS} visible ASCII characters"
        finding = told(f"/header/{HEADER}", "not-a-key", message, {"most": MOST_CHARACTERS})
        raise MalformedIdempotencyKey(message, (finding,), most=MOST_CHARACTERS)
    return key


class Attempt:
    """A request with a key, while it is executed.

    Its transaction is begun where the effect begins, so that nothing is held while a file is read,
    and committed once the answer is made and kept in it.
    """

    def __init__(self, request: Request, key: str) -> None:
        """Begin nothing yet."""
        self.under_way = AsyncExitStack()
        self._answers: Answers = request.app.state.gateway.answers
        self._request, self._key = request, key
        self._body = hashlib.sha256()
        self._begun: tuple[Session, Sent] | None = None

    async def receive(self) -> Message:
        """Receive what the client sends; the body is looked at as it passes, and not held."""
        message = await self._request.receive()
        if message["type"] == "http.request":
            self._body.update(message.get("body", b""))
        return message

    async def transaction(self, database: Database, round_: str | None) -> Session:
        """Return the one transaction of the request, whose body was read, on *database*.

        Raises: Answered and the errors of `Answers.transaction`.
        """
        if self._begun is None:
            sent = self._sent()
            opening = self._answers.transaction(database, sent, round_)
            self._begun = await self.under_way.enter_async_context(opening), sent
        return self._begun[0]

    async def require_unanswered(self, database: Database) -> None:
        """Look whether the request was answered before, in a transaction that ends at once.

        Raises: Answered and the errors of `Answers.transaction`.
        """
        async with self._answers.transaction(database, self._sent(), None):
            pass

    async def keep(self, response: Response) -> None:
        """Keep the answer, if anything had an effect; what is refused by an error never comes here.

        A response that is a stream has no body to keep: that is a fault, and nothing is committed.
        """
        if self._begun is not None:
            session, sent = self._begun
            headers = [
                (name, value)
                for name, value in response.headers.items()
                if name != "content-length"
            ]
            body = bytes(response.body)
            if response.headers.get("Cache-Control") == NEVER_STORED:
                body = seal(bearer(self._request.scope), self._key, body)
            await self._answers.keep(session, sent, Answer(response.status_code, headers, body))

    def again(self, answer: Answer) -> Response:
        """Return what was answered before, once more.

        Raises: IdempotencyKeyReused where it says a secret, and to another key of the reporter.
        """
        response = Response(answer.body, answer.status)
        for name, value in answer.headers:
            response.headers.append(name, value)
        if response.headers.get("Cache-Control") == NEVER_STORED:
            try:
                body = unseal(bearer(self._request.scope), self._key, answer.body)
            except NotTheirs:
                raise IdempotencyKeyReused("the key came with another API key before") from None
            response.body = body
            response.headers["Content-Length"] = str(len(body))
        response.headers[REPLAYED] = "true"
        return response

    def _sent(self) -> Sent:
        return Sent(caller_of(self._request).reporter, self._key, self._fingerprint())

    def _fingerprint(self) -> bytes:
        """Return a digest of all that the effect depends on, the reach of the caller's key too."""
        request, who = self._request, caller_of(self._request)
        said = [
            request.method,
            request.url.path,
            request.scope["query_string"].decode("latin-1"),
            *(str(request.headers.getlist(name)) for name in OF_EFFECT),
            *(
                "any" if limit is None else str(sorted(limit))
                for limit in (who.applicants, who.measures, who.rounds)
            ),
            self._body.hexdigest(),
        ]
        return hashlib.sha256(repr(said).encode()).digest()
