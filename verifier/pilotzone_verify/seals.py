"""What an archive holds is what was sealed: entries, records, ranking, checkpoints, receipts.

What does not fit is told with its place: run, entry or applicant, and the lines of the file.
"""

from collections.abc import Sequence

from pilotzone_verify import epochs, leaves, manifests, notes, proofs, reading, trees
from pilotzone_verify.archive import Archive
from pilotzone_verify.epochs import Begun
from pilotzone_verify.manifests import Entry
from pilotzone_verify.outcome import Disproved, Unusable

NOT_WHOLE = "the archive is not whole: its end fits other lines"


def check_seals(
    archive: Archive, keys: notes.Trusted, kept: Sequence[notes.Checkpoint]
) -> list[str]:
    """Check that all that the archive holds is what was sealed, and that it is whole.

    *kept* are checkpoints of its own log. Raises: Disproved, Unusable.
    """
    try:
        found = _check_seals(archive, keys, kept)
    except (Disproved, Unusable) as error:
        if archive.whole:
            raise
        raise Disproved(f"{error}; {NOT_WHOLE}") from None
    if not archive.whole:
        raise Disproved(f"{NOT_WHOLE}, though all that is in it is as it was sealed")
    return found


def _check_seals(
    archive: Archive, keys: notes.Trusted, kept: Sequence[notes.Checkpoint]
) -> list[str]:
    manifests.check_chain(archive.entries, archive.where)
    _check_beginning(archive, archive.entries[0].said)
    tree = [each.leaf for each in archive.entries]
    signed = _signed(archive, keys)
    for at, checkpoint in enumerate(signed):
        _check_checkpoint(tree, checkpoint, archive, archive.where("checkpoint", at))
    for checkpoint in kept:
        _check_checkpoint(tree, checkpoint, archive, " that you keep")
    for entry in archive.entries:
        if entry.type == "run":
            _check_run(archive, entry)
        elif entry.type == "events":
            _check_root(archive, entry, "events", archive.events.get(entry.position, []))
        elif entry.type == "aside":
            _check_root(archive, entry, "submissions", archive.aside.get(entry.position, []))
    _check_nothing_else(archive)
    _check_ranking(archive)
    covered = max((each.size for each in signed), default=0)
    covered_by = "of them under a checkpoint" if keys is None else "of them signed"
    origin = archive.head["origin"]
    return [
        f"log {origin}: {len(tree)} entries hang together, {covered} {covered_by}",
        *epochs.told(begun(archive)),
    ]


def begun(archive: Archive) -> Begun:
    """Return how the log of an archive begins that was checked before."""
    return epochs.read(archive.entries[0])


def _check_beginning(archive: Archive, said: dict[str, object]) -> None:
    entry = archive.where("entry", 0)
    for name in ("origin", "round", "reference_date"):
        if archive.head[name] != said[name]:
            raise Disproved(
                f"the archive's {name} (line 1) is {archive.head[name]}, but entry 0 of the log"
                f"{entry} has {said[name]}"
            )
    if archive.framework_sha256 != said["framework"]:
        where = archive.where("framework")
        raise Disproved(f"the framework is not the one that the log begins with{where}")


def _signed(archive: Archive, keys: notes.Trusted) -> list[notes.Checkpoint]:
    signed = []
    for at, text in enumerate(archive.checkpoints):
        try:
            signed.append(proofs.sealed(text, keys).checkpoint)
        except (Disproved, Unusable) as error:
            raise type(error)(f"{error}{archive.where('checkpoint', at)}") from None
    return signed


def vouched(archive: Archive, kept: Sequence[notes.Checkpoint] = ()) -> int:
    """Return the last run that a checkpoint covers, the archive's own or one of *kept*; 0 for none.

    Whether they hold, `check_seals` has found before.
    """
    own = [notes.read_checkpoint(notes.read_note(each).text) for each in archive.checkpoints]
    covered = max((each.size for each in [*own, *kept]), default=0)
    runs = [each for each in archive.entries[:covered] if each.type == "run"]
    return reading.whole(runs[-1].said, "run") if runs else 0


def _check_checkpoint(
    tree: list[bytes], checkpoint: notes.Checkpoint, archive: Archive, which: str
) -> None:
    size = checkpoint.size
    if checkpoint.origin != archive.head["origin"]:
        raise Disproved(f"a checkpoint{which} is of another log: {checkpoint.origin}")
    if size > len(tree):
        raise Disproved(f"the log was cut: a checkpoint{which} has {size} entries, it {len(tree)}")
    if trees.root(tree[:size]) != checkpoint.root:
        raise Disproved(f"the first {size} entries are not those of the checkpoint{which}")


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
    for name, kind, found, sealed in (
        ("submissions", "inputs", archive.submissions, runs),
        ("parameters", "parameters", archive.parameters, runs),
        ("events", "events", archive.events, events),
        ("submissions set aside", "submissions", archive.aside, aside),
    ):
        if unsealed := sorted(found.keys() - sealed):
            of = f"{'run' if sealed is runs else 'entry'} {unsealed[0]}"
            where = archive.where(kind, unsealed[0])
            raise Disproved(f"the archive has {name} that no entry seals: of {of}{where}")


def _check_run(archive: Archive, entry: Entry) -> None:
    run = reading.whole(entry.said, "run")
    if entry.said["framework"] != archive.framework_sha256:
        where = archive.where("entry", entry.position)
        raise Disproved(f"run {run}{where} was computed by another framework")
    if run > archive.run:
        return
    records = archive.submissions.get(run, [])
    for record, _ in records:
        if set(record) != leaves.SUBMISSION:
            where = archive.where("inputs", run)
            raise Unusable(f"a submission of run {run}{where} has other members")
    _check_root(
        archive, entry, "inputs", [proofs.record_leaf(salt, record) for record, salt in records]
    )
    if run not in archive.parameters:
        raise Disproved(f"the parameters of run {run} are missing")
    if leaves.parameters_hash(archive.parameters[run]) != reading.digest(entry.said, "parameters"):
        where = archive.where("parameters", run)
        raise Disproved(f"the parameters of run {run} are not those that were sealed{where}")


def _check_root(archive: Archive, entry: Entry, name: str, found: list[bytes]) -> None:
    sealed = reading.members_of(entry.said, name)
    number = entry.said["run"] if entry.type == "run" else entry.position
    of = f"run {number}" if entry.type == "run" else f"entry {number}"
    count, where = reading.whole(sealed, "count"), archive.where(name, number)
    if count != len(found):
        raise Disproved(f"{of} sealed {count} {name}, the archive has {len(found)}{where}")
    if trees.root(found) != reading.digest(sealed, "root"):
        raise Disproved(f"the {name} of {of} are not those that were sealed{where}")


def _check_ranking(archive: Archive) -> None:
    runs = [each for each in archive.entries if each.type == "run"]
    sealed = [each for each in runs if each.said["run"] == archive.run]
    if len(sealed) != 1:
        raise Disproved(f"run {archive.run} is not sealed in this log")
    found = []
    for at, line in enumerate(archive.places):
        place, salt = reading.members_of(line, "place"), reading.salt(line)
        where = archive.where("place", at)
        if set(place) != leaves.PLACE:
            raise Unusable(f"a place in the ranking{where} has other members")
        card = reading.members_of(line, "scorecard")
        if reading.digest(place, "card") != proofs.hash_card(card, salt):
            raise Disproved(
                f"the scorecard of {place['applicant']} is not the one that was sealed{where}"
            )
        found.append(proofs.record_leaf(salt, place))
    _check_root(archive, sealed[0], "ranking", found)


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
