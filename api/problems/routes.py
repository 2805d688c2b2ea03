"""The pages that the types of problems lead to."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.answers.languages import of_type
from api.http.access import public
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.problems.schemas import ProblemTypeOut
from shared.core.errors import NotFound

router = APIRouter(prefix="/problems", tags=["problems"], route_class=GuardedRoute)

Slug = Annotated[
    str,
    Path(
        pattern=r"^[a-z][a-z-]{0,63}$",
        description="The last part of a problem's `type`.",
        examples=["round-not-open"],
    ),
]


@router.get("/{slug}", responses=problems(NotFound))
@public()
async def read(slug: Slug) -> ProblemTypeOut:
    """Return what a problem of this type means, in Chinese and English."""
    found = of_type(slug)
    if found is None:
        raise NotFound("no problem has this type")
    return ProblemTypeOut.model_validate(found | {"type": f"/problems/{slug}"})
