"""Every advisory lock of the service, so that no two features take the same one unawares."""

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """What a lock keeps others from doing. The number is the first of a lock's two parts.

    The second part is the `key` of what is locked, or 0 where there is one lock of the kind.
    `MIGRATION` is alone in having one part: PostgreSQL counts such locks apart from those of two.
    Numbers stay as they are: versions that run side by side during an upgrade must meet.
    """

    STATE = 1
    """Changing a round's state, or appending submissions, which the database's `append_items`
    takes it for; who only relies on the state shares it."""
    RUN = 2
    """Recomputing a round."""
    OPERATION = 3
    """Carrying out an operation."""
    APPLICANT_CHANGES = 4
    """Changing applicants: there is one lock for all of them."""
    REQUEST = 5
    """Executing a request that carries a key; taken before any other lock."""
    EXPIRY = 6
    """Taking away kept answers: there is one lock for all of them."""
    ROUND_EVENT = 9
    """Appending an event of a round, which the database's `append_round_event` takes it for; taken
    after any other lock."""
    WEBHOOK = 10
    """Delivering to a subscription."""
    LOG = 12
    """Appending to a round's log; who asks what is sealed until now shares it."""
    MIGRATION = 0x50494C4F
    """Changing the schema."""


def key(identity: int) -> int:
    """Return the second part of a lock on what has this id, a round for instance: an int4."""
    return identity % 2**31


def parts(lock: Lock, identity: int) -> dict[str, int]:
    """Return both parts, as the parameters `lock` and `key` of a statement."""
    return {"lock": int(lock), "key": key(identity)}
