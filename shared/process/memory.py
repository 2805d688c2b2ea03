"""Memory that a process has freed, given back to the system."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

TRIM_THRESHOLD = -1
"""M_TRIM_THRESHOLD of glibc's `mallopt`."""

MOST_KEPT = 128 * 1024
C_LIBRARY = ctypes.CDLL(None)
"""Where it is not glibc it has neither function, and nothing is done."""

NEVER = 2**31 - 1


class Collector:
    """The garbage collector of this process, which goes through all that is held in one piece.

    Of a large file's half a million objects that takes a tenth of a second, in which nobody else is
    answered, and by itself it would come back several times while they are made. They have no
    cycles: what it is for can wait until they are gone.
    """

    def __init__(self) -> None:
        """Have nothing large as yet."""
        self._large = 0
        self._usual = gc.get_threshold()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Go through what is new alone, as long as something large is held."""
        if self._large == 0:
            self._usual = young, middle, _ = gc.get_threshold()
            gc.set_threshold(young, middle, NEVER)
        self._large += 1
        try:
            yield
        finally:
            self._large -= 1
            if self._large == 0:
                gc.set_threshold(*self._usual)

    def give_back(self) -> None:
        """Give back what something large that is gone has left, unless there is more of it.

        It takes some milliseconds. Python keeps freed objects for new ones, a hundred of a kind,
        and with each of them the memory around it; a full collection lets go of them, and sees
        little since `lifecycle.built`.
        """
        if self._large == 0:
            gc.collect()
            if hasattr(C_LIBRARY, "malloc_trim"):
                C_LIBRARY.malloc_trim(0)


COLLECTOR = Collector()


def keep_little() -> None:
    """Have large blocks go back when they are freed, as glibc promises at first.

    By itself it keeps up to twice the largest block that was ever freed.
    """
    if hasattr(C_LIBRARY, "mallopt"):
        C_LIBRARY.mallopt(TRIM_THRESHOLD, MOST_KEPT)
