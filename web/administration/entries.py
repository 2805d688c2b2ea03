"""Who takes part in a round, and who could."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.applicants import store as applicants
from shared.applicants.store import Sought, StoredApplicant
from shared.core.principal import Principal
from shared.database import Database
from shared.rounds import entry_store as entries
from shared.rounds.entry_store import Entry
from shared.rounds.store import RoundFacts

ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Entered:
    """A page of the entries, of all or of who is found; *others* are found and not entered."""

    shown: Sequence[Entry]
    others: Sequence[StoredApplicant]
    names: Mapping[str, StoredApplicant]
    next: str | None


async def read(
    database: Database, round_: RoundFacts, who: Principal, q: str | None, after: str | None
) -> Entered:
    """Return a hundred entries from behind *after* on, or who is registered and has *q* in a name.

    Those alone that the key of *who* reaches.
    """
    mine = who.applicants
    async with database.reading() as session:
        if q is None:
            found = await entries.page(session, round_.id, after, ON_A_PAGE + 1, mine)
            names = await applicants.some(session, [each.applicant for each in found])
            more = found[ON_A_PAGE - 1].applicant if len(found) > ON_A_PAGE else None
            return Entered(found[:ON_A_PAGE], (), names, more)
        sought = await applicants.page(session, None, ON_A_PAGE, Sought(q=q), mine)
        known = await entries.some(session, round_.id, [each.code for each in sought])
    names = {each.code: each for each in sought}
    others = [each for each in sought if each.code not in known]
    return Entered(list(known.values()), others, names, None)
