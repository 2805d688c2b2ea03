"""Raises the version: `python3 version.py 0.2.0`, or `make version TO=0.2.0`.

pyproject.toml gets the number, and what CHANGELOG.md lists as unreleased becomes that version's, of
today. Asked again, it does only what is not done yet. Standard library only.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PROJECT = ROOT / "pyproject.toml"
CHANGELOG = ROOT / "CHANGELOG.md"

NUMBER = r"(?:0|[1-9][0-9]*)"
VERSION = re.compile(rf"{NUMBER}\.{NUMBER}\.{NUMBER}")
FIELD = re.compile(rf'^version = "({VERSION.pattern})"$', re.MULTILINE)
UNRELEASED = re.compile(r"^## \[Unreleased\]\n(.*?)(?=^## \[|\Z)", re.MULTILINE | re.DOTALL)


def main(arguments: list[str]) -> None:
    """Raise the version to the one that is named; both files are judged before one is written."""
    if len(arguments) != 1 or VERSION.fullmatch(arguments[0]) is None:
        sys.exit("error: say the new version, three numbers: make version TO=0.2.0")
    (to,) = arguments
    today = datetime.now(UTC).date().isoformat()
    old = {path: path.read_text(encoding="utf-8") for path in (CHANGELOG, PROJECT)}
    new = {CHANGELOG: released(old[CHANGELOG], to, today), PROJECT: raised(old[PROJECT], to)}
    for path, text in new.items():
        if text != old[path]:
            write(path, text)
    done = "is already" if new == old else "is now"
    print(f"the version {done} {to}")  # noqa: T201


def raised(project: str, to: str) -> str:
    """Return pyproject.toml with version *to*. Exits where that would not be a rise."""
    found = FIELD.findall(project)
    if len(found) != 1:
        sys.exit('error: pyproject.toml has no line like: version = "0.1.0"')
    if numbers(to) < numbers(found[0]):
        sys.exit(f"error: the version is {found[0]} already, and {to} is below that")
    return FIELD.sub(f'version = "{to}"', project)


def released(changelog: str, to: str, today: str) -> str:
    """Return the changelog with a section for *to*. Exits where it would have nothing in it."""
    if re.search(rf"^## \[{re.escape(to)}\]", changelog, re.MULTILINE):
        return changelog
    found = UNRELEASED.search(changelog)
    if found is None or not found[1].strip():
        sys.exit("error: CHANGELOG.md lists nothing as unreleased: say first what has changed")
    heading = f"## [Unreleased]\n\n## [{to}] - {today}\n"
    return changelog[: found.start()] + heading + changelog[found.start(1) :]


def numbers(version: str) -> list[int]:
    """Return what a version is compared by."""
    return [int(each) for each in version.split(".")]


def write(path: Path, text: str) -> None:
    """Put *text* into the place of a file, whole or not at all."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


if __name__ == "__main__":
    main(sys.argv[1:])
