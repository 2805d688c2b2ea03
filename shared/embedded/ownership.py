"""Whose a thing in a data directory is: always the directory's owner's, also where root made it."""

import os
from pathlib import Path


def open_in(path: Path, flags: int, mode: int = 0o600) -> int:
    """Open the file at *path*, made with *mode* if need be, and see to it that it is the owner's.

    Root follows no link: the owner could lead it to a file that is another's.
    """
    if os.geteuid() != 0:
        return os.open(path, flags | os.O_CREAT, mode)
    file = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, mode)
    if os.fstat(file).st_nlink == 1:
        owner = path.parent.stat()
        os.fchown(file, owner.st_uid, owner.st_gid)
    return file


def make_in(path: Path) -> None:
    """Make the directory at *path*, which is then the owner's. Raises: FileExistsError."""
    path.mkdir()
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
