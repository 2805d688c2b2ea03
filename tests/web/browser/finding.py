"""Which browser tests drive: one that is named, one that is installed, or the one we fetched."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
CACHE = ROOT / ".cache" / "browser"
VARIABLE = "PILOTZONE_BROWSER"


QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What keeps Chromium from looking for a network, and lets root run it."""


@dataclass(frozen=True)
class Pin:
    """The one package that is fetched; *integrity* is its digest as npm writes it."""

    package: str
    version: str
    integrity: str


PIN = Pin(**json.loads(Path(__file__).with_name("pinned.json").read_text("utf-8")))


def fetched(cache: Path = CACHE, pin: Pin = PIN) -> Path:
    """Return where the fetched browser is started, be it there or not."""
    return cache / pin.version / "chromium"


def found() -> Path | None:
    """Return the program of the browser to drive, None where there is none.

    One that is named must be there: whoever names it does not want another.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    installed = shutil.which("chromium")
    if installed:
        return Path(installed)
    return fetched() if fetched().exists() else None
