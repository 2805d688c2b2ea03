"""The entries of a round's log: what each says, and that they hang together.

An entry is a document of RFC 8785, kept and hashed as the bytes that were written first. Of every
type: *origin* (the log), *suite*, *position* (from 0), *previous* (the hash of the entry before,
or of the empty tree), *time*. A log begins with `begun`; a `run` seals a run, `events` the audit
events since the entry before, `aside` the submissions that were set aside since the one before,
up to the id *last*.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pilotzone_verify import reading
from pilotzone_verify.canonical import canonical
from pilotzone_verify.outcome import Disproved, Unusable
from pilotzone_verify.trees import EMPTY, leaf_hash

SUITE = "sha256-ed25519"
COMMON = frozenset({"origin", "position", "previous", "suite", "time", "type"})
MEMBERS = {
    "begun": COMMON | {"continues", "epoch", "framework", "reference_date", "round"},
    "run": COMMON | {"code", "framework", "inputs", "parameters", "ranking", "reason", "run"},
    "events": COMMON | {"events", "last"},
    "aside": COMMON | {"last", "submissions"},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as read: its members, and its hash as a leaf of the log's tree."""

    said: dict[str, Any]
    leaf: bytes

    @property
    def type(self) -> str:
        """What kind of entry it is."""
        return str(self.said["type"])

    @property
    def position(self) -> int:
        """Its place in the log, from 0."""
        return int(self.said["position"])


def write(said: dict[str, Any]) -> bytes:
    """Write an entry as it is kept and hashed. Raises: ValueError, if a member is missing."""
    if set(said) != MEMBERS[said["type"]]:
        raise ValueError(f"an entry {said['type']} has other members")
    return canonical(said)


def read(body: str) -> Entry:
    """Read one entry. Raises: Unusable, Disproved where its bytes are not canonical."""
    said = reading.document(body)
    kind = reading.text(said, "type")
    if kind not in MEMBERS or set(said) != MEMBERS[kind]:
        raise Unusable(f"no entry of a log: {kind[:20]}")
    if reading.text(said, "suite") != SUITE:
        raise Unusable("this log has another suite of hashes and signatures")
    for name in ("origin", "time"):
        reading.text(said, name)
    reading.digest(said, "previous")
    reading.whole(said, "position")
    try:
        written = canonical(said)
    except ValueError as error:
        raise Unusable(f"no entry of a log: {error}") from None
    if written != body.encode():
        raise Disproved(f"entry {said['position']} is not written as RFC 8785 says")
    return Entry(said, leaf_hash(written))


def check_chain(entries: list[Entry], where: Callable[[str, int], str]) -> None:
    """Check that *entries* are a whole log from its beginning; *where* says where one stands.

    Raises: Disproved, Unusable.
    """
    if not entries or entries[0].type != "begun":
        raise Disproved("the log does not begin with its beginning")
    previous, moment, run = EMPTY, "", 0
    for at, entry in enumerate(entries):
        said, here = entry.said, where("entry", entry.position)
        if entry.position != at:
            raise Disproved(f"where entry {at} should stand is entry {entry.position}{here}")
        if said["origin"] != entries[0].said["origin"]:
            raise Disproved(f"entry {at}{here} is of another log")
        if reading.digest(said, "previous") != previous:
            before = f", entry {at - 1}{where('entry', at - 1)}" if at else ""
            raise Disproved(f"entry {at}{here} does not follow the one before it{before}")
        if said["time"] < moment:
            raise Disproved(f"entry {at}{here} is earlier than the one before it")
        if entry.type == "begun" and at:
            raise Disproved(f"entry {at}{here} begins the log a second time")
        if entry.type == "run":
            number = reading.whole(said, "run")
            if number != run + 1:
                raise Disproved(f"run {number} follows run {run} in entry {at}{here}")
            run = number
        previous, moment = entry.leaf, said["time"]
