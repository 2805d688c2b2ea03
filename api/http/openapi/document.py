"""What FastAPI infers, completed with problems, headers, examples and limits."""

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

from api import idempotency
from api.answers.compression import COMPRESSIBLE
from api.batches.schemas import BatchIn
from api.frameworks.schemas import FrameworkIn
from api.http import headers
from api.http.access import ANY
from api.http.headers import sends
from api.http.openapi.limits import limit, limit_files
from api.http.openapi.words import INFO, KEY, SENT, SERVERS, TAGS
from api.http.problems import (
    MEDIA_TYPE,
    BodyTooLarge,
    HeadTooLarge,
    InternalServerError,
    MalformedBody,
    MalformedIdempotencyKey,
    MalformedRequest,
    PreconditionFailed,
    RequestTooSlow,
    SignatureInvalid,
    SignatureMissing,
    SignatureOutdated,
    SignatureReplayed,
    Unauthorized,
    UnsupportedMediaType,
    add_problem,
)
from api.http.schemas import Problem
from shared.access.signing import CHANGES_NOTHING
from shared.core.errors import (
    DomainError,
    Forbidden,
    IdempotencyKeyReused,
    Invalid,
    QuotaExceeded,
    TokenRefused,
    Unavailable,
)

NOSNIFF = "X-Content-Type-Options"
IDEMPOTENCY_KEY = {"$ref": f"#/components/parameters/{idempotency.HEADER}"}
TEMPLATE = "#/components/schemas/{model}"

KNOWN = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 8192},
    "description": "The `ETag` of each answer that the reader has: none of them is sent again, but"
    " told by 304.",
}


def complete(app: FastAPI) -> None:
    """Make `app.openapi()` return the completed contract, built once."""
    infer = app.openapi

    def contract() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(infer())
        return app.openapi_schema

    app.openapi = contract  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    examples = json.loads((files("api") / "examples.json").read_text("utf-8"))
    components = document["components"]
    components["securitySchemes"] = {"key": KEY}
    components["headers"] = headers.components()
    components["parameters"] = {
        name: {"name": name, "in": "header", "description": said, "schema": {"type": "string"}}
        for name, said in SENT.items()
    } | {idempotency.HEADER: idempotency.PARAMETER}
    components["examples"] = {
        key.removeprefix("/problems/"): {"summary": example["title"], "value": example}
        for key, example in examples.items()
        if key.startswith("/problems/")
    }
    components["responses"] = {}
    document["info"] |= INFO
    document["servers"] = SERVERS
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    document["paths"] = dict(sorted(document["paths"].items()))  # whatever is routed first
    schemas = components["schemas"]
    for model in (Problem, BatchIn, FrameworkIn):
        schema = model.model_json_schema(ref_template=TEMPLATE)
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["summary"] = operation["description"].replace("\n", " ").split(".")[0]
            _add_signing(method, operation)
            if method == "post":
                _take_key(operation)
            _plain(operation.get("parameters", ()))
            _add_problems(method, operation)
            _add_headers(operation)
            reads = method == "get" and "x-roles" in operation
            if reads and ("304" in operation["responses"] or not _streamed(operation)):
                _add_validators(operation)
            _add_examples(operation, examples.get(f"{method.upper()} {path}", {}))
            for response in operation["responses"].values():
                limit_files(response.get("content", {}))
            _share_problems(operation["responses"], components["responses"])
    for schema in schemas.values():
        _without_defaults(schema)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    limit(document)
    return document


def _add_signing(method: str, operation: dict[str, Any]) -> None:
    if "x-roles" in operation and method.upper() not in CHANGES_NOTHING:
        refs = [{"$ref": f"#/components/parameters/{name}"} for name in SENT]
        operation["parameters"] = [*operation.get("parameters", ()), *refs]
        for kind in (SignatureMissing, SignatureInvalid, SignatureOutdated, SignatureReplayed):
            add_problem(operation["responses"], kind)


def _take_key(operation: dict[str, Any]) -> None:
    """Say that an operation takes an idempotency key, as every POST does."""
    operation["parameters"] = [*operation.get("parameters", ()), IDEMPOTENCY_KEY]
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            named = response.get("headers", {})
            response.update(sends(*named, idempotency.REPLAYED))


def _plain(parameters: Iterable[dict[str, Any]]) -> None:
    """Say of parameters what they take: none of them can be null, they are left out instead."""
    for each in parameters:
        schema = each.get("schema", {})
        kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
        if len(kinds) == 1:
            del schema["anyOf"]
            schema |= kinds[0]


