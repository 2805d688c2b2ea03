"""What a worker knows of the last runs it made, within bounds."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from shared.runs.service import Outcome

MOST_BYTES = 256 * 2**20
"""All that is remembered together; the last run's outcome alone may be larger."""

IDLE = timedelta(hours=1)
"""A round that nobody reports to for so long is read anew when somebody does."""


@dataclass
class Remembered:
    """Outcomes of committed runs: the last one, and those of other rounds while there is room."""

    clock: Callable[[], float] = time.monotonic
    outcomes: OrderedDict[int, tuple[Outcome, float]] = field(default_factory=OrderedDict)

    def of(self, round_id: int) -> Outcome | None:
        """Return what the round's last run here came to."""
        known = self.outcomes.get(round_id)
        return known and known[0]

    def keep(self, outcome: Outcome) -> None:
        """Remember a run that is committed, and forget what there is no room for any more."""
        self.outcomes[outcome.round_id] = outcome, self.clock()
        self.outcomes.move_to_end(outcome.round_id)
        while len(self.outcomes) > 1 and self._size() > MOST_BYTES:
            self.outcomes.popitem(last=False)

    def forget_idle(self) -> None:
        """Forget rounds that had no run for long."""
        oldest = self.clock() - IDLE.total_seconds()
        for round_id in [each for each, (_, at) in self.outcomes.items() if at < oldest]:
            del self.outcomes[round_id]

    def _size(self) -> int:
        return sum(outcome.nbytes for outcome, _ in self.outcomes.values())
