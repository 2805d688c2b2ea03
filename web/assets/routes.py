"""The board's own files, at addresses that change with them."""

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from api.http.access import public
from shared.core.errors import NotFound
from web.assets import CONTENTS, DIGESTS, TYPES
from web.routing import pages

FOREVER = "public, max-age=31536000, immutable"

router = pages()


@router.get("/board/assets/{digest}/{name}")
@public()
async def asset(digest: Annotated[str, Path()], name: Annotated[str, Path()]) -> Response:
    """Return a file; of an older digest, what there is by now."""
    if name not in CONTENTS:
        raise NotFound("nothing is at this path")
    kept = FOREVER if digest == DIGESTS[name] else "no-store"  # else it would be kept as another
    return Response(CONTENTS[name], media_type=TYPES[name], headers={"Cache-Control": kept})
