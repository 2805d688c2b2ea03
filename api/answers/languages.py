"""The words for problems in both languages: every type's, and in Chinese the codes' of findings."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def texts() -> dict[str, dict[str, Any]]:
    """Return the words of all `problems` by the last part of their type, and of all `codes`."""
    read: dict[str, dict[str, Any]] = json.loads(
        (files("api.answers") / "problems.json").read_text("utf-8")
    )
    return read


def types() -> list[str]:
    """Return every type of problem, as documents have it, in order."""
    return sorted(f"/problems/{slug}" for slug in texts()["problems"])


def of_type(slug: str) -> dict[str, Any] | None:
    """Return status, title, when it is met and what to do, of a type; None: there is no such."""
    found: dict[str, Any] | None = texts()["problems"].get(slug)
    return found


def in_chinese(problem: dict[str, Any]) -> dict[str, Any]:
    """Return a *problem* document in Chinese; types, codes and facts stay as they are.

    What happened this time is told by the facts and the codes of its errors: `detail` says when a
    problem of the type is met. Where we have no Chinese words, the English ones stay.
    """
    about = of_type(problem["type"].removeprefix("/problems/"))
    if about is None:
        return problem
    said = problem | {"title": about["title"]["zh"], "detail": about["when"]["zh"]}
    if "errors" in said:
        said["errors"] = _findings(said["errors"])
    if "items" in said:
        said["items"] = [each | {"errors": _findings(each["errors"])} for each in said["items"]]
    return said


def _findings(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    codes = texts()["codes"]
    return [each | {"detail": codes.get(each["code"], each["detail"])} for each in errors]
