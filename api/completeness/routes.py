"""Completeness: of whom a round has values, and who lacks."""

from fastapi import APIRouter, Request, Response

from api.completeness.schemas import CompletenessOut, CompletenessPage
from api.http.access import Caller, admits
from api.http.context import Held, Round, Tx, framework_of
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import OfMeasure
from api.http.problems import problems
from api.http.route import GuardedRoute
from shared.completeness import store as completeness
from shared.completeness.service import scope
from shared.completeness.store import EVERYBODY, Line
from shared.core.errors import NotFound
from shared.core.principal import Principal, Role
from shared.rounds.store import RoundFacts
from shared.visibility import shown_name, whose_receipts

router = APIRouter(prefix="/v1/rounds/{round}", tags=["completeness"], route_class=GuardedRoute)


@router.get("/completeness", responses=problems(NotFound))
@admits(Role.ADMIN, Role.AUDITOR, Role.SOURCE, Role.PORTAL)
async def list_counted(
    round: Round,
    who: Caller,
    held: Held,
    tx: Tx,
    request: Request,
    response: Response,
    measure: OfMeasure = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> CompletenessPage:
    """List per measure and reporter of whom a value counts, since when, and who lacks.

    Measures come in the framework's order: first everybody together, then each reporter, as
    far as the key reaches; experts by themselves for administrators and auditors alone. What
    no run has taken in yet is counted, too. It is counted when it is asked, which takes long for a
    round of very many applicants: ask for one `measure` at a time there.
    """
    framework = await framework_of(held, round)
    key = decode(request, cursor, int, int)
    after = None if key is None else (int(key[0]), int(key[1]))
    found = await completeness.page(tx, round, scope(framework, who, measure), after, limit + 1)
    page = cut(request, response, found, limit, lambda each: each.key)
    mine = whose_receipts(who)
    slices = await completeness.last_slices(
        tx,
        round.id,
        [(each.measure, each.reporter) for each in page.items if mine in {None, each.reporter}],
    )
    return CompletenessPage(
        items=[
            CompletenessOut.of(
                each, _name(round, who, each), slices.get((each.measure, each.reporter))
            )
            for each in page.items
        ],
        next=page.next,
    )


def _name(round_: RoundFacts, who: Principal, line: Line) -> str | None:
    if line.reporter == EVERYBODY or line.kind is None:
        return None
    return shown_name(round_, who, line.reporter, line.reporter_name, line.kind)
