"""What a process may spend of a key's quota without asking the database. Pure.

The database counts what it has granted in a window; a process is granted a block at a time and
spends it from memory. So all processes together never let through more than the quota, and a key
may be refused while others hold what they did not spend: a block each at most.
"""

import math
from dataclasses import dataclass

from shared.core.quota import WINDOWS, Counted

BLOCKS = 50
"""Of so many blocks a quota consists."""


@dataclass(frozen=True, slots=True)
class Policy:
    """At most *limit* of what is *counted* in each window."""

    counted: Counted
    limit: int

    @property
    def window(self) -> int:
        """How many seconds a window has."""
        return WINDOWS[self.counted]

    @property
    def block(self) -> int:
        """How many are granted at a time."""
        return max(1, self.limit // BLOCKS)


@dataclass(frozen=True, slots=True)
class Grant:
    """What the database answered: so much *granted* now, of a *total* in the window.

    The window is named by the moment of its end and ends in so many *seconds*.
    """

    granted: int
    total: int
    window: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a policy in the window, as far as known, which ends in so many *seconds*."""

    policy: Policy
    left: int
    seconds: int


class Lease:
    """What is left of what was granted to this process. *now* is in seconds of a steady clock."""

    def __init__(self, policy: Policy) -> None:
        """Hold nothing yet."""
        self.policy = policy
        self._window = 0.0
        self._ends = 0.0
        self._left = 0
        self._total = 0

    def spend(self, amount: int, now: float) -> bool:
        """Spend so much if it is held; say whether it was."""
        if now >= self._ends or amount > self._left:
            return False
        self._left -= amount
        return True

    def lacks(self, amount: int, now: float) -> int:
        """Return how much is to be granted so that *amount* can be spent."""
        return amount - self._left if now < self._ends else amount

    def is_spent(self, amount: int, now: float) -> bool:
        """Say whether the window is known to have less left than *amount*."""
        return now < self._ends and amount > self._left + self.policy.limit - self._total

    def take_in(self, grant: Grant, asked: float) -> None:
        """Hold what was granted when it was *asked* for; what an earlier window left is void."""
        if grant.window != self._window:
            self._window, self._left = grant.window, 0
        self._left += grant.granted
        self._total = grant.total
        self._ends = asked + grant.seconds

    def standing(self, now: float) -> Standing:
        """Say what is left. What other processes hold is not known, and does not count as left."""
        left = max(0, self._left + self.policy.limit - self._total)
        return Standing(self.policy, left, max(0, math.ceil(self._ends - now)))
