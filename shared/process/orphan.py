"""A process started by `pilotzone up` does not outlive it."""

import os
import signal
import threading

VARIABLE = "PILOTZONE_PARENT_FD"
"""Names the inherited read end of a pipe whose write end only the parent holds."""


def watch_parent() -> None:
    """Stop this process, as SIGTERM would, once the parent that handed us a pipe is gone."""
    inherited = os.environ.pop(VARIABLE, None)
    if inherited is not None:
        threading.Thread(target=_wait, args=(int(inherited),), daemon=True).start()


def _wait(pipe: int) -> None:
    os.read(pipe, 1)  # returns when the last write end is closed, however the parent ended
    os.kill(os.getpid(), signal.SIGTERM)
