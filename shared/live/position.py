"""How far somebody has been told what happened in a round."""

import re
from datetime import datetime
from typing import NamedTuple

WRITTEN = re.compile("([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,18})")


class Position(NamedTuple):
    """The last run and the last events of each kind that were told; 0: none.

    It is the same for every gateway, at any time: all three come from the database.
    """

    run: int
    round: int
    operation: int

    def __str__(self) -> str:
        """Write it as the id of an event."""
        return f"{self.run}-{self.round}-{self.operation}"

    @classmethod
    def read(cls, text: str) -> "Position | None":
        """Return what `str` wrote; None: it wrote no such thing."""
        found = WRITTEN.fullmatch(text)
        return found and cls(*map(int, found.groups()))

    def within(self, last: "Position") -> "Position":
        """Return the position, but not beyond *last*: a database that was set back has less."""
        return Position(*map(min, self, last))


class Progress(NamedTuple):
    """How far an operation is that runs; in 0 … 1."""

    operation: int
    kind: str
    progress: float


class Told(NamedTuple):
    """What somebody was told of a round, or is to be told."""

    position: Position
    running: tuple[Progress, ...] = ()


class Sight(NamedTuple):
    """A round at a moment; *recorded_at* is its last run's, whose number alone may be reused."""

    position: Position
    running: tuple[Progress, ...]
    recorded_at: datetime | None

    def to_tell(self, *, whole: bool) -> Told:
        """Return what is to be told of it, to who is told all or to who is told of no operation."""
        if whole:
            return Told(self.position, self.running)
        return Told(self.position._replace(operation=0))
