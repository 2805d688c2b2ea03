"""What a scorecard shows, read at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.http.state import Gateway
from shared.applicants import store as applicants
from shared.operations.model import Operation
from shared.rankings import store as standings
from shared.rankings.medians import Middle
from shared.rankings.store import Lines
from shared.scoring.framework import Name
from shared.scoring.points import in_points
from shared.sensitivity.intervals import Interval
from web.explained import Document, Score, explained


@dataclass(frozen=True, slots=True)
class Step:
    """Where the applicant stood after a run; None: it had no total, or no rank."""

    run: int
    total: float | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Sure:
    """The *interval* that most draws of an analysis, of the scores of a *run*, have the rank in.

    Weights were drawn from a *band* around their own, a share of them.
    """

    interval: Interval
    band: float
    run: int


@dataclass(frozen=True, slots=True)
class Card:
    """All that the page shows.

    *middle* is what the cohort's middle earns, None where the reader may not know; *steps* are the
    last runs, the newest last, and *names* those of the neighbours, by code. *sure* is how sure the
    place is, where that was asked.
    """

    score: Score
    document: Document
    middle: Middle | None
    steps: Sequence[Step]
    names: Mapping[str, Name]
    sure: Sure | None = None


async def read(held: Gateway, score: Score, analysis: Operation | None) -> Card:
    """Read what the page of *score* shows; what moves with others, only if that is seen."""
    document = await explained(held, held.database, score)
    if not score.seen.places:
        return Card(score, document, None, (), {})
    as_of = score.fresh.as_of
    middle = await held.medians.of(
        score.framework, score.round.id, as_of, score.ranking, score.kind
    )
    beside = [document[side] for side in ("above", "below") if document[side]]
    codes = [code for each in beside for code in each["applicants"]]
    async with held.database.reading() as session:
        known = await applicants.some(session, codes, score.fresh.names.as_of)
    names = {code: each.name for code, each in known.items()}
    sure = None if analysis is None else await _sure(held, score, analysis)
    return Card(score, document, middle, await _steps(held, score), names, sure)


async def _sure(held: Gateway, score: Score, analysis: Operation) -> Sure | None:
    found = await held.intervals.of(score.round.id, analysis, [score.applicant])
    interval, asked = found.get(score.applicant), analysis.parameters
    return None if interval is None else Sure(interval, asked["band"], asked["run"])


async def _steps(held: Gateway, score: Score) -> list[Step]:
    """Return where the applicant stood after each of the last runs, of large rounds of fewer."""
    as_of, code = score.fresh.as_of, score.applicant
    cohort = len(score.ranking.applicants)
    moves = await held.recent.of(score.round.id, as_of, score.kind, cohort)
    before, limit = as_of.run + 1, len(moves.runs) + 1
    async with held.database.reading() as session:
        versions = await standings.history(session, score.round.id, code, before, limit)
    ranks = moves.ranks[1:, list(moves.applicants).index(code)].tolist()
    totals = totals_over([each.number for each in moves.runs], versions)
    return [
        Step(
            facts.number, None if total is None else in_points(score.framework, total), rank or None
        )
        for facts, rank, total in zip(moves.runs, ranks, totals, strict=True)
    ]


def totals_over(runs: Sequence[int], versions: Sequence[Lines]) -> list[int | None]:
    """Return the total that held after each of *runs*, which ascend; None: there was none.

    *versions* are the applicant's, newest first; each holds from its run on, until the next.
    """
    earlier = list(reversed(versions))
    found, at = list[int | None](), 0
    total: int | None = None
    for run in runs:
        while at < len(earlier) and earlier[at].run <= run:
            total = None if earlier[at].withdrawn else earlier[at].total
            at += 1
        found.append(total)
    return found
