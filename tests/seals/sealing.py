"""Sealing a round in a test: one sweep of a sealer with a key of its own."""

from datetime import timedelta

from pilotzone_verify import archive, notes, recomputing
from shared.database import Database
from shared.frameworks.service import Library
from shared.rounds import store as rounds
from shared.seals import proofs
from worker.sealing import Sealer

SIGNER = notes.generate("example.org/pilotzone")
KEYS = [SIGNER.verifier]


def sealer(database: Database) -> Sealer:
    """Return a sealer that signs whatever it seals."""
    return Sealer(database, SIGNER.name, [SIGNER], timedelta(0), timedelta(seconds=1), Library())


async def sealed(database: Database) -> None:
    """Seal all there is."""
    worker = sealer(database)
    while await worker.sweep():
        pass


async def archived(database: Database, code: str, run: int) -> list[bytes]:
    """Return the lines of the round's archive up to *run*."""
    async with database.session() as session:
        round_ = await rounds.facts(session, code)
    pieces = [piece async for piece in proofs.archive(database, Library(), round_, run)]
    return b"".join(pieces).splitlines(keepends=True)


def checked(lines: list[bytes], *kept: notes.Checkpoint) -> list[str]:
    """Say what the verifier finds in an archive. Raises: Disproved, Unusable."""
    read = archive.read(lines)
    return archive.check_seals(read, KEYS, kept) + recomputing.check_scores(read)
