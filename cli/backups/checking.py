"""Checking a database that was restored: the archive of every round, as an auditor checks it."""

from collections.abc import Sequence
from tempfile import TemporaryFile

from pilotzone_verify import archive, checking
from pilotzone_verify.notes import Verifier
from pilotzone_verify.outcome import Disproved, Unusable
from shared.database import Database
from shared.frameworks.service import Library
from shared.rounds import store as rounds
from shared.seals import epoch_store, proofs
from shared.seals.epoch_store import Log


async def findings(database: Database, keys: Sequence[Verifier]) -> tuple[list[str], bool]:
    """Return what the verifier finds in each round's newest log, and whether all of it holds."""
    async with database.session() as session:
        logs = await epoch_store.logs(session)
    said, holds = [], True
    for log in logs:
        try:
            found, result = await _check(database, log, keys), "proven"
        except Disproved as error:
            found, result, holds = [str(error)], "disproved", False
        except Unusable as error:
            found, result, holds = [str(error)], "unusable", False
        said += [f"round {log.round_code}: {each}" for each in [*found, result]]
    return said, holds


async def _check(database: Database, log: Log, keys: Sequence[Verifier]) -> list[str]:
    if not log.run:
        return ["no run of it was sealed, so there is nothing to check"]
    async with database.session() as session:
        round_ = await rounds.facts(session, log.round_code)
    with TemporaryFile() as file:
        async for piece in proofs.archive(database, Library(), round_, log.run, log.epoch):
            file.write(piece)
        file.seek(0)
        read = archive.read(file)
    return checking.check_whole(read, keys) + _unsigned(read, keys)


def _unsigned(read: archive.Archive, keys: Sequence[Verifier]) -> list[str]:
    """Say what the last signature leaves out: an honest backup is often made between two of them.

    Raises: Unusable, where there are *keys* and no signature at all.
    """
    if not keys or (last := archive.vouched(read)) == read.run:
        return []
    if not read.checkpoints:
        raise Unusable("nobody vouches for it: it has no signature, and there are keys")
    return [
        f"the last signature is of run {last} of {read.run}: nobody vouches for what came after"
    ]
