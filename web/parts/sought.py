"""What a page's search field is sent with: nothing is no search."""

from typing import Annotated

from pydantic import BeforeValidator

from api.http.paths import Named


def _unless_blank(said: object) -> object:
    return None if isinstance(said, str) and not said.strip() else said


SoughtFor = Annotated[Named, BeforeValidator(_unless_blank)]
"""As the interface has it, but that a browser sends a field that was left empty, too."""
