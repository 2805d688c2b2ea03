"""The board's style, script and icon: sent once, and kept by browsers until they change."""

from hashlib import blake2b
from importlib.resources import files

TYPES = {
    "board.css": "text/css",
    "score.css": "text/css",
    "work.css": "text/css",
    "figures.css": "text/css",
    "wall.css": "text/css",
    "board.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
CONTENTS = {name: files(__package__).joinpath(name).read_bytes() for name in TYPES}
DIGESTS = {name: blake2b(each, digest_size=6).hexdigest() for name, each in CONTENTS.items()}


def address(name: str) -> str:
    """Return where the asset *name* is, as it now is."""
    return f"/board/assets/{DIGESTS[name]}/{name}"
