"""`pilotzone-verify FILE`: proves what a file says, or says what is wrong with it.

Exit status 0 proven, 1 disproved, 2 where something could not be checked.
"""

import argparse
import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pilotzone_verify import archive, checking, notes, proofs, reading
from pilotzone_verify.checking import Checked
from pilotzone_verify.notes import Verifier
from pilotzone_verify.outcome import Disproved, Unusable

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
    checked = Checked([])
    try:
        checked = _check(options)
        found = checked.found + checked.left + checked.wrong
        status = 1 if checked.wrong else 2 if checked.left else 0
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
            "continues": _continues(checked),
            "findings": found,
        }
        print(json.dumps(said, ensure_ascii=False))  # noqa: T201
    else:
        print("\n".join([*found, f"{RESULTS[status]}: {options.file}"]))  # noqa: T201
    return status


def _continues(checked: Checked) -> dict[str, Any] | None:
    """Return from which checkpoint the log goes on, as its first entry says it."""
    before = checked.begun.continues if checked.begun else None
    if before is None:
        return None
    return {"origin": before.origin, "size": before.size, "root": before.root.hex()}


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


def _check(options: argparse.Namespace) -> Checked:
    keys = [each for path in options.key for each in _keys(path, notes.ED25519)] or None
    if options.key and keys is None:
        raise Unusable("there is no key in what --key names")
    witnesses = [each for path in options.witness for each in _keys(path, notes.COSIGNATURE)]
    kept = [proofs.sealed(_text(each), keys) for each in options.checkpoint]
    if f'"{archive.FORMAT}"'.encode() in next(_lines(options.file), b""):
        receipts = [proofs.receipt(_document(each), keys) for each in options.receipt]
        read = archive.read(_lines(options.file))
        checked = checking.check_archive(read, keys, kept, receipts)
    elif options.receipt:
        raise Unusable("a receipt is looked up in an archive")
    else:
        checked = checking.check_file(_read(_text(options.file)), keys, kept)
    seen = proofs.check_witnesses(checked.tied, witnesses)
    return replace(checked, found=checked.found + seen)


def _read(text: str) -> dict[str, Any]:
    """Read a file that is JSON, or a checkpoint by itself."""
    if text.lstrip()[:1] == "{":
        return reading.document(text)
    return {"format": "checkpoint", "checkpoint": text}


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
