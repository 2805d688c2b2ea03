"""The kinds of operations that this worker knows: the whole list."""

from typing import Any

from shared.operations.model import Kind
from shared.sensitivity import service as sensitivity
from shared.sensitivity.answer import answer

KINDS: dict[str, Kind[Any]] = {
    sensitivity.KIND: Kind(sensitivity.read, answer),
}
