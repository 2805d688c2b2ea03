"""Memory that a process has freed, given back to the system."""

import ctypes
import gc

TRIM_THRESHOLD = -1
"""M_TRIM_THRESHOLD of glibc's `mallopt`."""

MOST_KEPT = 128 * 1024
C_LIBRARY = ctypes.CDLL(None)
"""Where it is not glibc it has neither function, and nothing is done."""


def keep_little() -> None:
    """Have large blocks go back when they are freed, as glibc promises at first.

    By itself it keeps up to twice the largest block that was ever freed.
    """
    if hasattr(C_LIBRARY, "mallopt"):
        C_LIBRARY.mallopt(TRIM_THRESHOLD, MOST_KEPT)


def give_back() -> None:
    """Give back what something large that is gone has left, in some milliseconds.

    Python keeps freed objects for new ones, a hundred of a kind, and with each of them the memory
    around it; a full collection lets go of them, and sees little since `lifecycle.built`.
    """
    gc.collect()
    if hasattr(C_LIBRARY, "malloc_trim"):
        C_LIBRARY.malloc_trim(0)
