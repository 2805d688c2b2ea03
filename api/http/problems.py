"""Errors as problem documents (RFC 9457): the one place that knows both vocabularies."""

import inspect
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Mount

from api.answers.faults import findings_of
from api.answers.languages import in_chinese
from api.http import negotiation
from api.http.schemas import MOST_FINDINGS
from shared.core.errors import (
    Conflict,
    DomainError,
    Finding,
    Forbidden,
    Invalid,
    NotFound,
    Param,
    QuotaExceeded,
    TokenRefused,
    Unavailable,
    told,
)
from shared.database import DiskFull, SchemaUnknown, cut_off, full, out_of_reach

log = structlog.get_logger()

STATUS = {
    NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    QuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    DomainError: HTTPStatus.BAD_REQUEST,
}

LANGUAGES = ("en", "zh")
MOST_POINTER = 200
MOST_PATH = 10_000
MEDIA_TYPE = "application/problem+json"
REFUSED = {HTTPStatus.METHOD_NOT_ALLOWED: "the path knows other methods: `Allow` lists them"}
OF_NO_USE = {"/problems/unauthorized", "/problems/token-refused"}
SCHEMA = {"$ref": "#/components/schemas/Problem"}


class Unauthorized(DomainError):
    """The request carries no valid key."""


class SignatureMissing(Unauthorized):
    """The key signs what it changes, and the request is not signed."""


class SignatureInvalid(Unauthorized):
    """The request's signature does not hold."""


class SignatureOutdated(Unauthorized):
    """The request's signature is not of this time."""


class SignatureReplayed(Unauthorized):
    """The request's signature was used before."""


class MalformedRequest(DomainError):
    """The request's head is not what HTTP asks for."""


class MethodUnknown(DomainError):
    """The request's method is none that the service knows."""


class MalformedIdempotencyKey(DomainError):
    """The idempotency key is not one."""


class HeadTooLarge(DomainError):
    """The request's head is too large."""


class RequestTooSlow(DomainError):
    """The request did not arrive in time."""


class PreconditionRequired(DomainError):
    """The change does not say which state it follows."""


class PreconditionFailed(DomainError):
    """The change follows another state than the one that stands."""


class BodyTooLarge(DomainError):
    """The request's body is too large."""


class MalformedBody(DomainError):
    """The request's body cannot be read, or not kept exactly."""

    @classmethod
    def of(cls, code: str, detail: str, pointer: str = "", **params: Param) -> "MalformedBody":
        """Say what is wrong with a body as a whole, or with the header at *pointer*."""
        return cls(detail, (told(pointer, code, detail, params),))


class UnsupportedMediaType(DomainError):
    """The request's body is sent in a form that is not taken here."""

    @classmethod
    def of(cls, what: str, header: str, *accepted: str) -> "UnsupportedMediaType":
        """Say *what* is *accepted* where the *header* says something else."""
        detail = f"{what} {' or '.join(accepted)}"
        finding = told(f"/header/{header}", "not-accepted", detail, {"accepted": accepted})
        return cls(detail, (finding,))


class InternalServerError(DomainError):
    """The service failed."""


