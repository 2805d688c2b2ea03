"""Tools that are installed once, as their lock file says, and kept in the working copy."""

import fcntl
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.contract.document import ROOT

KEPT = ROOT / ".cache"
COMPLETE = "complete"


def kept(name: str, lock: Path, install: Callable[[Path], None]) -> Path:
    """Return the folder of what *lock* names; *install* makes it there where it is not whole.

    Tests that run at once take turns: one installs, the others find it done.
    """
    contents = hashlib.sha256(lock.read_bytes()).hexdigest()
    folder = KEPT / name / contents[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            (folder / COMPLETE).touch()
    return folder
