"""Memory that a process has freed, given back to the system."""

import ctypes

TRIM_THRESHOLD = -1
"""M_TRIM_THRESHOLD of glibc's `mallopt`."""

MOST_KEPT = 128 * 1024


def give_back() -> None:
    """Have large blocks go back when they are freed, as glibc promises at first.

    By itself it keeps up to twice the largest block that was ever freed: 20 MB after one large
    file. Where the C library is another, nothing is done.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(TRIM_THRESHOLD, MOST_KEPT)
