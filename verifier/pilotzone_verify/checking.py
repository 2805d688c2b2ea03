"""All that can be checked of a file, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pilotzone_verify import epochs, proofs, reading, recomputing, seals
from pilotzone_verify.archive import Archive
from pilotzone_verify.epochs import Begun
from pilotzone_verify.notes import Checkpoint, Trusted
from pilotzone_verify.outcome import Disproved, Unusable
from pilotzone_verify.proofs import Sealed


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a file that holds together.

    *wrong*: what speaks against checkpoints kept before a restore, which disproves all the same.
    *left*: those that the file cannot be compared with. *begun*: how the log begins, where the file
    says. *tied*: checkpoints that were compared.
    """

    found: list[str]
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    begun: Begun | None = None
    tied: list[str] = field(default_factory=list)


def check_archive(
    read: Archive,
    keys: Trusted,
    kept: Sequence[Sealed] = (),
    receipts: Sequence[proofs.Receipt] = (),
) -> Checked:
    """Check every hash and signature, look *receipts* up, and compute every score again.

    Raises: Disproved; Unusable, also where no checkpoint covers the last run.
    """
    checked = check_whole(read, keys, kept, receipts)
    own, _ = _parted(read.head["origin"], kept)
    if not checked.wrong and seals.vouched(read, [each.checkpoint for each in own]) < read.run:
        raise Unusable(f"nobody vouches for run {read.run}: no signed checkpoint covers it yet")
    return checked


def check_whole(
    read: Archive,
    keys: Trusted,
    kept: Sequence[Sealed] = (),
    receipts: Sequence[proofs.Receipt] = (),
) -> Checked:
    """Check all that `check_archive` does, but for who vouches: an unsigned end may be whole.

    Raises: Disproved, Unusable.
    """
    own, others = _parted(read.head["origin"], kept)
    try:
        found = seals.check_seals(read, keys, [each.checkpoint for each in own])
    except Disproved as error:
        raise Disproved(f"{error}{_contradicted(read)}") from None
    begun = seals.begun(read)
    compared = epochs.compare(read.head["origin"], begun, others)
    found += compared.held
    found += [seals.check_receipt(read, each) for each in receipts]
    found += recomputing.check_scores(read)
    tied = [*read.checkpoints, *(each.text for each in own)]
    return Checked(found, compared.wrong, compared.left, begun, tied)


def _parted(origin: str, kept: Sequence[Sealed]) -> tuple[list[Sealed], list[Checkpoint]]:
    """Part what was *kept* of the log *origin* from checkpoints of other logs."""
    own = [each for each in kept if each.checkpoint.origin == origin]
    return own, [each.checkpoint for each in kept if each.checkpoint.origin != origin]


def _contradicted(read: Archive) -> str:
    """Say whose score does not follow either: a root names all that it seals, and nobody in it."""
    try:
        recomputing.check_scores(read)
    except Disproved as error:
        return f"; computed again: {error}"
    except Unusable:
        pass
    return ""


def check_file(file: dict[str, Any], keys: Trusted, kept: Sequence[Sealed]) -> Checked:
    """Check a file that is no archive. Raises: Disproved, Unusable."""
    match file.get("format"):
        case "pilotzone-proof/1" | "checkpoint":
            return _check_sealed(file, keys, kept)
        case "pilotzone-consistency/1":
            found = proofs.check_growth(file, [each.checkpoint for each in kept])
            return Checked(found, tied=[each.text for each in kept])
        case "pilotzone-receipt/1":
            held = proofs.receipt(file, keys)
            said = f"submission {held.submission}: {held.accepted}, sealed by {held.sealed_by}"
            return Checked([said, *_not_compared(kept)])
        case _:
            raise Unusable("no file of a format that this program knows")


def _check_sealed(file: dict[str, Any], keys: Trusted, kept: Sequence[Sealed]) -> Checked:
    """Check a proof or a checkpoint; of its log at another size it says nothing."""
    text = reading.text(file, "checkpoint")
    checkpoint = proofs.sealed(text, keys).checkpoint
    own, others = _parted(checkpoint.origin, kept)
    mine = [each.checkpoint for each in own]
    if file["format"] == "checkpoint":
        found, begun = proofs.check_checkpoint(text, keys, mine), None
    else:
        found = proofs.check_place(file, keys, mine)
        begun = proofs.beginning(file, checkpoint)
    compared = epochs.compare(checkpoint.origin, begun, others)
    same = [each for each in own if each.checkpoint.size == checkpoint.size]
    found += compared.held + _not_compared([each for each in own if each not in same])
    tied = [text, *(each.text for each in same)]
    return Checked(found, compared.wrong, compared.left, begun, tied)


def _not_compared(kept: Sequence[Sealed]) -> list[str]:
    return [
        f"the kept checkpoint of size {each.checkpoint.size} was not compared: nothing in this file"
        " ties it to what is proven; a consistency proof or an archive does"
        for each in kept
    ]
