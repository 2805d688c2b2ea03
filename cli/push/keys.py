"""Idempotency keys: kept beside the file until all of it is answered, and found by the next try."""

import hashlib
import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path

from cli.push.pieces import Piece

SUFFIX = ".keys"
FOLDER = "STATE_DIRECTORY"
"""Where systemd lets a service write, which it may not do beside the file."""


def request(*said: str, piece: Piece) -> str:
    """Return what two tries to send the same *piece* of a file have in common; all else differs."""
    body = hashlib.sha256(piece.body).hexdigest()
    return hashlib.sha256(repr((said, piece.rows_before, body)).encode()).hexdigest()


class Keys:
    """The keys of one command's requests."""

    def __init__(self, file: str | None, tell: Callable[[str], None]) -> None:
        """Keep them beside *file*, where a try before may have left its own; None: in memory.

        *tell* is told if they cannot be kept.
        """
        self._place: Path | None = None
        if file is not None:
            folder = os.environ.get(FOLDER)
            beside = Path(file + SUFFIX)
            self._place = Path(folder, beside.name) if folder else beside
        self._tell = tell
        self._used: set[str] = set()
        self._kept = self._found()

    def of(self, request: str) -> str:
        """Return the key of a *request*, which is on the disk before it is sent."""
        self._used.add(request)
        if request not in self._kept:
            self._kept[request] = str(uuid.uuid4())
            self._write()
        return self._kept[request]

    def forget(self, *requests: str) -> None:
        """Let the next try of these have keys of their own."""
        for each in requests:
            self._kept.pop(each, None)
        self._write()

    def end(self) -> None:
        """Forget what was used: all was answered, and the same file again is another wish."""
        self.forget(*self._used)

    def _found(self) -> dict[str, str]:
        try:
            text = self._place.read_text("utf-8") if self._place else "{}"
            found = json.loads(text)
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {str(name): each for name, each in found.items() if isinstance(each, str)}

    def _write(self) -> None:
        """Put one whole file in the place of the other, so that no end finds half of it."""
        if self._place is None:
            return
        new = self._place.with_name(f"{self._place.name}.new")
        try:
            if self._kept:
                new.write_text(json.dumps(self._kept), "utf-8")
                new.replace(self._place)
            else:
                self._place.unlink(missing_ok=True)
        except OSError as error:
            self._tell(
                f"{self._place} cannot be written ({error.strerror}): if this command is killed,"
                " the next one is not known as its repetition"
            )
            self._place = None
