"""Large answers: written piece by piece, so that no reader holds up the others."""

import asyncio
import json
from collections.abc import Iterable
from itertools import islice
from typing import Any

AT_ONCE = 20
"""So many items are made and written before others have their turn: a score with its lines takes a
tenth of a millisecond."""


def written(document: Any) -> bytes:
    """Return *document* as JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


class Rendering:
    """Writes lists, of the large ones one at a time: the others wait rather than share the time."""

    def __init__(self) -> None:
        """Have nothing to write yet."""
        self._turn = asyncio.Lock()

    async def page(
        self, head: dict[str, Any], items: Iterable[Any], at_once: int = AT_ONCE
    ) -> bytes:
        """Return the members of *head*, and `items`, as one JSON object.

        *items* are made as they are asked for, *at_once* before others have their turn.
        """
        rest = iter(items)
        pieces = [written(each) for each in islice(rest, at_once)]
        if len(pieces) == at_once:
            async with self._turn:
                while more := [written(each) for each in islice(rest, at_once)]:
                    pieces += more
                    await asyncio.sleep(0)
        return joined(written(head), b'{"items":[' + b",".join(pieces) + b"]}")


def joined(first: bytes, second: bytes) -> bytes:
    """Return two JSON objects as one that has the members of both."""
    if first == b"{}":
        return second
    return first[:-1] + b"," + second[1:]
