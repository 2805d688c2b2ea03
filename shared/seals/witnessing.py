"""Witnesses: others than the operator, who sign that they saw a checkpoint, and when."""

from collections.abc import Sequence
from pathlib import Path

from pilotzone_verify import notes
from pilotzone_verify.notes import COSIGNATURE, Verifier
from shared.audit import store as audit
from shared.core.errors import Finding, Invalid, NotFound
from shared.core.principal import Actor
from shared.database import Session
from shared.rounds.store import RoundFacts
from shared.seals import checkpoint_store as checkpoints
from shared.seals.checkpoint_store import Signed
from shared.settings import SettingUnusable


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
    of one of *witnesses*, or does not hold.
    """
    if not witnesses:
        raise NotFound("this gateway knows no witnesses: it has no PILOTZONE_WITNESS_KEYS")
    signed = await checkpoints.of_size(session, round_.id, size)
    said, *_ = signed.note.partition("\n\n")
    try:
        note = notes.read_note(f"{said}\n\n{line.strip()}\n")
        (by,) = notes.verified(note, witnesses)
    except ValueError as error:
        reason = f"this is no signature of a known witness: {error}"
        finding = Finding("/cosignature", "cosignature-refused", reason)
        raise Invalid(reason, (finding,)) from None
    (signature,) = note.signatures
    if await checkpoints.add_cosignature(session, round_.id, signed, str(by), str(signature)):
        detail = {"witness": str(by), "size": size, "epoch": signed.epoch}
        await audit.record(
            session, actor, "checkpoint.witnessed", round_.code, detail, round_id=round_.id
        )
    return await checkpoints.of_size(session, round_.id, size)
