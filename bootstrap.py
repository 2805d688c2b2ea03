"""Keeps .venv in step with the lock files: `python3 bootstrap.py`, or `make setup`.

Standard library only, in words that an old Python still reads, to be told that it is too old.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "pilotzone.stamp"
LOCK = "requirements-dev.txt"
NO_RIGHT = "error: {} is not yours to write to: run make as its owner, or in a clone of your own"


def main() -> None:
    """Build or mend .venv unless it is as it should be; two at once take turns."""
    if sys.version_info < (3, 11):  # noqa: UP036 — whoever runs this chose no Python yet
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"error: Python 3.11 or newer is needed, not {found}: make PYTHON=python3.13")
    if is_current():
        return
    with Path(__file__).open() as this:
        fcntl.flock(this, fcntl.LOCK_EX)
        if not is_current():
            install()


def is_current() -> bool:
    """Whether .venv was completed for this place and these contents."""
    return stamp() == f"{place()}\n{contents()}\n"


def stamp() -> str:
    """Return what .venv was last completed for, nothing if it never was."""
    return STAMP.read_text(encoding="utf-8") if STAMP.exists() else ""


def place() -> str:
    """Name what an environment cannot be moved between: directories and interpreters."""
    return f"{ROOT} {' '.join(sys.version.split())}"


def contents() -> str:
    """Return the digest of all that says what belongs into .venv."""
    digest = hashlib.sha256()
    for name in (LOCK, "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install() -> None:
    """Install what is locked; unless .venv was completed in this place, from nothing."""
    os.umask(0o022)  # PostgreSQL, run as nobody, must be able to read its programs
    folder = VENV if VENV.exists() else ROOT
    if not os.access(str(folder), os.W_OK):  # before the stamp goes, which may be somebody else's
        sys.exit(NO_RIGHT.format(folder))
    completed = stamp().startswith(place()) and (VENV / "bin" / "python").exists()
    if STAMP.exists():
        STAMP.unlink()  # until the last line: whoever comes after a kill starts afresh
    sys.stderr.write("setting up .venv, which takes a minute or two\n")
    try:
        if not completed:
            venv.EnvBuilder(clear=True, symlinks=True, with_pip=True).create(VENV)
        pip("install", "--require-hashes", "--requirement", LOCK)
        pip("install", "--no-deps", "--no-build-isolation", "--editable", ".")
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {' '.join(map(str, error.cmd))} failed: mend that and run make again")
    unfinished = STAMP.with_suffix(".new")
    unfinished.write_text(f"{place()}\n{contents()}\n", encoding="utf-8")
    unfinished.replace(STAMP)


def pip(*arguments: str) -> None:
    """Run pip in .venv."""
    python = str(VENV / "bin" / "python")
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 — our own words


if __name__ == "__main__":
    try:
        main()
    except PermissionError as error:
        sys.exit(NO_RIGHT.format(error.filename))
    except KeyboardInterrupt:
        sys.exit("interrupted: the next run of make begins anew")
