"""One applicant's score, as several pages ask for it: what of it the reader may see, and why."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request

from api.http.access import caller_of
from api.http.context import framework_of, gateway_of, round_of
from api.http.state import Gateway
from api.rankings.freshness import freshness_of
from shared.core.principal import Principal
from shared.database import Database
from shared.explanations.cohorts import Scored
from shared.explanations.service import aside, prepared, require_scored
from shared.rankings.ranking import Ranking
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.visibility import View, visible

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """The score of an *applicant* as of the run that is *fresh*; *who* may see what is *seen*.

    *pinned* says that the run was named.
    """

    round: RoundFacts
    framework: Framework
    fresh: Freshness
    ranking: Ranking
    applicant: str
    who: Principal
    seen: View
    pinned: bool

    @property
    def run(self) -> int | None:
        """The run that links keep: the one that was named, if any."""
        return self.fresh.run if self.pinned else None

    @property
    def kind(self) -> str:
        """The applicant's kind, which names its cohort."""
        return self.ranking.kinds[self.ranking.positions[self.applicant]]

    @property
    def reached(self) -> bool:
        """Whether the reader's key reaches the applicant, and so what explains its score."""
        return self.who.reaches_applicant(self.applicant)


async def score_of(request: Request, code: str, applicant: str, run: int | None) -> Score:
    """Return the score that is asked for. Raises: NotFound, MarksOutstanding."""
    held, who = gateway_of(request), caller_of(request)
    round_ = await round_of(held, code)
    framework = await framework_of(held, round_)
    fresh = await freshness_of(held, round_, run)
    whole = await held.rankings.as_of(round_.id, fresh.as_of)
    require_scored(whole, round_, applicant)
    seen = await visible(held.database, framework, round_, who, applicant)
    return Score(round_, framework, fresh, whole, applicant, who, seen, run is not None)


async def explained(held: Gateway, database: Database, score: Score) -> Document:
    """Return what explains *score* to its reader, read through *database*."""
    as_of, round_ = score.fresh.as_of, score.round
    cohort = partial(held.cohorts.of, score.framework, round_.id, as_of)
    scored = Scored(as_of.run, score.ranking, cohort, score.fresh.names.as_of)
    async with database.session() as session:
        explain = await prepared(
            session, score.framework, round_, scored, score.applicant, score.who, score.seen
        )
    return await aside(explain)
