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
        except (Disproved, Unusable) as error:
            found, result, holds = [str(error)], "disproved", False
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
        return checking.check_archive(archive.read(file), keys)
