"""Witnesses: others than the operator, who sign that they saw a checkpoint, and when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pilotzone_verify import notes
from pilotzone_verify.notes import COSIGNATURE, Verifier
from shared.audit import store as audit
from shared.core.errors import Finding, Invalid, NotFound
from shared.core.principal import Actor
from shared.database import Session
from shared.rounds.store import RoundFacts
from shared.seals import checkpoint_store as checkpoints
from shared.seals import epoch_store as epochs
from shared.seals.checkpoint_store import Signed
from shared.settings import SettingUnusable

CLOCKS_DIFFER = timedelta(minutes=5)
"""So much the witness's clock may be behind the database's, or ahead of ours."""


def read_witnesses(setting: str) -> list[Verifier]:
    """Read the public keys of witnesses in the files that a *setting* names, parted by colons.

    A key that is written twice is one: its signature would count as those of two witnesses.

    Raises: SettingUnusable.
    """
    found: list[Verifier] = []
    for file in map(Path, filter(None, setting.split(":"))):
        try:
            found += notes.read_verifiers(file.read_text("utf-8"), COSIGNATURE)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise SettingUnusable(f"PILOTZONE_WITNESS_KEYS: {file}: {reason}") from None
    return list({str(each): each for each in found}.values())


async def witness(
    session: Session,
    actor: Actor,
    round_: RoundFacts,
    size: int,
    line: str,
    witnesses: Sequence[Verifier],
) -> Signed:
    """Keep a witness's signature *line* below the checkpoint of this *size*, and return that.

    The same again changes nothing. Raises: NotFound, SchemaUnknown; Invalid, where the line is not
    of one of *witnesses*, does not hold, says a moment at which nobody saw the checkpoint, or is
    for one of a log that a restore has ended.
    """
    if not witnesses:
        raise NotFound("this gateway knows no witnesses: it has no PILOTZONE_WITNESS_KEYS")
    signed = await checkpoints.of_size(session, round_.id, size)
    said, *_ = signed.note.partition("\n\n")
    try:
        note = notes.read_note(f"{said}\n\n{line.strip()}\n")
        ((by, moment),) = notes.witnessed(note, witnesses)
    except ValueError as error:
        raise _refused(f"this is no signature of a known witness: {error}") from None
    _require_seen(signed, moment, datetime.now(UTC))
    if signed.epoch != await epochs.newest(session):
        raise _refused("the database was restored since: have a checkpoint of its new log signed")
    (signature,) = note.signatures
    if await checkpoints.add_cosignature(session, round_.id, signed, str(by), str(signature)):
        detail = {"witness": str(by), "size": size, "epoch": signed.epoch}
        await audit.record(
            session, actor, "checkpoint.witnessed", round_.code, detail, round_id=round_.id
        )
    return await checkpoints.of_size(session, round_.id, size)


def _require_seen(signed: Signed, moment: int, now: datetime) -> None:
    """Refuse a *moment*, in seconds since 1970, before the checkpoint or to come. Raises: Invalid.

    Not by minutes: clocks differ.
    """
    if moment < (signed.signed_at - CLOCKS_DIFFER).timestamp():
        raise _refused("the witness says that it saw the checkpoint before it was signed")
    if moment > (now + CLOCKS_DIFFER).timestamp():
        raise _refused("the witness says that it saw the checkpoint at a moment to come")


def _refused(reason: str) -> Invalid:
    return Invalid(reason, (Finding("/cosignature", "cosignature-refused", reason),))
