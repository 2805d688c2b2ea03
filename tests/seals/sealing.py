"""Sealing a round in a test: one sweep of a sealer with a key of its own."""

from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from time import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pilotzone_verify import archive, notes, recomputing, seals
from shared.database import Database
from shared.frameworks.service import Library
from shared.rounds import store as rounds
from shared.seals import proofs
from worker.sealing import Sealer


def witness_key(name: str, public: bytes) -> str:
    """Write the public key of a witness down, as C2SP says."""
    kind = b"\x04"
    number = sha256(f"{name}\n".encode() + kind + public).digest()[:4]
    return f"{name}+{number.hex()}+{b64encode(kind + public).decode()}"


SIGNER = notes.generate("example.org/pilotzone")
KEYS = [SIGNER.verifier]


WITNESS = Ed25519PrivateKey.generate()
WITNESSED_BY = notes.read_verifier(
    witness_key("witness.example", WITNESS.public_key().public_bytes_raw())
)


def cosigned(note: str, seconds: int = 0) -> str:
    """Return the line of a witness that sees *note* now, or so many *seconds* later."""
    moment = int(time()) + seconds
    said = note.partition("\n\n")[0]
    signed = WITNESS.sign(f"cosignature/v1\ntime {moment}\n{said}\n".encode())
    stamped = moment.to_bytes(8, "big") + signed
    return str(notes.Signature(WITNESSED_BY.name, WITNESSED_BY.number, stamped))


def sealer(database: Database, *, signs: bool = True) -> Sealer:
    """Return a sealer that signs whatever it seals, or nothing."""
    signers = [SIGNER] if signs else []
    return Sealer(
        database, SIGNER.name, signers, timedelta(microseconds=1), timedelta(seconds=1), Library()
    )


async def sealed(database: Database, *, signs: bool = True) -> None:
    """Seal all there is, and sign it."""
    worker = sealer(database, signs=signs)
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
    return seals.check_seals(read, KEYS, kept) + recomputing.check_scores(read)
