"""How long one request has the event loop to itself: each step of its task, from await to await."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from functools import wraps
from typing import Any, TypeVar

Result = TypeVar("Result")
Given = TypeVar("Given")
Itself = TypeVar("Itself")


class Steps:
    """The longest step since it was last asked for, in milliseconds of the loop's own CPU time."""

    def __init__(self) -> None:
        """Have seen none."""
        self._longest = 0.0

    def take(self) -> float:
        """Return the longest, and begin anew."""
        longest, self._longest = self._longest, 0.0
        return longest

    def task(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        **options: Any,
    ) -> asyncio.Task[Any]:
        """Make a task whose steps are timed, for `set_task_factory`."""
        return asyncio.Task(_awaited(_Stepped(coroutine, self)), loop=loop, **options)

    def timed(self, take: Callable[[Itself, Given], Result]) -> Callable[[Itself, Given], Result]:
        """Return a method that the loop calls by itself, timed like a step."""

        @wraps(take)
        def timed(itself: Itself, given: Given) -> Result:
            begin = time.thread_time()
            try:
                return take(itself, given)
            finally:
                self.note(begin)

        return timed

    def note(self, begin: float) -> None:
        """Note a step that began at this time of the thread."""
        self._longest = max(self._longest, (time.thread_time() - begin) * 1e3)


class _Stepped:
    """A coroutine, whose steps are told."""

    def __init__(
        self, coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any], steps: Steps
    ) -> None:
        self._coroutine, self._steps = coroutine, steps

    def __await__(self) -> Generator[Any, Any, Any]:
        """Go through the coroutine step by step."""
        resume: Callable[[], Any] = self._begin
        while True:
            begin = time.thread_time()
            try:
                awaited = resume()
            except StopIteration as end:
                return end.value
            finally:
                self._steps.note(begin)
            resume = yield from self._resumed(awaited)

    def _begin(self) -> Any:
        return self._coroutine.send(None)

    def _resumed(self, awaited: Any) -> Generator[Any, Any, Callable[[], Any]]:
        """Wait, and return what goes on with what came of it."""
        try:
            found = yield awaited
        except BaseException as error:  # noqa: BLE001 -- it is the coroutine's
            thrown = error
            return lambda: self._coroutine.throw(thrown)
        return lambda: self._coroutine.send(found)


async def _awaited(stepped: _Stepped) -> Any:
    return await stepped
