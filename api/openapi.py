"""The contract as published: what FastAPI infers, completed with problems and examples."""

import json
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

from api.schemas.common import Problem
from api.schemas.submissions import SubmissionIn

DESCRIPTION = """\
Ranks counties and industrial parks against a published framework of indicators.

* Every error is a problem document (RFC 9457) with a stable `type` and a `request_id`.
* A write is committed before it is answered.
* Each operation names in `x-roles` the roles that it admits.
* Lists come in pages: follow the `Link` header with `rel="next"`.
"""

TEMPLATE = "#/components/schemas/{model}"


def complete(app: FastAPI) -> None:
    """Make `app.openapi()` return the completed contract, built once."""
    infer = app.openapi

    def contract() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(infer())
        return app.openapi_schema

    app.openapi = contract  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for model in (Problem, SubmissionIn):
        schema = model.model_json_schema(ref_template=TEMPLATE)
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    examples = json.loads((files("api") / "examples.json").read_text("utf-8"))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _add_examples(operation, examples.get(f"{method.upper()} {path}", {}))
            _drop_default_validation(operation)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def _add_examples(operation: dict[str, Any], examples: dict[str, Any]) -> None:
    if "request" in examples:
        for content in operation["requestBody"]["content"].values():
            content["example"] = examples["request"]
    for status, response in operation["responses"].items():
        if status.startswith("2") and "response" in examples:
            for content in response.get("content", {}).values():
                content["example"] = examples["response"]


def _drop_default_validation(operation: dict[str, Any]) -> None:
    """Where we do not describe 422 ourselves, FastAPI describes its own, which we never send."""
    content = operation["responses"].get("422", {}).get("content", {})
    if "application/json" in content:
        content.pop("application/json")
