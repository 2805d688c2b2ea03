"""Checking a database that was restored: the archive of every round, as an auditor checks it."""

from collections.abc import Sequence
from tempfile import TemporaryFile

from pilotzone_verify import archive, checking, notes, seals
from pilotzone_verify.notes import Verifier
from pilotzone_verify.outcome import Disproved, Unusable
from shared.core.errors import DomainError
from shared.database import Database, out_of_reach
from shared.database.transfer import FAULTS
from shared.frameworks.service import Library
from shared.rounds import store as rounds
from shared.seals import checkpoint_store, epoch_store, proofs
from shared.seals.epoch_store import Log

HOLDS = ("proven", "unsigned", "unchecked")
"""What does not speak against a record; *unsigned* is what nobody vouches for: who altered it may
have taken keys and signatures out of it, too."""


async def findings(
    database: Database, keys: Sequence[Verifier] | None = None
) -> tuple[list[str], bool]:
    """Return what the verifier finds in each round's newest log, and whether all of it holds.

    It checks by *keys*, by default those that the database names.
    """
    async with database.session() as session:
        logs = await epoch_store.logs(session)
        named = await checkpoint_store.keys(session)
    said, holds = [], True
    for log in logs:
        found, result = await _result(database, log, keys, named)
        said += [f"round {log.round_code}: {each}" for each in [*found, result]]
        holds = holds and result in HOLDS
    return said, holds


async def _result(
    database: Database, log: Log, keys: Sequence[Verifier] | None, named: Sequence[str]
) -> tuple[list[str], str]:
    if not log.run:
        return ["no run of it was sealed, so there is nothing to check"], "unchecked"
    try:
        known = list(map(notes.read_verifier, named)) if keys is None else keys
        return await _check(database, log, known), "proven" if known else "unsigned"
    except Disproved as error:
        return [str(error)], "disproved"
    except Unusable as error:
        return [str(error)], "unusable"
    except (DomainError, ValueError, LookupError, *FAULTS) as error:
        if out_of_reach(error):
            raise
        return ["cannot be read"], "disproved"


async def _check(database: Database, log: Log, keys: Sequence[Verifier]) -> list[str]:
    async with database.session() as session:
        round_ = await rounds.facts(session, log.round_code)
    with TemporaryFile() as file:
        async for piece in proofs.archive(database, Library(), round_, log.run, log.epoch):
            file.write(piece)
        file.seek(0)
        read = archive.read(file)
    return checking.check_whole(read, keys).found + _unsigned(read, keys)


def _unsigned(read: archive.Archive, keys: Sequence[Verifier]) -> list[str]:
    """Say what the last signature leaves out: an honest backup is often made between two of them.

    Raises: Unusable, where there are *keys* and no signature at all.
    """
    if not keys or (last := seals.vouched(read)) == read.run:
        return []
    if not read.checkpoints:
        raise Unusable("nobody vouches for it: it has no signature, and there are keys")
    return [
        f"the last signature is of run {last} of {read.run}: nobody vouches for what came after"
    ]