OWN_STATUS: dict[type[DomainError], HTTPStatus] = {
    Unauthorized: HTTPStatus.UNAUTHORIZED,
    TokenRefused: HTTPStatus.UNAUTHORIZED,
    PreconditionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    HeadTooLarge: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    RequestTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    BodyTooLarge: HTTPStatus(413),  # its name differs between Python versions
    MalformedRequest: HTTPStatus.BAD_REQUEST,
    MethodUnknown: HTTPStatus.NOT_IMPLEMENTED,
    MalformedBody: HTTPStatus.BAD_REQUEST,
    MalformedIdempotencyKey: HTTPStatus.BAD_REQUEST,
    UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    InternalServerError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def describe(kind: type[DomainError]) -> dict[str, Any]:
    """Return what every problem of this *kind* has in common: type, title, status."""
    slug = re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()
    statuses = STATUS | OWN_STATUS
    status = next(statuses[base] for base in kind.__mro__ if base in statuses)
    return {"type": f"/problems/{slug}", "title": inspect.getdoc(kind), "status": int(status)}


def answer(
    request: Request, problem: dict[str, Any], findings: tuple[Finding, ...] = ()
) -> Response:
    """Build the response of a problem document; each finding points into the request's body.

    However much is wrong with a request, the answer is not larger than it needs to be.
    """
    request.state.problem = problem["type"]
    problem["instance"] = request.url.path[:MOST_PATH]
    problem["request_id"] = getattr(request.state, "request_id", "")
    if findings:
        problem["errors"] = [
            each.document() | {"pointer": each.pointer[:MOST_POINTER]}
            for each in findings[:MOST_FINDINGS]
        ]
    language = negotiation.language(request.headers.get("accept-language"), LANGUAGES, "en")
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if language == "zh":
        problem = in_chinese(problem)
    if problem["status"] == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = _challenge(request, problem["type"])
    if problem["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    if problem["status"] == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = str(problem["retry_after"])
    return Response(msgspec.json.encode(problem), problem["status"], headers, MEDIA_TYPE)


def _challenge(request: Request, kind: str) -> str:
    """Return what to come with, and whether what the request came with is of no use (RFC 6750)."""
    given = request.headers.getlist("authorization")
    came = len(given) == 1 and re.match(r"bearer +\S", given[0], re.IGNORECASE)
    return 'Bearer error="invalid_token"' if came and kind in OF_NO_USE else "Bearer"


async def on_domain_error(request: Request, error: DomainError) -> Response:
    """Say which rule was broken; the error's facts become members of the document."""
    problem = dict(error.facts) | describe(type(error)) | {"detail": str(error)}
    return answer(request, problem, error.findings)


async def on_malformed(request: Request, error: RequestValidationError) -> Response:
    """Name each field that is wrong; never echo what it held."""
    problem = describe(Invalid) | {"detail": "the request is not as it must be: see errors"}
    return answer(request, problem, findings_of(error.errors()))


async def on_http_error(request: Request, error: HTTPException) -> Response:
    """Answer what the framework refuses (unknown path, wrong method) like every other problem."""
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.NOT_FOUND:
        return answer(request, describe(NotFound) | {"detail": "nothing is at this path"})
    slug = status.phrase.lower().replace(" ", "-").replace("'", "")
    problem = {
        "type": f"/problems/{slug}",
        "title": status.phrase,
        "status": int(status),
        "detail": REFUSED.get(status, status.phrase),
    }
    response = answer(request, problem)
    response.headers.update(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED and (methods := _methods(request)):
        response.headers["Allow"] = ", ".join(methods)
    return response


def _methods(request: Request) -> list[str]:
    """Return every method of the path; Starlette tells those of the first route alone."""
    routes = [each for each in request.app.routes if not isinstance(each, Mount)]
    return [
        method
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        if any(
            each.matches({**request.scope, "method": method})[0] is Match.FULL for each in routes
        )
    ]


def on_error(request: Request, error: Exception) -> Response:
    """Tell a lost or overburdened database (503, try again) from a fault of ours (500).

    What happened is logged under the request's id and not said.
    """
    if out_of_reach(error):
        log.warning("database unreachable", error=type(error).__name__)
        return answer(request, describe(Unavailable) | {"detail": "the database does not answer"})
    if cut_off(error):
        log.warning("database too slow", error=type(error).__name__)
        return answer(request, describe(Unavailable) | {"detail": "the database took too long"})
    if full(error):
        if not isinstance(error, DiskFull):  # asking for readiness does not prolong it
            request.app.state.gateway.database.note_full()
        log.warning("database full", error=type(error).__name__)
        return answer(request, describe(Unavailable) | {"detail": "the database has no room left"})
    if isinstance(error, SchemaUnknown):
        log.warning("schema unknown", error=str(error))
        return answer(request, describe(Unavailable) | {"detail": "the database was not migrated"})
    log.error("fault", exc_info=error)
    problem = describe(InternalServerError)
    return answer(request, problem | {"detail": "the fault was logged under this request's id"})


def register(app: FastAPI) -> None:
    """Make every refusal of *app* a problem document; other errors are `RequestContext`'s."""
    handlers: dict[Any, Callable[..., Awaitable[Response]]] = {
        DomainError: on_domain_error,
        RequestValidationError: on_malformed,
        HTTPException: on_http_error,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def problems(
    *kinds: type[DomainError], also: type[BaseModel] | None = None
) -> dict[int | str, dict[str, Any]]:
    """Return what an operation's `responses` say of the problems it may answer with.

    *also* is what 200 brings where a repeated registration finds itself.
    """
    responses: dict[int | str, dict[str, Any]] = {}
    if also is not None:
        responses["200"] = {"model": also, "description": "The same stands already."}
    for kind in kinds:
        add_problem(responses, kind)
    return responses


def add_problem(responses: dict[Any, dict[str, Any]], kind: type[DomainError]) -> None:
    """Say that an operation may answer with *kind*, beside others of the same status."""
    about = describe(kind)
    response = responses.setdefault(
        str(about["status"]),
        {"description": "", "content": {MEDIA_TYPE: {"schema": SCHEMA, "examples": {}}}},
    )
    response["description"] = f"{response['description']} {about['title']}".lstrip()
    slug = about["type"].removeprefix("/problems/")
    example = {"$ref": f"#/components/examples/{slug}"}
    response["content"][MEDIA_TYPE]["examples"][slug] = example
