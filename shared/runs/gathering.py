"""What a run's scores rest on: kept from the run before where it can be, read where it must be."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from shared.changes.said_store import Said
from shared.database import Session
from shared.runs import evidence_store as evidence
from shared.runs.computing import computed
from shared.runs.saying import statements
from shared.runs.statements import Kept, follow
from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework


class About(NamedTuple):
    """Of which round evidence is gathered, and by which rules."""

    round_id: int
    framework: Framework
    reference_date: date


async def gathered(
    session: Session,
    about: About,
    cohort: Sequence[str],
    kept: Kept,
    stale: IntArray,
    written: Awaitable[None],
) -> Kept:
    """Return what stands of a *cohort*, so that all of the *stale* is held; *kept* is what is.

    What is lacking is read once all is *written* that the session is writing.
    """
    unknown = stale[~kept.holds[stale]]
    if len(unknown):
        await written
        codes, everybody = [cohort[at] for at in unknown.tolist()], len(unknown) == len(cohort)
        read = await evidence.current(session, *about, codes, everybody=everybody)
        kept = await asyncio.to_thread(kept.with_read, unknown, read)
    return kept


async def followed(about: About, places: Mapping[str, int], kept: Kept, said: Said) -> Kept:
    """Return what stands once more was *said*: all of whom is held who was and lost nothing.

    *places* has where in the cohort each applicant is.
    """
    if not len(said) or not kept.holds.any():
        return kept
    return await computed(len(said), len(kept.statements), _followed, about, places, kept, said)


def _followed(about: About, places: Mapping[str, int], kept: Kept, said: Said) -> Kept:
    more = statements(said, about.framework, about.reference_date, places, kept.holds)
    measures = about.framework.measures.values()
    panels = np.flatnonzero([each.panel is not None for each in measures])
    return follow(kept, more, panels)
