"""Leases: gateways together never let through more than the quota, whatever the timing."""

import math
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from shared.core.quota import Counted
from shared.quotas.lease import Grant, Lease, Policy

MINUTE = 60


@dataclass
class Windows:
    """What the database counts, in memory."""

    limit: int
    granted: dict[float, int] = field(default_factory=dict)

    def grant(self, policy: Policy, least: int, now: float) -> Grant:
        """Grant as `shared.quotas.store.grant` does."""
        window = (math.floor(now / MINUTE) + 1) * MINUTE
        total = self.granted.get(window, 0)
        wanted = max(least, policy.block)
        given = 0 if total + least > self.limit else min(wanted, self.limit - total)
        self.granted[window] = total + given
        return Grant(given, total + given, window, window - now)


SPENT = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 40), st.floats(0, 30)), min_size=1, max_size=80
)


@given(limit=st.integers(1, 300), spent=SPENT)
def test_gateways_together_let_through_no_more_than_the_quota_and_waste_a_block_each(
    limit: int, spent: list[tuple[int, int, float]]
) -> None:
    policy = Policy(Counted.REQUESTS, limit)
    windows, leases, now = Windows(limit), [Lease(policy) for _ in range(3)], 0.0
    passed: dict[float, int] = {}
    for who, amount, pause in spent:
        now += pause
        lease, window = leases[who], (math.floor(now / MINUTE) + 1) * MINUTE
        through = lease.spend(amount, now)
        if not through and not lease.is_spent(amount, now):
            lease.take_in(windows.grant(policy, lease.lacks(amount, now), now), now)
            through = lease.spend(amount, now)
        passed[window] = passed.get(window, 0) + amount * through
        if not through:
            assert passed[window] + amount > limit - 2 * policy.block
    assert all(total <= limit for total in passed.values())


def test_what_a_window_left_is_not_spent_in_the_next() -> None:
    lease = Lease(Policy(Counted.REQUESTS, 500))
    lease.take_in(Grant(10, 10, 60.0, 5.0), 55.0)

    assert lease.spend(1, 59.9)
    assert not lease.spend(1, 60.0)
    lease.take_in(Grant(10, 10, 120.0, 60.0), 60.0)
    assert lease.standing(60.0).left == 500
    assert not lease.spend(11, 60.0)