def _without_defaults(schema: dict[str, Any]) -> None:
    """Say defaults in words: generated clients take a member that has one for a required one."""
    for each in schema.get("properties", {}).values():
        default = each.pop("default", None)
        if default is not None:
            said = f"`{json.dumps(default)}` where it is left out."
            each["description"] = " ".join(filter(None, (each.get("description"), said)))


def _add_problems(method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]  # FastAPI's own, which we never send
    for kind in _implied(operation):
        add_problem(responses, kind)
    if method != "get" and "412" not in responses:
        add_problem(responses, PreconditionFailed)
    operation["responses"] = dict(sorted(responses.items()))


def _implied(operation: dict[str, Any]) -> Iterator[type[DomainError]]:
    """Yield the problems that follow from what an operation asks for, whatever it does."""
    yield from (MalformedRequest, HeadTooLarge, RequestTooSlow)
    if "x-roles" in operation:
        yield Unauthorized
        yield QuotaExceeded
        yield TokenRefused
        yield Unavailable  # knowing the key takes the database, or the issuer
        if set(operation["x-roles"]) != set(ANY) or _of_a_round(operation):
            yield Forbidden
    if "requestBody" in operation:
        yield from (MalformedBody, BodyTooLarge, UnsupportedMediaType)
    if "requestBody" in operation or "parameters" in operation:
        yield Invalid
    if IDEMPOTENCY_KEY in operation.get("parameters", ()):
        yield from (MalformedIdempotencyKey, IdempotencyKeyReused)
    yield InternalServerError


def _of_a_round(operation: dict[str, Any]) -> bool:
    """Say whether a key that is limited to other rounds is refused."""
    return any(each.get("name") == "round" for each in operation.get("parameters", ()))


def _add_headers(operation: dict[str, Any]) -> None:
    own = {
        "401": ["WWW-Authenticate"],
        "429": ["Retry-After"],
        "503": ["Retry-After"],
    }
    limited = headers.LIMITS if "x-roles" in operation else ()
    if any(each.get("name") == "cursor" for each in operation.get("parameters", ())):
        own["200"] = ["Link"]
    for status, response in operation["responses"].items():
        named = response.get("headers", {})  # by the route that sends them
        in_words = ["Content-Language"] if status >= "400" else []
        smaller = ["Vary", "Content-Encoding"] if _compressible(response) else []
        told = limited if status < "400" or status == "429" else ()
        more = [*in_words, *smaller, *told, *own.get(status, ())]
        response["headers"] = sends("X-Request-ID", NOSNIFF, *more)["headers"] | named


def _compressible(response: dict[str, Any]) -> bool:
    """Say whether an answer is compressed if it is long enough."""
    return any(COMPRESSIBLE.match(each) for each in response.get("content", ()))


def _streamed(operation: dict[str, Any]) -> bool:
    """Say whether an answer is sent while it is made, so that nobody knows its digest before.

    What is of a run has a validator all the same, and says so itself.
    """
    answer = operation["responses"]["200"]
    return "text/event-stream" in answer.get("content", ()) or (
        "Content-Disposition" in answer["headers"]
    )


def _add_validators(operation: dict[str, Any]) -> None:
    """Say that who names the `ETag` of an answer is not sent it again."""
    operation.setdefault("parameters", []).append(KNOWN)
    responses = operation["responses"]
    responses.setdefault("304", {"description": "The reader has this answer already."})
    for status in ("200", "304"):
        always = ("X-Request-ID", NOSNIFF, "ETag", "Cache-Control", "Vary", *headers.LIMITS)
        named = responses[status].get("headers", {})
        responses[status]["headers"] = sends(*always)["headers"] | named
    operation["responses"] = dict(sorted(responses.items()))


def _add_examples(operation: dict[str, Any], examples: dict[str, Any]) -> None:
    if "request" in examples:
        for content in operation["requestBody"]["content"].values():
            content.setdefault("example", examples["request"])
    for status, response in operation["responses"].items():
        if status.startswith("2") and "response" in examples:
            for content in response.get("content", {}).values():
                content.setdefault("example", examples["response"])


def _share_problems(responses: dict[str, Any], shared: dict[str, Any]) -> None:
    """Move the problems to *shared*, since most operations have the same."""
    for status, response in responses.items():
        if problems := response.get("content", {}).get(MEDIA_TYPE):
            name = "-or-".join(problems["examples"])
            shared[name] = response
            responses[status] = {"$ref": f"#/components/responses/{name}"}
