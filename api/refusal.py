"""A refusal as bytes, for what never becomes a request of the application."""

import json
import uuid
from http import HTTPStatus

from api.http.problems import MEDIA_TYPE, describe
from shared.core.errors import DomainError


def response(error: DomainError, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Return the bytes of a whole answer, a problem document as every other."""
    request_id = uuid.uuid4().hex
    about = {"detail": str(error), "instance": "", "request_id": request_id}
    problem = dict(error.facts) | describe(type(error)) | about
    status = HTTPStatus(problem["status"])
    body = json.dumps(problem, ensure_ascii=False, separators=(",", ":")).encode()
    own = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
        "x-request-id": request_id,
        "x-content-type-options": "nosniff",
        "connection": "close",
    }
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        own["retry-after"] = "1"
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [name + b": " + value for name, value in headers]
    lines += [f"{name}: {value}".encode() for name, value in own.items()]
    return b"\r\n".join([*lines, b"", body])
