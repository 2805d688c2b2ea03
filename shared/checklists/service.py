"""The checklist of one applicant, as far as a reader may see it."""

from functools import partial

from shared.checklists import store
from shared.checklists.checklist import Checklist, checklist
from shared.core.errors import NotFound
from shared.core.principal import Principal
from shared.database import Database
from shared.explanations.service import aside
from shared.rounds import entry_store as entries
from shared.rounds import store as rounds
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.visibility import require_score, sees_combined_marks


async def read(
    database: Database, framework: Framework, round_: RoundFacts, reader: Principal, applicant: str
) -> Checklist:
    """Return the checklist of *applicant*, who takes part in the round, or once did.

    It rests on nothing but what is said of the applicant itself. In an open round what a panel's
    marks come to is for administrators and auditors; others see whether there are enough.

    It is made where explanations are, one at a time, with no connection held meanwhile. Raises:
    NotFound, MarksOutstanding.
    """
    async with database.snapshot() as session:
        if not await entries.exists(session, round_.id, applicant):
            raise NotFound(f"{applicant} does not take part in round {round_.code}")
        await require_score(session, framework, round_, reader, applicant)
        state = await rounds.state(session, round_.id)
        rows = await store.stands(session, round_.id, round_.reference_date, applicant)
        held = await store.held(session, round_.id, applicant)
    whole = await aside(partial(checklist, framework, rows, held))
    if sees_combined_marks(reader, state):
        return whole
    items = [each.without_marks() if each.measure.panel else each for each in whole.items]
    return Checklist(items, whole.lost, whole.blocked_by)
