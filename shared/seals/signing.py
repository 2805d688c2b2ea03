"""Signing of logs: keys from files, and a checkpoint for each size that is due."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from pilotzone_verify import notes
from pilotzone_verify.notes import Checkpoint, Signer
from pilotzone_verify.trees import root
from shared.database import Session
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


async def sign(
    session: Session,
    signers: Sequence[Signer],
    round_id: int,
    cadence: timedelta,
    *,
    urgent: bool,
) -> bool:
    """Sign the round's log as it is committed if that is due; say whether it was signed.

    It is due when it grew and the last checkpoint is older than *cadence*, or at once if *urgent*.
    There is never a second checkpoint of one size.
    """
    log = await checkpoints.unsigned(session, round_id, cadence, urgent=urgent)
    if not signers or log is None:
        return False
    leaves = await checkpoints.leaves(session, round_id, log.epoch, log.size)
    said = str(Checkpoint(log.origin, log.size, root(leaves)))
    await checkpoints.note_keys(session, [str(each.verifier) for each in signers])
    await checkpoints.add(session, round_id, log.epoch, log.size, str(notes.sign(said, signers)))
    return True
