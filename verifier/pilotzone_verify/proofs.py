"""Files that prove one thing each: a place in a ranking, a log that only grew, a receipt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from pilotzone_verify import epochs, leaves, manifests, notes, reading, trees
from pilotzone_verify.outcome import Disproved, Unusable

Json = dict[str, Any]
CARD = {"values", "shares", "units", "flags"}
MOST_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint that a trusted key signed, and the *text* in which it stands."""

    checkpoint: notes.Checkpoint
    text: str


def sealed(text: str, keys: notes.Trusted) -> Sealed:
    """Read a signed checkpoint. Raises: Disproved, Unusable."""
    try:
        note = notes.read_note(text)
        checkpoint = notes.read_checkpoint(note.text)
    except ValueError as error:
        raise Unusable(f"no checkpoint: {error}") from None
    _check_signed(note, keys, f"the checkpoint of size {checkpoint.size}")
    return Sealed(checkpoint, text)


def _check_signed(note: notes.Note, keys: notes.Trusted, what: str) -> None:
    """Check that a log's own key signed: a witness's does not stand for it. Raises: Disproved."""
    if keys is None:
        return
    try:
        notes.verified(note, [each for each in keys if each.kind == notes.ED25519])
    except ValueError as error:
        raise Disproved(f"{what}: {error}") from None


def check_witnesses(texts: Iterable[str], witnesses: Sequence[notes.Verifier]) -> list[str]:
    """Say up to which entry, and when, each of *witnesses* saw the log, by signed checkpoints.

    Raises: Unusable; Disproved, where one of them saw none, or its signature does not hold.
    """
    seen: dict[str, tuple[int, int]] = {}
    for text in texts:
        try:
            note = notes.read_note(text)
            size = notes.read_checkpoint(note.text).size
        except ValueError as error:
            raise Unusable(f"no checkpoint: {error}") from None
        try:
            for by, moment in notes.witnessed(note, witnesses):
                seen[by.short] = max(seen.get(by.short, (0, 0)), (size, moment))
        except ValueError as error:
            raise Disproved(f"the checkpoint of size {size}: {error}") from None
    for each in witnesses:
        if each.short not in seen:
            raise Disproved(f"no checkpoint here was witnessed by {each.short}")
    return [
        f"witnessed by {name}: up to entry {size}, in second {moment} since 1970"
        for name, (size, moment) in sorted(seen.items())
    ]


def check_checkpoint(text: str, keys: notes.Trusted, kept: Sequence[notes.Checkpoint]) -> list[str]:
    """Check a checkpoint by itself, and that those of its size are the same; say what was found.

    Raises: Disproved, Unusable.
    """
    checkpoint = sealed(text, keys).checkpoint
    for each in kept:
        _same_log(checkpoint, each)
    return [f"log {checkpoint.origin}, sealed up to entry {checkpoint.size}"]


def check_place(proof: Json, keys: notes.Trusted, kept: Sequence[notes.Checkpoint]) -> list[str]:
    """Check that a score and a rank stand in a sealed run; say what was found.

    Raises: Disproved, Unusable.
    """
    checkpoint = sealed(reading.text(proof, "checkpoint"), keys).checkpoint
    entry = manifests.read(reading.text(proof, "manifest"))
    if entry.type != "run":
        raise Disproved("the entry that is proved seals no run")
    if entry.said["origin"] != checkpoint.origin:
        raise Disproved("the entry is of another log than the checkpoint")
    round_ = checkpoint.origin.rpartition("/")[0].rpartition("/")[2]
    if (reading.text(proof, "round"), reading.whole(proof, "run")) != (round_, entry.said["run"]):
        raise Disproved("the file names another round or run than the one that is proved")
    log = reading.members_of(proof, "log")
    _included(entry.leaf, log, checkpoint.size, checkpoint.root, "the run in the log")
    if reading.whole(log, "index") != entry.position:
        raise Disproved("the run stands at another place of the log than it says")
    place = reading.members_of(proof, "place")
    leaf = _place_leaf(place, reading.members_of(proof, "scorecard"), reading.salt(proof))
    ranking = reading.members_of(entry.said, "ranking")
    size, root = reading.whole(ranking, "count"), reading.digest(ranking, "root")
    _included(leaf, reading.members_of(proof, "ranking"), size, root, "the place in the ranking")
    begun = beginning(proof, checkpoint)
    return [
        *check_checkpoint(reading.text(proof, "checkpoint"), keys, kept),
        *(epochs.told(begun) if begun else epochs.untold(checkpoint.origin)),
        f"run {entry.said['run']} of {entry.said['time']}, framework {entry.said['framework']}",
        f"{place['applicant']}: {place['total']} units, rank {place['rank']} of its kind",
    ]


def beginning(proof: Json, checkpoint: notes.Checkpoint) -> epochs.Begun | None:
    """Return how the log begins of which a proof is; None for one from before proofs said that.

    Raises: Disproved, Unusable.
    """
    if "beginning" not in proof:
        return None
    said = reading.members_of(proof, "beginning")
    entry, log = manifests.read(reading.text(said, "manifest")), reading.members_of(said, "log")
    if (entry.type, entry.said["origin"]) != ("begun", checkpoint.origin):
        raise Disproved("the log's beginning is not that of the checkpoint's log")
    _included(entry.leaf, log, checkpoint.size, checkpoint.root, "the log's beginning")
    if reading.whole(log, "index") != 0:
        raise Disproved("the log's beginning does not stand at its beginning")
    return epochs.read(entry)


