"""Explaining one applicant's score as of one run."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np

from shared.applicants import store as applicants
from shared.core import moments
from shared.core.errors import NotFound
from shared.core.principal import Principal
from shared.database import Session
from shared.explanations import document
from shared.explanations import store as explanations
from shared.explanations.cohorts import Scored, position
from shared.explanations.place import NO_PLACE, ahead, place_in
from shared.explanations.store import Input
from shared.rankings import store as standings
from shared.rankings.ranking import Ranking
from shared.rankings.store import Lines
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.scoring.points import in_points
from shared.submissions.admission import not_reached
from shared.visibility import View, require_score, shown_name

Made = TypeVar("Made")


EXPLAINING = ThreadPoolExecutor(1, "explanation")
"""Explanations are made here, one at a time: several at once would only take each other's turns,
and those of all other requests."""


async def aside(make: Callable[[], Made]) -> Made:
    """Return what *make* returns, while others have their turn. Raises: as *make*."""
    return await asyncio.get_running_loop().run_in_executor(EXPLAINING, make)


def require_scored(ranking: Ranking, round_: RoundFacts, applicant: str) -> None:
    """Refuse an applicant that has no score as of a run. Raises: NotFound."""
    if applicant not in ranking.positions:
        raise NotFound(f"{applicant} has no score in round {round_.code}")


async def explain(
    session: Session,
    framework: Framework,
    round_: RoundFacts,
    scored: Scored,
    applicant: str,
    reader: Principal,
) -> dict[str, Any]:
    """Return what `prepared` prepares, as far as *reader* may see it.

    Raises: NotFound, MarksOutstanding.
    """
    require_scored(scored.ranking, round_, applicant)
    seen = await require_score(session, framework, round_, reader, applicant)
    return (await prepared(session, framework, round_, scored, applicant, reader, seen))()


async def prepared(
    session: Session,
    framework: Framework,
    round_: RoundFacts,
    scored: Scored,
    applicant: str,
    reader: Principal,
    seen: View,
) -> Callable[[], dict[str, Any]]:
    """Read what the applicant's score rests on as of a run; return what explains it to *reader*.

    It has a score, of which the reader may see as much as is *seen*. To explain it takes a while
    where indicators are many, and no *session*, which is given back before. Only what runs up to
    that one took in is said of: a submission that came later has no part in the score. The document
    is in JSON's terms alone.
    """
    run, ranking = scored.run, scored.ranking
    at = ranking.positions[applicant]
    kind = ranking.kinds[at]
    # First, since it may take a connection: who holds one must not wait for another.
    cohort = await scored.cohort(kind)
    basis = cohort.basis
    who = await applicants.get(session, applicant, scored.names_as_of)
    place = NO_PLACE
    if seen.places:
        place = await asyncio.to_thread(place_in, framework, ranking, at)
    lines = await _lines(session, framework, round_, run, applicant, place["above"])
    inputs = await explanations.inputs(session, round_.id, applicant, run)

    def show(said: Input) -> dict[str, Any]:
        return _shown(said, applicant, round_, reader)

    def steps() -> dict[str, Any]:
        measures = document.measures(framework, round_.reference_date, inputs, show)
        measured = {each["measure"]: each["value"] for each in measures}
        parameters = basis.parameters[kind]
        values, own = cohort.values, position(ranking, applicant)
        if values is None:  # then the applicant is all that matters
            values, own = np.array([lines.values]), 0
        published = document.Published(framework, lines, values, own, parameters, measured)
        said = {
            "measures": [document.reached(each, reader) for each in measures],
            "lines": document.lines(published),
            "dimensions": document.dimensions(framework, lines),
            "total": in_points(framework, lines.total),
        }
        if not seen.cohorts:
            document.withhold(framework, said)
        return said | {
            "full": in_points(framework, framework.full),
            "coverage": lines.coverage,
        }

    return lambda: {
        "round": round_.code,
        "run": run,
        "as_of": moments.written(basis.recorded_at),
        "reference_date": round_.reference_date.isoformat(),
        "framework": {
            "code": framework.code,
            "version": framework.version,
            "sha256": basis.sha256,
        },
        "precision": framework.precision,
        "empty_rule": str(framework.empty),
        "applicant": applicant,
        "name": asdict(who.name),
        "kind": kind,
        **steps(),
        **place,
    }


async def _lines(
    session: Session,
    framework: Framework,
    round_: RoundFacts,
    run: int,
    applicant: str,
    above: dict[str, Any] | None,
) -> Lines:
    """Return the applicant's lines; tell those *above* in which the first of them is ahead."""
    named = above["applicants"][:1] if above else []
    lines = await standings.lines(session, round_.id, [applicant, *named], run)
    own = lines[applicant]
    if above is not None:
        told = [ahead(framework, own.units, lines[code].units) for code in named]
        above["ahead_in"] = told[0] if told else None
    return own


def _shown(said: Input, applicant: str, round_: RoundFacts, reader: Principal) -> dict[str, Any]:
    """Say who reported, and what it noted beside the value, where the key reaches that."""
    reached = not_reached(reader, applicant, said.measure) is None
    return {
        "reporter": shown_name(round_, reader, said.reporter, said.name, said.kind),
        "reference": said.reference if reached else None,
        "comment": said.comment if reached else None,
    }
