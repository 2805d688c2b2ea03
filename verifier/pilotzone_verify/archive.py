"""A full export of a round up to one run: every hash is checked, and every score computed again.

An archive is a file of JSON lines. The first says what it is; then follow, in any order, lines with
one of the members below; the last says how many there were before it and their hash, so that a file
that was cut off is found out.

    framework   the registered document as text
    entry       an entry of the log, as text
    submission  a record that run `run` took in, with its salt
    aside       the record of a submission that was set aside, which entry `position` seals
    event       the record of an audit event that entry `position` seals, with its salt
    parameters  what run `run` took from the cohorts
    place       an applicant's place in the ranking of the archive's run, with salt and scorecard
    checkpoint  a signed checkpoint
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pilotzone_verify import leaves, manifests, notes, proofs, reading, trees
from pilotzone_verify.manifests import Entry
from pilotzone_verify.outcome import Disproved, Unusable

Json = dict[str, Any]
FORMAT = "pilotzone-archive/1"
HEAD = {"format", "origin", "round", "run", "reference_date"}
KINDS = (
    {"framework"},
    {"entry"},
    {"submission", "salt", "run"},
    {"aside", "salt", "position"},
    {"event", "salt", "position"},
    {"parameters", "run"},
    {"place", "scorecard", "salt"},
    {"checkpoint"},
    {"end"},
)
"""The members of each kind of line: what nobody sealed has no place beside them."""


@dataclass(slots=True)
class Archive:
    """An archive as read; nothing of it is checked yet but its form."""

    head: Json
    framework: Json = field(default_factory=dict)
    framework_sha256: str = ""
    entries: list[Entry] = field(default_factory=list)
    submissions: dict[int, list[tuple[Json, bytes]]] = field(default_factory=dict)
    aside: dict[int, list[bytes]] = field(default_factory=dict)
    events: dict[int, list[bytes]] = field(default_factory=dict)
    parameters: dict[int, Any] = field(default_factory=dict)
    places: list[Json] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)

    @property
    def run(self) -> int:
        """The run that the archive ends with."""
        return reading.whole(self.head, "run")


def read(lines: Iterable[bytes]) -> Archive:
    """Read an archive line by line. Raises: Unusable, Disproved where its end does not fit."""
    archive, hashed, ended = None, sha256(), False
    for seen, line in enumerate(lines):
        if ended:
            raise Unusable("the archive goes on behind its end")
        said = reading.document(line)
        if archive is None:
            archive = _begin(said)
        elif set(said) not in KINDS:
            raise Unusable(f"line {seen + 1} of the archive is of no kind that there is")
        elif "end" in said:
            _check_end(reading.members_of(said, "end"), seen, hashed.digest())
            ended = True
        else:
            _take(archive, said)
        hashed.update(line)
    if archive is None or not ended:
        raise Unusable("the archive was cut off before its end")
    archive.entries.sort(key=lambda each: each.position)
    return archive


def _check_end(end: Json, lines: int, digest: bytes) -> None:
    if (reading.whole(end, "lines"), reading.digest(end, "sha256")) != (lines, digest):
        raise Disproved("the archive is not whole: its end fits other lines")


def _begin(said: Json) -> Archive:
    if said.get("format") != FORMAT or set(said) != HEAD:
        raise Unusable(f"no archive of the format {FORMAT}")
    for name in ("round", "origin", "reference_date"):
        reading.text(said, name)
    reading.whole(said, "run")
    return Archive(said)


def _take(archive: Archive, said: Json) -> None:
    if "submission" in said:
        taken = reading.members_of(said, "submission"), reading.salt(said)
        archive.submissions.setdefault(reading.whole(said, "run"), []).append(taken)
    elif "place" in said:
        archive.places.append(said)
    elif "entry" in said:
        archive.entries.append(manifests.read(reading.text(said, "entry")))
    elif "position" in said:
        _take_leaf(archive, said)
    elif "parameters" in said:
        run = reading.whole(said, "run")
        if run in archive.parameters:
            raise Unusable(f"the parameters of run {run} stand twice")
        archive.parameters[run] = said["parameters"]
    elif "framework" in said:
        if archive.framework:
            raise Unusable("the framework stands twice")
        written = reading.text(said, "framework")
        archive.framework = reading.document(written)
        archive.framework_sha256 = sha256(written.encode()).hexdigest()
    else:
        archive.checkpoints.append(reading.text(said, "checkpoint"))


def _take_leaf(archive: Archive, said: Json) -> None:
    """Take what an entry seals by its position: an event, or what was set aside."""
    kind, found = ("aside", archive.aside) if "aside" in said else ("event", archive.events)
    record = reading.members_of(said, kind)
    if kind == "aside" and set(record) != leaves.ASIDE:
        raise Unusable("a submission that was set aside has other members")
    leaf = proofs.record_leaf(reading.salt(said), record)
    found.setdefault(reading.whole(said, "position"), []).append(leaf)


def check_seals(
    archive: Archive, keys: notes.Trusted, kept: Sequence[notes.Checkpoint]
) -> list[str]:
    """Check that all that the archive holds is what was sealed. Raises: Disproved, Unusable."""
    manifests.check_chain(archive.entries)
    begun = archive.entries[0].said
    for name in ("origin", "round", "reference_date"):
        if archive.head[name] != begun[name]:
            raise Disproved(f"the archive's {name} is not that of the log")
    if archive.framework_sha256 != begun["framework"]:
        raise Disproved("the framework is not the one that the log begins with")
    tree = [each.leaf for each in archive.entries]
    signed = [proofs.sealed(each, keys).checkpoint for each in archive.checkpoints]
    for checkpoint in [*signed, *kept]:
        _check_checkpoint(tree, checkpoint, str(begun["origin"]))
    for entry in archive.entries:
        if entry.type == "run":
            _check_run(archive, entry)
        elif entry.type == "events":
            _check_root(entry, "events", archive.events.get(entry.position, []))
        elif entry.type == "aside":
            _check_root(entry, "submissions", archive.aside.get(entry.position, []))
    _check_nothing_else(archive)
    _check_ranking(archive)
    covered = max((each.size for each in signed), default=0)
    covered_by = "of them under a checkpoint" if keys is None else "of them signed"
    found = [f"log {begun['origin']}: {len(tree)} entries hang together, {covered} {covered_by}"]
    if begun["continues"] is not None:
        found.append(
            f"the log is epoch {begun['epoch']}: it goes on from a database that was restored"
        )
    return found


def vouched(archive: Archive, kept: Sequence[notes.Checkpoint] = ()) -> int:
    """Return the last run that a checkpoint covers, the archive's own or one of *kept*; 0 for none.

    Whether they hold, `check_seals` has found before.
    """
    own = [notes.read_checkpoint(notes.read_note(each).text) for each in archive.checkpoints]
    covered = max((each.size for each in [*own, *kept]), default=0)
    runs = [each for each in archive.entries[:covered] if each.type == "run"]
    return reading.whole(runs[-1].said, "run") if runs else 0


def _check_checkpoint(tree: list[bytes], checkpoint: notes.Checkpoint, origin: str) -> None:
    if checkpoint.origin != origin:
        raise Disproved(f"a checkpoint is of another log: {checkpoint.origin}")
    if checkpoint.size > len(tree):
        raise Disproved(
            f"the log was cut: a checkpoint has {checkpoint.size} entries, it {len(tree)}"
        )
    if trees.root(tree[: checkpoint.size]) != checkpoint.root:
        raise Disproved(f"the first {checkpoint.size} entries are not those of the checkpoint")


def _check_nothing_else(archive: Archive) -> None:
    """Check that all there is belongs to an entry that seals it. Raises: Disproved."""
    runs = {
        entry.said["run"]
        for entry in archive.entries
        if entry.type == "run" and entry.said["run"] <= archive.run
    }
    events, aside = (
        {entry.position for entry in archive.entries if entry.type == kind}
        for kind in ("events", "aside")
    )
    for name, found, sealed in (
        ("submissions", archive.submissions, runs),
        ("parameters", archive.parameters, runs),
        ("events", archive.events, events),
        ("submissions set aside", archive.aside, aside),
    ):
        if not found.keys() <= sealed:
            raise Disproved(f"the archive has {name} that no entry seals")


def _check_run(archive: Archive, entry: Entry) -> None:
    run = reading.whole(entry.said, "run")
    if entry.said["framework"] != archive.framework_sha256:
        raise Disproved(f"run {run} was computed by another framework")
    if run > archive.run:
        return
    records = archive.submissions.get(run, [])
    for record, _ in records:
        if set(record) != leaves.SUBMISSION:
            raise Unusable(f"a submission of run {run} has other members")
    _check_root(entry, "inputs", [proofs.record_leaf(salt, record) for record, salt in records])
    if run not in archive.parameters:
        raise Disproved(f"the parameters of run {run} are missing")
    if leaves.parameters_hash(archive.parameters[run]) != reading.digest(entry.said, "parameters"):
        raise Disproved(f"the parameters of run {run} are not those that were sealed")


def _check_root(entry: Entry, name: str, found: list[bytes]) -> None:
    sealed = reading.members_of(entry.said, name)
    where = f"run {entry.said['run']}" if entry.type == "run" else f"entry {entry.position}"
    if reading.whole(sealed, "count") != len(found):
        raise Disproved(f"{where} sealed {sealed['count']} {name}, the archive has {len(found)}")
    if trees.root(found) != reading.digest(sealed, "root"):
        raise Disproved(f"the {name} of {where} are not those that were sealed")


def _check_ranking(archive: Archive) -> None:
    runs = [each for each in archive.entries if each.type == "run"]
    sealed = [each for each in runs if each.said["run"] == archive.run]
    if len(sealed) != 1:
        raise Disproved(f"run {archive.run} is not sealed in this log")
    found = []
    for line in archive.places:
        place, salt = reading.members_of(line, "place"), reading.salt(line)
        if set(place) != leaves.PLACE:
            raise Unusable("a place in the ranking has other members")
        card = reading.members_of(line, "scorecard")
        if reading.digest(place, "card") != proofs.hash_card(card, salt):
            raise Disproved(f"the scorecard of {place['applicant']} is not the one that was sealed")
        found.append(proofs.record_leaf(salt, place))
    _check_root(sealed[0], "ranking", found)


def _whole_until(archive: Archive) -> str:
    """Return until when all that was sealed is in the archive: later runs took in more."""
    moment = ""
    for entry in archive.entries:
        if entry.type == "run" and entry.said["run"] > archive.run:
            break
        moment = entry.said["time"]
    return moment


def check_receipt(archive: Archive, receipt: proofs.Receipt) -> str:
    """Check that what a receipt promises is in the archive. Raises: Disproved, Unusable."""
    if receipt.origin != archive.head["origin"].rpartition("/")[0]:
        raise Disproved(f"receipt {receipt.submission} is of another round: {receipt.origin}")
    leaves_ = {
        proofs.record_leaf(salt, record)
        for said in archive.submissions.values()
        for record, salt in said
    }
    if receipt.leaf in leaves_:
        return f"submission {receipt.submission} is in the archive"
    if any(receipt.leaf in each for each in archive.aside.values()):
        return f"submission {receipt.submission} is in the archive, among those set aside"
    moment = _whole_until(archive)
    if moment < receipt.sealed_by:
        return f"submission {receipt.submission} need not be sealed before {receipt.sealed_by}"
    raise Disproved(
        f"submission {receipt.submission} was accepted, should be sealed, and is not in the archive"
    )
