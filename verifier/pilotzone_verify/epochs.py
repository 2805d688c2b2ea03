"""From where a log goes on: a database that was restored begins a new epoch, with a log of its own.

The first entry of that log says from which checkpoint of an earlier one it goes on. A checkpoint
that somebody kept of an earlier epoch is compared with that one.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from pilotzone_verify import reading
from pilotzone_verify.manifests import Entry
from pilotzone_verify.notes import Checkpoint
from pilotzone_verify.outcome import Disproved


@dataclass(frozen=True, slots=True)
class Begun:
    """How a log begins: its *epoch*, and the checkpoint from which it goes on, if it does."""

    epoch: int
    continues: Checkpoint | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of checkpoints of other epochs: which hold, which do not, what was not compared."""

    held: list[str]
    wrong: list[str]
    left: list[str]


def read(entry: Entry) -> Begun:
    """Read the first entry of a log. Raises: Unusable."""
    continues = None
    if entry.said["continues"] is not None:
        said = reading.members_of(entry.said, "continues")
        root = reading.digest(said, "root")
        continues = Checkpoint(reading.text(said, "origin"), reading.whole(said, "size"), root)
    return Begun(reading.whole(entry.said, "epoch"), continues)


def told(begun: Begun) -> list[str]:
    """Say from which checkpoint a log goes on; nothing of the first epoch."""
    if begun.continues is not None:
        before = f"{_described(begun.continues)} and root {_root(begun.continues)}"
        restored = "it goes on from a database that was restored"
        return [f"the log is epoch {begun.epoch}: {restored}, from {before}"]
    if begun.epoch > 1:
        return [f"the log is epoch {begun.epoch}: it goes on from no checkpoint of an earlier one"]
    return []


def untold(origin: str) -> list[str]:
    """Say that a file does not tell from what the log *origin* goes on; nothing of the first."""
    epoch = _epoch(origin)
    silent = "this file does not say from what it goes on, an archive does"
    return [f"the log is epoch {epoch}: {silent}"] if epoch > 1 else []


def same_round(one: str, other: str) -> bool:
    """Say whether two logs are of one round, whatever their epochs."""
    return one.rpartition("/")[0] == other.rpartition("/")[0]


def compare(origin: str, begun: Begun | None, kept: Sequence[Checkpoint]) -> Compared:
    """Compare what was *kept* of other epochs with what the log *origin* goes on from.

    *begun* is None where a file does not say. What differs, or of which the restore lost entries,
    is wrong. Raises: Disproved, for a checkpoint of another round.
    """
    compared = Compared([], [], [])
    for each in kept:
        if not _of_round(origin, begun, each):
            raise Disproved(f"the kept checkpoint is of another log: {each.origin}")
        try:
            why = _why_not(origin, begun, each)
        except Disproved as error:
            compared.wrong.append(str(error))
            continue
        if why is None:
            compared.held.append(
                f"the log goes on from the checkpoint that you keep: {_described(each)}"
            )
        else:
            compared.left.append(f"the kept {_described(each, '')} was not compared: {why}")
    return compared


def _of_round(origin: str, begun: Begun | None, kept: Checkpoint) -> bool:
    """Say whether *kept* is of the same round; the log may have been called otherwise before."""
    before = begun.continues if begun else None
    return same_round(origin, kept.origin) or (
        before is not None and same_round(before.origin, kept.origin)
    )


def _why_not(origin: str, begun: Begun | None, kept: Checkpoint) -> str | None:
    """Say why *kept* cannot be compared by this file; None: it holds. Raises: Disproved."""
    epoch = _epoch(kept.origin)
    if epoch > _epoch(origin):
        return f"epoch {epoch} began later; an archive of it says from what it goes on"
    if begun is None:
        return (
            "this file does not say from which checkpoint its log goes on; an archive does, and"
            " so does a proof that is fetched anew"
        )
    before = begun.continues
    if before is None or _epoch(before.origin) < epoch:
        raise Disproved(_lost(kept, 0, origin))
    if before.origin != kept.origin:
        between = _epoch(before.origin)
        return f"the log goes on from epoch {between}; an archive of that says from what it does"
    if kept.size > before.size:
        raise Disproved(_lost(kept, before.size, origin))
    if kept.size < before.size:
        return (
            f"this file knows that log at size {before.size} alone; an archive of epoch {epoch}"
            f" or a consistency proof of it from {kept.size} to {before.size} shows the rest"
        )
    if kept.root != before.root:
        raise Disproved(
            f"the kept {_described(kept, '')} differs from the one that the log goes on from: the"
            " log was rewritten"
        )
    return None


def _lost(kept: Checkpoint, left: int, origin: str) -> str:
    lost = kept.size - left
    entries = "1 entry" if lost == 1 else f"{lost} entries"
    goes_on = f"goes on from the first {left}" if left else "goes on from none of them"
    return (
        f"the restore lost {entries}: the kept {_described(kept, '')} seals {kept.size}, and log"
        f" {origin} {goes_on}"
    )


def _described(checkpoint: Checkpoint, article: str = "the ") -> str:
    return f"{article}checkpoint of size {checkpoint.size} of log {checkpoint.origin}"


def _root(checkpoint: Checkpoint) -> str:
    """Write the root as the third line of a checkpoint does."""
    return base64.b64encode(checkpoint.root).decode()


def _epoch(origin: str) -> int:
    """Return the number that ends a log's name; 0 where none does."""
    number = origin.rpartition("/")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0  # noqa: PLR2004
