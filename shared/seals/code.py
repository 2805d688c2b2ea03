"""Which scoring code computes: its digest, as entries of runs have it."""

from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

PACKAGE = "shared.scoring"


@cache
def scoring_digest() -> str:
    """Return the SHA-256 over names and contents of the modules of `shared.scoring`."""
    whole = sha256()
    for name, module in sorted(_modules("", resources.files(PACKAGE))):
        whole.update(f"{name}\n{sha256(module.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _modules(within: str, folder: Traversable) -> list[tuple[str, Traversable]]:
    found = []
    for each in folder.iterdir():
        name = f"{within}{each.name}"
        if each.is_dir():
            found += _modules(f"{name}/", each)
        elif name.endswith(".py"):
            found.append((name, each))
    return found
