"""Asking a gateway, again where that is safe, until it answers."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote

import httpx
import stamina
from stamina.instrumentation import RetryDetails, RetryHook, set_on_retry_hooks

from cli.errors import CommandError
from cli.push.keys import Keys, request
from cli.push.pieces import MEDIA_TYPES, File, Piece

TIMES = httpx.Timeout(60, connect=10, read=180)
"""Seconds. A large batch is stored before the first byte of its answer comes."""

ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds; with these a gateway may be away for two minutes."""

PASSING = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
BROKEN = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)

PAGE = 1_000


class Away(Exception):
    """The gateway, or what stands before it, asks to come back later."""

    def __init__(self, answer: httpx.Response) -> None:
        """Keep what was answered."""
        super().__init__(f"status {answer.status_code}")
        self.answer = answer


def _again(error: Exception) -> bool | float:
    """Say whether to ask again, or after how many seconds if the answer named more than we wait."""
    if isinstance(error, Away):
        named = error.answer.headers.get("retry-after", "")
        asked = float(named) if named.isdecimal() and len(named) < 6 else 0.0  # noqa: PLR2004
        return min(asked, LONGEST_WAIT) if asked > FIRST_WAIT else True
    return isinstance(error, BROKEN)


PATIENT = stamina.RetryingCaller(
    attempts=ATTEMPTS, timeout=None, wait_initial=FIRST_WAIT, wait_max=LONGEST_WAIT
).on(_again)


class Gateway:
    """A gateway, for the batches of one round; what it is asked is asked again where it fails.

    Each raises `CommandError` where it says no, or nothing at all.
    """

    def __init__(
        self,
        url: str,
        key: str,
        round_: str,
        keys: Keys,
        tell: Callable[[str], None],
        signing: httpx.Auth | None = None,
    ) -> None:
        """Ask at *url* with *key*, each batch under one of *keys*; *tell* is told of new tries.

        What is asked is signed if the key signs.
        """
        headers = {"Authorization": f"Bearer {key}"}
        try:
            self._client = httpx.Client(base_url=url, headers=headers, timeout=TIMES, auth=signing)
        except httpx.InvalidURL as error:
            raise CommandError(f"{url} is not a URL: {error}") from None
        if self._client.base_url.scheme not in {"http", "https"} or not self._client.base_url.host:
            raise CommandError(f"{url} is not a URL: write http://HOST:PORT or https://HOST")
        self._url, self._keys = url, keys
        self._round = f"/v1/rounds/{quote(round_, safe='')}"
        set_on_retry_hooks([_notice(tell)])

    def __enter__(self) -> Self:
        """Keep one connection for all that is asked."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._client.close()

    def receipt(self, batch: int) -> str:
        """Return the path of a batch's receipt."""
        return f"{self._round}/batches/{batch}"

    def push(
        self,
        file: File,
        piece: Piece,
        slice_: Mapping[str, str],
        *,
        lenient: bool,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Send *piece* and return what became of it; its `items` are all at fault or have warnings.

        *slice_* has the parameters that declare what it covers, none if it declares nothing.

        Of a dry run, which keeps no receipt, they are as many as the answer itself names.
        """
        prefer = "handling=lenient, return=minimal" if lenient else "return=minimal"
        headers = {"Content-Type": MEDIA_TYPES[file.format], "Prefer": prefer}
        if file.packed:
            headers["Content-Encoding"] = "gzip"
        path = f"{self._round}/submissions/batch"
        digest = base64.b64encode(hashlib.sha256(piece.body).digest()).decode()
        headers["Content-Digest"] = f"sha-256=:{digest}:"
        this = request(self._url, path, *headers.values(), *slice_.values(), piece=piece)
        headers["Idempotency-Key"] = self._keys.of(this)
        params = {**slice_, **({"dry_run": "true"} if dry_run else {})}
        answer = self._ask("POST", path, params=params, headers=headers, content=piece.body)
        document = _document(answer)
        if answer.is_client_error:  # nothing was stored; what it lacked may be there next time
            self._keys.forget(this)
        if "outcome" not in document:
            raise CommandError(_refusal(answer, document))
        if "rest" in answer.links:  # the answer itself names only the first
            document["items"] = self._items(answer.url.join(answer.links["rest"]["url"]))
        return document

    def _items(self, url: httpx.URL) -> list[dict[str, Any]]:
        """Read a list to its end."""
        items: list[dict[str, Any]] = []
        following: httpx.URL | None = url.copy_merge_params({"limit": PAGE})
        while following is not None:
            answer = self._ask("GET", following)
            if answer.status_code != HTTPStatus.OK:
                raise CommandError(_refusal(answer, _document(answer)))
            items += answer.json()["items"]
            link = answer.links.get("next")
            following = None if link is None else answer.url.join(link["url"])
        return items

    def _ask(self, method: str, url: str | httpx.URL, **parts: Any) -> httpx.Response:
        """Ask until there is an answer that another try would not change.

        Raises: CommandError where there is none.
        """
        try:
            return PATIENT(self._once, method, url, **parts)
        except Away as error:
            said = _refusal(error.answer, _document(error.answer))
            raise CommandError(f"{said}: push it again later") from None
        except httpx.RequestError as error:
            raise CommandError(f"{self._url} does not answer: {_said(error)}") from None

    def _once(self, method: str, url: str | httpx.URL, **parts: Any) -> httpx.Response:
        """Ask once. Raises: Away, httpx.RequestError."""
        answer = self._client.request(method, url, **parts)
        if answer.status_code in PASSING:
            raise Away(answer)
        return answer


def _notice(tell: Callable[[str], None]) -> RetryHook:
    def notice(details: RetryDetails) -> None:
        tell(f"no answer ({_said(details.caused_by)}): again in {details.wait_for:.0f} s")

    return notice


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _document(answer: httpx.Response) -> dict[str, Any]:
    """Return the object that was answered; an empty one where it was something else."""
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _refusal(answer: httpx.Response, problem: Mapping[str, Any]) -> str:
    """Say on one line what was refused, and under which id its log has more."""
    said = [problem.get("detail") or answer.reason_phrase]
    said += [f"{each['pointer']} {each['detail']}" for each in problem.get("errors", ())[:3]]
    logged = answer.headers.get("x-request-id")
    return f"{answer.status_code}: {'; '.join(said)}" + (f" (request {logged})" if logged else "")
