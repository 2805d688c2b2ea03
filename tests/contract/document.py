"""The committed contract, and how to look things up in it."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

ROOT = Path(__file__).parents[2]
CONTRACT: dict[str, Any] = json.loads((ROOT / "openapi" / "openapi.json").read_text("utf-8"))
EXAMPLES: dict[str, Any] = json.loads((ROOT / "api" / "examples.json").read_text("utf-8"))
JSON, PROBLEM = "application/json", "application/problem+json"


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return what *node* refers to, or *node* itself."""
    if "$ref" not in node:
        return node
    found: Any = CONTRACT
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found)


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    """Return everything in *value* that breaks *schema*."""
    found = _validator(json.dumps(schema)).iter_errors(value)
    return [f"{each.instance_path}: {each.message}" for each in found]


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """Read a *schema* of the contract once, with all that it may refer to: it takes 7 ms."""
    return jsonschema_rs.Draft202012Validator(
        json.loads(schema) | {"components": CONTRACT["components"]}, validate_formats=True
    )


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation as the contract describes it in *said*."""

    method: str
    path: str
    said: dict[str, Any]

    def __str__(self) -> str:
        """Name it as the examples do."""
        return f"{self.method} {self.path}"

    @property
    def roles(self) -> list[str] | None:
        """Who is admitted; None: everybody, without a key."""
        return self.said.get("x-roles")

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """What path, query and headers take."""
        return [resolved(each) for each in self.said.get("parameters", [])]

    @property
    def path_examples(self) -> dict[str, Any]:
        """The example of each of the path's parameters."""
        return {
            each["name"]: each["schema"]["examples"][0]
            for each in self.parameters
            if each["in"] == "path"
        }

    @property
    def url(self) -> str:
        """The path, with the examples in the places of its parameters."""
        return self.path.format(**self.path_examples)

    @property
    def request(self) -> dict[str, Any] | None:
        """The schema and example of the body; None: it takes no body."""
        body = self.said.get("requestBody")
        return body and body["content"][JSON]

    @property
    def responses(self) -> dict[int, dict[str, Any]]:
        """What is answered, by status."""
        return {int(status): resolved(each) for status, each in self.said["responses"].items()}

    def matches(self, method: str, path: str) -> bool:
        """Say whether a request is one for this operation."""
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path))
        return method == self.method and re.fullmatch(pattern, path) is not None


OPERATIONS = [
    Operation(method.upper(), path, said)
    for path, methods in CONTRACT["paths"].items()
    for method, said in methods.items()
]
