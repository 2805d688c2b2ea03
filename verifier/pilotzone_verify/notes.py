"""Signed notes and checkpoints in the formats of C2SP, with Ed25519.

A note is text, an empty line, and signature lines. A key's name says who signs; its number (the
first four bytes of a hash) tells keys of one name apart. What a note's text means is the reader's
affair; `Checkpoint` is the one that says how long a log is and what its root is.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
COSIGNATURE = b"\x04"
OWNERS = {ED25519: "a log", COSIGNATURE: "a witness"}
MAX_NOTE = 1_000_000
MAX_SIGNATURES = 100
_KEY_LENGTH = 32
_NUMBER_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that checks notes: `name+number+base64` as text."""

    name: str
    number: bytes
    key: Ed25519PublicKey
    kind: bytes = ED25519

    @property
    def short(self) -> str:
        """Say whose key it is, and which of that name."""
        return f"{self.name}+{self.number.hex()}"

    def __str__(self) -> str:
        public = self.kind + self.key.public_bytes_raw()
        return f"{self.short}+{base64.b64encode(public).decode()}"


Trusted: TypeAlias = Sequence[Verifier] | None
"""Whose signatures count. None: no signature is asked for, so that a file is only known to hang
together; an empty sequence trusts nobody."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key that signs notes: `PRIVATE+KEY+name+number+base64` as text."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        public = self.key.public_key()
        return Verifier(self.name, _number(self.name, ED25519, public.public_bytes_raw()), public)

    def text(self) -> str:
        """Write the key down; who reads it can sign."""
        secret = base64.b64encode(ED25519 + self.key.private_bytes_raw()).decode()
        return f"PRIVATE+KEY+{self.name}+{self.verifier.number.hex()}+{secret}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A line below a note: whose it is, and the bytes behind the key's number."""

    name: str
    number: bytes
    data: bytes

    def __str__(self) -> str:
        return f"\u2014 {self.name} {base64.b64encode(self.number + self.data).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """What is signed, with the line end that closes it, and by whom it is."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long the log *origin* is, and its root; *extensions* are further lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode())
        return "".join(f"{line}\n" for line in (*lines, *self.extensions))


def _number(name: str, kind: bytes, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + kind + public).digest()[:_NUMBER_LENGTH]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(each.isspace() or not each.isprintable() for each in name):
        raise ValueError("a key's name is text without spaces or +")


def generate(name: str) -> Signer:
    """Make a new key. Raises: ValueError, for a name that cannot stand in a note."""
    _check_name(name)
    return Signer(name, Ed25519PrivateKey.generate())


def read_signer(text: str) -> Signer:
    """Read a private key. Raises: ValueError."""
    begin, _, rest = text.strip().partition("PRIVATE+KEY+")
    name, number, secret = _parts(rest)
    if begin or secret[:1] != ED25519 or len(secret) != 1 + _KEY_LENGTH:
        raise ValueError("no private key of a signed note")
    signer = Signer(name, Ed25519PrivateKey.from_private_bytes(secret[1:]))
    if signer.verifier.number != number:
        raise ValueError("the key's number is not that of the key")
    return signer


def read_verifier(text: str) -> Verifier:
    """Read a public key, a log's or a witness's. Raises: ValueError."""
    name, number, public = _parts(text.strip())
    kind, key = public[:1], public[1:]
    if kind not in {ED25519, COSIGNATURE} or len(key) != _KEY_LENGTH:
        raise ValueError("no public key of a signed note")
    if _number(name, kind, key) != number:
        raise ValueError("the key's number is not that of the key")
    return Verifier(name, number, Ed25519PublicKey.from_public_bytes(key), kind)


def read_verifiers(text: str, kind: bytes) -> list[Verifier]:
    """Read public keys, one a line; lines that begin with # are remarks.

    Raises: ValueError, also for a key that is not of *kind*.
    """
    lines = [line for line in text.splitlines() if line.strip() and line[0] != "#"]
    found = [read_verifier(line) for line in lines]
    for each in found:
        if each.kind != kind:
            raise ValueError(f"{each.short} is a key of {OWNERS[each.kind]}, not of {OWNERS[kind]}")
    return found


