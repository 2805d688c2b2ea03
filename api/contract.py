"""`python -m api.contract`: the contract as published under openapi/, on standard output."""

import json
import sys
from typing import Any

from api.app import create_app
from shared.database import Database
from shared.settings import Settings


def document() -> dict[str, Any]:
    """Return the contract. Neither the environment nor a database has a say in it."""
    return create_app(Database(""), Settings.model_construct()).openapi()


def text() -> str:
    """Return the contract as JSON that reads well in a diff: indented, in the code's order."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(text().encode())
