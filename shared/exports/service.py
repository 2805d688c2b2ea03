"""What an export consists of: pages, each read when it is asked for.

No session is held between two of them: whoever takes them may be slow.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.audit import list_store as trail
from shared.audit.list_store import Event, Wanted
from shared.database import Database
from shared.discrepancies import store as differences
from shared.discrepancies.store import Discrepancy, Scope
from shared.exports import store
from shared.rankings import store as standings
from shared.rankings.ranking import Ranking
from shared.rankings.store import Freshness, Lines
from shared.rounds import entry_store as entries
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.submissions import list_store as recorded
from shared.submissions.list_store import Asked, Reach, StoredSubmission

LINES_AT_ONCE = 12_500
"""Of scores: five hundred applicants of a framework of 25 indicators."""

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Scored:
    """One applicant's score; *at* is its position in the ranking's columns."""

    at: int
    lines: Lines
    applicant: StoredApplicant


async def scores(
    database: Database, framework: Framework, ranking: Ranking, round_id: int, fresh: Freshness
) -> AsyncGenerator[list[Scored], None]:
    """Yield the scores that hold as of the run that is *fresh*, first place of *ranking* first.

    Names of now are those of the moment at which they are read.
    """
    at_once = max(1, LINES_AT_ONCE // len(framework.indicators))
    for start in range(0, len(ranking.order), at_once):
        chosen = ranking.order[start : start + at_once].tolist()
        codes = [ranking.applicants[at] for at in chosen]
        async with database.reading() as session:
            lines = await standings.lines(session, round_id, codes, fresh.run)
            who = await applicants.some(session, codes, fresh.names.as_of)
        yield [Scored(at, lines[code], who[code]) for at, code in zip(chosen, codes, strict=True)]


async def submissions(
    database: Database, round_id: int, reach: Reach, run: int | None
) -> AsyncGenerator[list[StoredSubmission], None]:
    """Yield what was recorded when this began and lies within *reach*, oldest first.

    Of a *run*: what was recorded up to the last that it took in.
    """
    async with database.reading() as session:
        if run is None:
            until = await store.last_submission(session, round_id)
        else:
            until = await recorded.last_taken_in(session, round_id, run)
    after, more = 0, until > 0
    while more:
        async with database.reading() as session:
            found = await recorded.page(session, round_id, after, ROWS_AT_ONCE, Asked(reach))
        more = len(found) == ROWS_AT_ONCE and found[-1].id < until
        if found:
            after = found[-1].id
            yield [each for each in found if each.id <= until]


async def discrepancies(
    database: Database, round_: RoundFacts, compared: Scope
) -> AsyncGenerator[list[Discrepancy], None]:
    """Yield what differs within *compared*, in order of applicant and measure.

    Each applicant is compared at one moment; some have been when others are. In order of
    difference, as the list is, all would be compared anew for each page.
    """
    most = sum(len(each.reported_by) - 1 for each in compared.measures)
    if most == 0:
        return
    codes = compared.applicants
    async with database.reading() as session:
        if codes is None and compared.run is not None:
            codes = (await standings.standing(session, round_.id, compared.run)).applicants
        elif codes is None:
            codes, _ = await entries.cohort(session, round_.id)
    at_once = max(1, ROWS_AT_ONCE // most)
    for start in range(0, len(codes), at_once):
        some = replace(compared, applicants=codes[start : start + at_once])
        async with database.reading() as session:
            found = await differences.page(
                session, round_.id, round_.reference_date, some, None, at_once * most
            )
        yield sorted(found, key=lambda each: each.key[1:])


async def events(database: Database, wanted: Wanted) -> AsyncGenerator[list[Event], None]:
    """Yield the audit events that are *wanted* and were recorded when this began, oldest first."""
    async with database.reading() as session:
        until = await trail.newest(session)
    after, more = 0, True
    while more:
        async with database.reading() as session:
            found = await trail.following(session, wanted, (after, until), ROWS_AT_ONCE)
        more = len(found) == ROWS_AT_ONCE
        if found:
            after = found[-1].number
            yield found
