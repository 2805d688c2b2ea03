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

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pilotzone_verify import leaves, manifests, proofs, reading
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
)
"""The members of each kind of line but the first and the last: nothing unsealed stands beside."""


@dataclass(slots=True)
class Archive:
    """An archive as read; nothing of it is checked yet but its form.

    *whole*: its end fits the lines before it; where not, `seals.check_seals` finds what is wrong.
    """

    head: Json
    framework: Json = field(default_factory=dict)
    framework_sha256: str = ""
    entries: list[Entry] = field(default_factory=list)
    submissions: dict[int, list[tuple[Json, bytes]]] = field(default_factory=dict)
    submission_lines: dict[int, list[int]] = field(default_factory=dict)
    aside: dict[int, list[bytes]] = field(default_factory=dict)
    events: dict[int, list[bytes]] = field(default_factory=dict)
    parameters: dict[int, Any] = field(default_factory=dict)
    places: list[Json] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)
    lines: dict[tuple[str, int | str], tuple[int, int]] = field(default_factory=dict)
    whole: bool = False

    @property
    def run(self) -> int:
        """The run that the archive ends with."""
        return reading.whole(self.head, "run")

    def note_line(self, kind: str, of: int | str, line: int) -> None:
        """Remember that what is sealed together, the *kind* *of* something, stands on *line*."""
        self.lines[kind, of] = (self.lines.get((kind, of), (line, line))[0], line)

    def where(self, kind: str, of: int | str = 0) -> str:
        """Say in brackets on which lines of the file something stands; nothing if on none."""
        if (kind, of) not in self.lines:
            return ""
        first, last = self.lines[kind, of]
        return f" (line {first})" if first == last else f" (lines {first} to {last})"


def read(lines: Iterable[bytes]) -> Archive:
    """Read an archive line by line; an end that does not fit is noted. Raises: Unusable, Disproved.

    Disproved where an entry's bytes are not canonical.
    """
    archive, hashed, ended = None, sha256(), False
    for seen, line in enumerate(lines):
        if ended:
            raise Unusable("the archive goes on behind its end")
        try:
            said = reading.document(line)
            if archive is None:
                archive = _begin(said)
            elif set(said) == {"end"}:
                archive.whole = _ends(reading.members_of(said, "end"), seen, hashed.digest())
                ended = True
            else:
                _take(archive, said, seen + 1)
        except (Disproved, Unusable) as error:
            raise type(error)(f"line {seen + 1} of the archive: {error}") from None
        hashed.update(line)
    if archive is None or not ended:
        raise Unusable("the archive was cut off before its end")
    archive.entries.sort(key=lambda each: each.position)
    return archive


def _ends(end: Json, lines: int, digest: bytes) -> bool:
    return (reading.whole(end, "lines"), reading.digest(end, "sha256")) == (lines, digest)


def _begin(said: Json) -> Archive:
    if said.get("format") != FORMAT or set(said) != HEAD:
        raise Unusable(f"no archive of the format {FORMAT}")
    for name in ("round", "origin", "reference_date"):
        reading.text(said, name)
    reading.whole(said, "run")
    return Archive(said)


def _take(archive: Archive, said: Json, line: int) -> None:
    if set(said) not in KINDS:
        raise Unusable("it is of no kind that there is")
    if "submission" in said:
        taken, run = (reading.members_of(said, "submission"), reading.salt(said)), _run(said)
        archive.submissions.setdefault(run, []).append(taken)
        archive.submission_lines.setdefault(run, []).append(line)
        archive.note_line("inputs", run, line)
    elif "place" in said:
        archive.note_line("place", len(archive.places), line)
        archive.note_line("ranking", archive.run, line)
        archive.places.append(said)
    elif "entry" in said:
        entry = manifests.read(reading.text(said, "entry"))
        archive.entries.append(entry)
        archive.note_line("entry", entry.position, line)
    elif "position" in said:
        _take_leaf(archive, said, line)
    elif "parameters" in said:
        if (run := _run(said)) in archive.parameters:
            raise Unusable(f"the parameters of run {run} stand twice")
        archive.parameters[run] = said["parameters"]
        archive.note_line("parameters", run, line)
    elif "framework" in said:
        _take_framework(archive, reading.text(said, "framework"), line)
    else:
        archive.note_line("checkpoint", len(archive.checkpoints), line)
        archive.checkpoints.append(reading.text(said, "checkpoint"))


def _take_leaf(archive: Archive, said: Json, line: int) -> None:
    """Take what an entry seals by its position: an event, or what was set aside."""
    kind, found = ("aside", archive.aside) if "aside" in said else ("event", archive.events)
    record, position = reading.members_of(said, kind), reading.whole(said, "position")
    if kind == "aside" and set(record) != leaves.ASIDE:
        raise Unusable("a submission that was set aside has other members")
    found.setdefault(position, []).append(proofs.record_leaf(reading.salt(said), record))
    archive.note_line("submissions" if kind == "aside" else "events", position, line)


def _run(said: Json) -> int:
    return reading.whole(said, "run")


def _take_framework(archive: Archive, written: str, line: int) -> None:
    if archive.framework:
        raise Unusable("the framework stands twice")
    archive.framework = reading.document(written)
    archive.framework_sha256 = sha256(written.encode()).hexdigest()
    archive.note_line("framework", 0, line)
