"""The key with which `up` signs, unless another is set."""

import os
from pathlib import Path

KEY_FILE = "signing.key"


def own_key(data_dir: Path, name: str) -> Path:
    """Return the file of the key in *data_dir*, which is made if it is not there."""
    file = data_dir / KEY_FILE
    if not file.exists():
        from pilotzone_verify import notes  # noqa: PLC0415 -- slow, and needed once

        unfinished = file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
        ) as new:
            new.write(f"{notes.generate(name).text()}\n")
        unfinished.replace(file)
    return file