def _parts(text: str) -> tuple[str, bytes, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3:  # noqa: PLR2004 -- name, number, key
        raise ValueError("a key is written name+number+base64")
    name, number, key = parts
    _check_name(name)
    try:
        return name, bytes.fromhex(number), base64.b64decode(key, validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("a key is written name+number+base64") from None


def sign(text: str, signers: Iterable[Signer]) -> Note:
    """Sign *text*, which ends with a line end, by each of *signers*."""
    if not text.endswith("\n"):
        raise ValueError("a note's text ends with a line end")
    return Note(
        text,
        tuple(
            Signature(each.name, each.verifier.number, each.key.sign(text.encode()))
            for each in signers
        ),
    )


def read_note(text: str) -> Note:
    """Take a note apart; no signature is checked. Raises: ValueError."""
    if len(text) > MAX_NOTE:
        raise ValueError("the note is too long")
    if any(each < " " and each != "\n" for each in text):
        raise ValueError("the note has a control character")
    said, parted, below = text.rpartition("\n\n")
    if not parted or not below.endswith("\n"):
        raise ValueError("no signed note: an empty line parts text and signatures")
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ValueError("the note has too many signatures")
    return Note(f"{said}\n", tuple(map(_signature, lines)))


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014":  # noqa: PLR2004 -- dash, name, base64
        raise ValueError("no signature line")
    _check_name(parts[1])
    try:
        data = base64.b64decode(parts[2], validate=True)
    except binascii.Error:
        raise ValueError("no signature line") from None
    if len(data) <= _NUMBER_LENGTH:
        raise ValueError("no signature line")
    return Signature(parts[1], data[:_NUMBER_LENGTH], data[_NUMBER_LENGTH:])


def verified(note: Note, verifiers: Sequence[Verifier]) -> list[Verifier]:
    """Return which of *verifiers* signed the note; unknown signatures are passed over.

    A signature by the name and number of a known key that does not hold spoils the note. Raises:
    ValueError, for such a signature, or where none of *verifiers* signed.
    """
    found = [each for each, _ in _signed(note, verifiers)]
    if not found:
        raise ValueError("the note is signed by none of the known keys")
    return found


def witnessed(note: Note, witnesses: Sequence[Verifier]) -> list[tuple[Verifier, int]]:
    """Return which of *witnesses* signed the note, and when, in seconds since 1970.

    Raises: ValueError, for a signature of one of them that does not hold.
    """
    return [
        (each, int.from_bytes(signature.data[:8], "big"))
        for each, signature in _signed(note, witnesses)
        if each.kind == COSIGNATURE
    ]


def _signed(note: Note, verifiers: Sequence[Verifier]) -> list[tuple[Verifier, Signature]]:
    found = []
    for signature in note.signatures:
        for each in verifiers:
            if (each.name, each.number) == (signature.name, signature.number):
                _check(note, signature, each)
                found.append((each, signature))
    return found


def _check(note: Note, signature: Signature, verifier: Verifier) -> None:
    said, data = note.text.encode(), signature.data
    if verifier.kind == COSIGNATURE:
        moment, data = int.from_bytes(data[:8], "big"), data[8:]
        said = f"cosignature/v1\ntime {moment}\n".encode() + said
    try:
        verifier.key.verify(data, said)
    except InvalidSignature:
        raise ValueError(f"the signature of {verifier.name} does not hold") from None


def read_checkpoint(text: str) -> Checkpoint:
    """Read a note's text as a checkpoint. Raises: ValueError."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):  # noqa: PLR2004
        raise ValueError("a checkpoint has at least three lines, none of them empty")
    origin, size, root, *extensions = lines[:-1]
    if not size.isascii() or not size.isdigit() or str(int(size[:20])) != size:
        raise ValueError("the size of a checkpoint is a whole number")
    try:
        digest = base64.b64decode(root, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != 32 or base64.b64encode(digest).decode() != root:  # noqa: PLR2004
        raise ValueError("the root of a checkpoint is 32 bytes in base64")
    return Checkpoint(origin, int(size), digest, tuple(extensions))
