"""Asking how sure a ranking is; `answer.py` works the answer out."""

import secrets
from dataclasses import dataclass

from shared.audit import store as audit
from shared.core.errors import RoundNotScored, TooManyOperations
from shared.core.principal import Actor
from shared.database import Session
from shared.frameworks.service import Library
from shared.operations import store as operations
from shared.operations.model import Operation
from shared.rankings import store as standings
from shared.rankings.ranking import ranked
from shared.rounds import store as rounds
from shared.runs import score_store as scores
from shared.runs import store as runs
from shared.sensitivity.answer import Material

KIND = "sensitivity"

MOST_UNFINISHED = 3
"""Operations of one round that may wait or run at a time."""

SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ask of a ranking; without a seed one is drawn, without a run it is the last."""

    seed: int | None
    draws: int
    band: float
    first: int
    run: int | None = None


async def request(session: Session, actor: Actor, code: str, wanted: Wanted) -> Operation:
    """Ask how sure the round's ranking is, as of its last run or an earlier; a worker answers.

    The round is held while its operations are counted, so that two who ask at once are not both
    the last one admitted. Raises: NotFound, RoundNotScored, TooManyOperations.
    """
    round_ = await rounds.get(session, code)
    await rounds.hold_alone(session, round_.id)
    run, _ = await runs.latest(session, round_.id)
    if run == 0:
        raise RoundNotScored(f"round {code} has no run yet")
    if wanted.run is not None:
        run = (await runs.get(session, round_.id, wanted.run)).number
    if await operations.unfinished(session, round_.id) >= MOST_UNFINISHED:
        raise TooManyOperations(
            f"{MOST_UNFINISHED} operations of round {code} wait or run already",
            most=MOST_UNFINISHED,
        )
    parameters = {
        "run": run,
        "seed": secrets.randbelow(SEEDS) if wanted.seed is None else wanted.seed,
        "draws": wanted.draws,
        "band": wanted.band,
        "first": wanted.first,
    }
    added = await operations.add(session, actor, round_.id, KIND, parameters)
    await audit.record(
        session, actor, "operation.requested", str(added), {"kind": KIND} | parameters, round_.id
    )
    return await operations.get(session, round_.id, added)


async def read(session: Session, library: Library, operation: Operation) -> Material:
    """Read the scores as of the run that was asked about: they never change."""
    run = operation.parameters["run"]
    round_ = await rounds.by_id(session, operation.round_id)
    framework = await library.get(session, round_.framework)
    standing = await standings.standing(session, operation.round_id, run)
    width = len(framework.indicators)
    held = await scores.latest(session, operation.round_id, standing.applicants, width, run)
    return Material(framework, ranked(standing, operation.round_id), held)
