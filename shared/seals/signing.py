"""Signing of logs: keys from files, and a checkpoint for each size that is due."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path

from pilotzone_verify import notes
from pilotzone_verify.notes import Checkpoint, Signer
from pilotzone_verify.trees import root
from shared.database import Database
from shared.seals import checkpoint_store as checkpoints
from shared.settings import SettingUnusable


def read_signers(setting: str) -> list[Signer]:
    """Read the private keys whose files a *setting* names, parted by colons.

    Raises: SettingUnusable.
    """
    found = []
    for file in map(Path, filter(None, setting.split(":"))):
        try:
            found.append(notes.read_signer(file.read_text("utf-8")))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise SettingUnusable(f"PILOTZONE_SIGNING_KEYS: {file}: {reason}") from None
    return found


async def sign_due(
    database: Database, signers: Sequence[Signer], cadence: timedelta, urgent: Collection[int]
) -> None:
    """Sign each log as it is committed, if it grew before the last tick of the *cadence*.

    A round that is *urgent* does not wait. There is never a second checkpoint of one size.
    """
    async with database.driver() as driver:
        logs = await checkpoints.due(driver, cadence, urgent)
    for log in logs:
        async with database.session() as session:
            leaves = await checkpoints.leaves(session, log.round_id, log.epoch, log.size)
            whole = await asyncio.to_thread(root, leaves)  # of a log that has grown long
            note = notes.sign(str(Checkpoint(log.origin, log.size, whole)), signers)
            await checkpoints.note_keys(session, [str(each.verifier) for each in signers])
            await checkpoints.add(session, log.round_id, log.epoch, log.size, str(note))
