"""`pilotzone-verify FILE`: proves what a file says, or says what is wrong with it.

Exit status 0 proven, 1 disproved, 2 nothing that can be checked.
"""

import argparse
import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pilotzone_verify import archive, checking, notes, proofs, reading
from pilotzone_verify.notes import Checkpoint, Trusted, Verifier
from pilotzone_verify.outcome import Disproved, Unusable
from pilotzone_verify.proofs import Sealed

LONGEST_LINE = 64_000_000
GZIP = b"\x1f\x8b"
RESULTS = ("proven", "disproved", "unusable")
UNSIGNED = (
    "no key was named by --key: signatures were not checked, and whoever made this file may have"
    " made all that it says"
)


def main(arguments: list[str] | None = None) -> int:
    """Check what the command line names, print what was found, and return the exit status."""
    options = _options(arguments)
    try:
        found, status = _check(options), 0
    except Disproved as error:
        found, status = [str(error)], 1
    except (Unusable, OSError, EOFError, UnicodeError, zlib.error) as error:
        found, status = [str(error)], 2
    if not options.key:
        found.insert(0, UNSIGNED)
    if options.json:
        said = {
            "file": str(options.file),
            "result": RESULTS[status],
            "signatures_checked": bool(options.key),
            "findings": found,
        }
        print(json.dumps(said, ensure_ascii=False))  # noqa: T201
    else:
        print("\n".join([*found, f"{RESULTS[status]}: {options.file}"]))  # noqa: T201
    return status


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("pilotzone-verify", description=__doc__)
    parser.add_argument(
        "file", type=Path, help="a proof, an archive, a consistency proof, a receipt, a checkpoint"
    )
    several: dict[str, Any] = {"type": Path, "action": "append", "default": [], "metavar": "FILE"}
    parser.add_argument(
        "--key", help="public keys that you trust, one a line; without, nobody's are", **several
    )
    parser.add_argument("--checkpoint", help="a checkpoint that you kept", **several)
    parser.add_argument(
        "--witness", help="public keys of who must have seen a checkpoint", **several
    )
    parser.add_argument("--receipt", help="a receipt to look up in the archive", **several)
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    return parser.parse_args(arguments)


def _check(options: argparse.Namespace) -> list[str]:
    keys = [each for path in options.key for each in _keys(path, notes.ED25519)] or None
    if options.key and keys is None:
        raise Unusable("there is no key in what --key names")
    witnesses = [each for path in options.witness for each in _keys(path, notes.COSIGNATURE)]
    kept = [proofs.sealed(_text(each), keys) for each in options.checkpoint]
    checkpoints = [each.checkpoint for each in kept]
    if f'"{archive.FORMAT}"'.encode() in next(_lines(options.file), b""):
        receipts = [proofs.receipt(_document(each), keys) for each in options.receipt]
        read = archive.read(_lines(options.file))
        found = checking.check_archive(read, keys, checkpoints, receipts)
        texts = [*read.checkpoints, *(each.text for each in kept)]
        return found + proofs.check_witnesses(texts, witnesses)
    if options.receipt:
        raise Unusable("a receipt is looked up in an archive")
    file = _read(_text(options.file))
    found = _check_file(file, keys, checkpoints)
    tied = _tied(file, kept)
    found += [
        f"the kept checkpoint of size {each.checkpoint.size} was not compared: nothing in this file"
        " ties it to what is proven; a consistency proof or an archive does"
        for each in kept
        if each.text not in tied
    ]
    return found + proofs.check_witnesses(tied, witnesses)


def _read(text: str) -> dict[str, Any]:
    """Read a file that is JSON, or a checkpoint by itself."""
    if text.lstrip()[:1] == "{":
        return reading.document(text)
    return {"format": "checkpoint", "checkpoint": text}


def _check_file(file: dict[str, Any], keys: Trusted, kept: Sequence[Checkpoint]) -> list[str]:
    match file.get("format"):
        case "pilotzone-proof/1":
            return proofs.check_place(file, keys, kept)
        case "pilotzone-consistency/1":
            return proofs.check_growth(file, kept)
        case "pilotzone-receipt/1":
            held = proofs.receipt(file, keys)
            return [f"submission {held.submission}: {held.accepted}, sealed by {held.sealed_by}"]
        case "checkpoint":
            return proofs.check_checkpoint(reading.text(file, "checkpoint"), keys, kept)
        case _:
            raise Unusable("no file of a format that this program knows")


def _tied(file: dict[str, Any], kept: Sequence[Sealed]) -> list[str]:
    """Return the checkpoints with which *file*, whose check held, was compared; its own is one.

    A proof is of one size: it says nothing of what a log was before, or became since.
    """
    match file["format"]:
        case "pilotzone-proof/1" | "checkpoint":
            own = reading.text(file, "checkpoint")
            size = proofs.sealed(own, None).checkpoint.size
            return [own, *(each.text for each in kept if each.checkpoint.size == size)]
        case "pilotzone-consistency/1":
            return [each.text for each in kept]
        case _:
            return []


def _keys(path: Path, kind: bytes) -> list[Verifier]:
    try:
        return notes.read_verifiers(_text(path), kind)
    except ValueError as error:
        raise Unusable(f"{path}: {error}") from None


def _text(path: Path) -> str:
    return b"".join(_bounded(path)).decode()


def _document(path: Path) -> dict[str, Any]:
    return reading.document(_text(path))


def _bounded(path: Path) -> Iterator[bytes]:
    left = LONGEST_LINE
    for line in _lines(path):
        left -= len(line)
        if left < 0:
            raise Unusable(f"{path} is too large")
        yield line


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as raw:
        packed = raw.peek(2)[:2] == GZIP
        with gzip.open(raw) if packed else raw as file:
            while line := file.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    raise Unusable(f"{path} has a line that is too long")
                yield line


if __name__ == "__main__":
    sys.exit(main())
