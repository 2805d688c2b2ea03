"""A page with a form: shown empty, and again with what was typed where that was refused."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import htpy as h
from fastapi.responses import RedirectResponse
from starlette.requests import Request
from starlette.responses import Response

from shared.core.errors import DomainError, QuotaExceeded, Unavailable
from shared.scoring.framework import Name
from web.layout import Frame, document
from web.reader import Reader
from web.told import Filled, told

ERROR = Name("有误", "Error")


@dataclass(frozen=True, slots=True)
class FormPage:
    """What stands around a form, its *fields* as they follow each other, and how it is drawn.

    *body* is given what was typed and why that was refused, None where the form is new.
    """

    frame: Frame
    fields: Sequence[str]
    body: Callable[[Filled | None], h.Renderable]

    async def shown(self, reader: Reader) -> Response:
        """Return the page as it is come to."""
        return await asyncio.to_thread(self._drawn, reader, self.frame, None)

    async def again(
        self, request: Request, reader: Reader, sent: Mapping[str, str], error: DomainError
    ) -> Response:
        """Return the page with what was *sent*, and the *error* beside its fields."""
        why = told(request, reader, error, self.fields)
        frame = replace(self.frame, title=f"{reader.say(ERROR)}: {self.frame.title}")
        answer = await asyncio.to_thread(self._drawn, reader, frame, Filled(sent, why))
        answer.status_code = why.status
        return answer

    def _drawn(self, reader: Reader, frame: Frame, filled: Filled | None) -> Response:
        return document(reader, frame, self.body(filled))


async def carried_out(
    request: Request,
    reader: Reader,
    sent: Mapping[str, str],
    act: Callable[[], Awaitable[str]],
    page: Callable[[], Awaitable[FormPage]],
) -> Response:
    """Lead where *act* says once it has done what was *sent*, or show the *page* and its error.

    What has nothing to do with the form is refused as everywhere. A reload after success sends
    nothing again.
    """
    try:
        there = await act()
    except (QuotaExceeded, Unavailable):
        raise
    except DomainError as error:
        return await (await page()).again(request, reader, sent, error)
    return RedirectResponse(there, 303)
