"""Keys: made, listed, rotated and revoked by an administrator whose own key has no limits."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.access import Acting, Caller, admits
from api.http.context import Tx
from api.http.headers import sends
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import GREATEST_ID
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.http.schemas import Line
from api.keys.schemas import KeyIn, KeyMade, KeyOut, KeyPage, RotationIn
from shared.access import list_store as listed
from shared.access import service as keys
from shared.access.list_store import Wanted
from shared.access.service import Made
from shared.core.errors import Forbidden, Invalid, KeyEnded, LastAdminKey, NameTaken, NotFound
from shared.core.principal import Role
from shared.database import Session


async def unlimited(caller: Caller) -> None:
    """Refuse a key that could make others which reach further than itself. Raises: Forbidden."""
    if caller.limited:
        raise Forbidden("keys are for an administrator's key without limits")


router = APIRouter(
    prefix="/v1/keys",
    tags=["keys"],
    route_class=GuardedRoute,
    dependencies=[Depends(unlimited)],
)

KeyId = Annotated[int, Path(ge=1, le=GREATEST_ID, description="The key's id.", examples=[6])]
ONCE: dict[int | str, Any] = {"201": sends("Cache-Control")}


@router.get("", responses=problems())
@admits(Role.ADMIN)
async def list_made(
    tx: Tx,
    request: Request,
    response: Response,
    role: Annotated[Role | None, Query(description="Of this role alone.")] = None,
    reporter: Annotated[
        Line | None, Query(description="Of the reporter of this name alone.")
    ] = None,
    active: Annotated[
        bool | None, Query(description="Those that open something, or those that do not.")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> KeyPage:
    """List keys, also those that have ended, in the order in which they were made."""
    key = decode(request, cursor, int)
    wanted = Wanted(role, reporter, active)
    found = await listed.page(tx, wanted, int(key[0]) if key else 0, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each.number,))
    return KeyPage(items=[KeyOut.of(each) for each in page.items], next=page.next)


@router.post("", status_code=201, responses=problems(NameTaken, Invalid) | ONCE)
@admits(Role.ADMIN)
async def create(body: KeyIn, acting: Acting, tx: Tx, response: Response) -> KeyMade:
    """Make a key and show it, once: only its hash is stored. Its limits name what is registered."""
    made = await keys.issue(tx, acting, body.name.strip(), body.role, body.to_domain())
    return await _shown_once(tx, made, response)


@router.post("/{key}/rotation", status_code=201, responses=problems(NotFound, KeyEnded) | ONCE)
@admits(Role.ADMIN)
async def rotate(
    key: KeyId, acting: Acting, tx: Tx, response: Response, body: RotationIn | None = None
) -> KeyMade:
    """Make a key that follows another, which goes on opening for a while, and show it, once."""
    said = body or RotationIn()
    overlap = timedelta(seconds=said.overlap_seconds)
    made = await keys.rotate(tx, acting, key, overlap, said.expires_at, said.signing_key)
    return await _shown_once(tx, made, response)


@router.delete("/{key}", status_code=204, responses=problems(NotFound, LastAdminKey))
@admits(Role.ADMIN)
async def revoke(key: KeyId, acting: Acting, tx: Tx) -> None:
    """Revoke a key; every gateway refuses it from then on. One that has ended stays so."""
    await keys.revoke_but_the_last(tx, acting, key)


async def _shown_once(tx: Session, made: Made, response: Response) -> KeyMade:
    response.headers["Cache-Control"] = "no-store"
    return KeyMade.made(await listed.get(tx, made.number), made.key)