def _place_leaf(place: Json, card: Json, salt: bytes) -> bytes:
    if set(place) != leaves.PLACE:
        raise Unusable("a place in a ranking has other members")
    hashed = hash_card(card, salt)
    if reading.digest(place, "card") != hashed:
        raise Disproved(f"the scorecard of {place['applicant']} is not the one that was sealed")
    return record_leaf(salt, place)


def hash_card(card: Json, salt: bytes) -> bytes:
    """Hash a scorecard as JSON has it, null where missing. Raises: Unusable."""
    if set(card) != CARD:
        raise Unusable("a scorecard has other members")
    values, shares = _doubles(card, "values"), _doubles(card, "shares")
    units, flags = _integers(card, "units"), _integers(card, "flags")
    if not len(values) == len(shares) == len(units) == len(flags):
        raise Unusable("the columns of a scorecard are of one length")
    try:
        return leaves.card_hash(salt, values, shares, units, flags)
    except (ArithmeticError, ValueError):
        raise Unusable("a number of the scorecard is too large") from None


def _doubles(card: Json, name: str) -> list[float]:
    numbers = [nan if each is None else each for each in reading.items(card, name)]
    if not all(isinstance(each, (int, float)) for each in numbers):
        raise Unusable(f"{name} are no numbers")
    return numbers


def _integers(card: Json, name: str) -> list[int]:
    numbers = reading.items(card, name)
    if not all(isinstance(each, int) for each in numbers):
        raise Unusable(f"{name} are no whole numbers")
    return numbers


def record_leaf(salt: bytes, record: Json) -> bytes:
    """Hash a record behind its salt. Raises: Unusable."""
    try:
        return leaves.record_hash(salt, record)
    except ValueError as error:
        raise Unusable(str(error)) from None


def _included(leaf: bytes, where: Json, size: int, root: bytes, what: str) -> None:
    if reading.whole(where, "size") != size:
        raise Disproved(f"{what}: the proof is for a tree of another size")
    try:
        index, steps = reading.whole(where, "index"), reading.path(where, "path")
        reached = trees.root_by_inclusion(leaf, index, size, steps)
    except ValueError as error:
        raise Disproved(f"{what}: {error}") from None
    if reached != root:
        raise Disproved(f"{what}: the path leads to another root")


def _same_log(one: notes.Checkpoint, other: notes.Checkpoint) -> None:
    if one.origin != other.origin:
        raise Disproved(f"the kept checkpoint is of another log: {other.origin}")
    if one.size == other.size and one.root != other.root:
        raise Disproved(f"two checkpoints of size {one.size} differ: the log was rewritten")


def check_growth(proof: Json, kept: Sequence[notes.Checkpoint]) -> list[str]:
    """Check that the later of two checkpoints goes on from the earlier.

    Raises: Disproved, Unusable.
    """
    if len(kept) != 2:  # noqa: PLR2004
        raise Unusable("a consistency proof is checked against two checkpoints")
    earlier, later = sorted(kept, key=lambda each: each.size)
    if earlier.origin != later.origin and epochs.same_round(earlier.origin, later.origin):
        raise Unusable(
            "the checkpoints are of two epochs, of which no consistency proof is: an archive or a"
            " proof of the later one says from which checkpoint of the earlier one it goes on"
        )
    _same_log(earlier, later)
    sizes = reading.whole(proof, "from"), reading.whole(proof, "to")
    if sizes != (earlier.size, later.size):
        raise Disproved("the proof is for checkpoints of other sizes")
    try:
        trees.check_consistency(
            earlier.size, earlier.root, later.size, later.root, reading.path(proof, "proof")
        )
    except ValueError as error:
        raise Disproved(f"from entry {earlier.size} to {later.size}: {error}") from None
    return [f"log {later.origin}: the first {earlier.size} of {later.size} entries are the same"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the service signed when it took a submission in."""

    origin: str
    submission: int
    leaf: bytes
    accepted: str
    sealed_by: str


def receipt(file: Json, keys: notes.Trusted) -> Receipt:
    """Read a receipt, and the record in it if there is one. Raises: Disproved, Unusable."""
    try:
        note = notes.read_note(reading.text(file, "note"))
    except ValueError as error:
        raise Unusable(f"no receipt: {error}") from None
    _check_signed(note, keys, "the receipt")
    lines = note.text.split("\n")[:-1]
    if len(lines) != 6 or lines[1] != "receipt" or not _is_number(lines[2]):  # noqa: PLR2004
        raise Unusable("no receipt")
    found = Receipt(lines[0], int(lines[2]), reading.from_hex(lines[3], 32), lines[4], lines[5])
    record = reading.members_of(file, "record")
    if record_leaf(reading.salt(file), record) != found.leaf:
        raise Disproved(f"submission {found.submission} is not the one that was accepted")
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
