"""What a run's scores rest on: kept from the run before where it can be, read where it must be."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from shared.changes.store import Consumed
from shared.database import Session
from shared.runs import evidence_store as evidence
from shared.runs.computing import computed
from shared.runs.statements import Kept, follow
from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework

FEW = 100
"""Up to so many submissions, what they say is read with a Python object per value."""


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
    consumed: Consumed,
    stale: IntArray,
) -> Kept:
    """Return what stands of a *cohort* now that a run *consumed* changes; all of the *stale* holds.

    *kept* is what stood in the run before.
    """
    if consumed.submissions:
        held = [at for at in stale[kept.holds[stale]].tolist() if cohort[at] in consumed.applicants]
        kept = await _followed(session, about, cohort, kept, consumed, np.array(held, np.int64))
    unknown = stale[~kept.holds[stale]]
    if len(unknown):
        codes, everybody = _codes(cohort, unknown), len(unknown) == len(cohort)
        read = await evidence.current(session, *about, codes, everybody=everybody)
        kept = await asyncio.to_thread(kept.with_read, unknown, read)
    return kept


async def _followed(
    session: Session,
    about: About,
    cohort: Sequence[str],
    kept: Kept,
    consumed: Consumed,
    held: IntArray,
) -> Kept:
    """Take in what was said of those who are *held*; of the others all is read anyway."""
    if not len(held):
        return kept
    codes, few = _codes(cohort, held), consumed.submissions <= FEW
    said = await evidence.said_since(session, *about, codes, consumed.first, few=few)
    measures = about.framework.measures.values()
    panels = np.flatnonzero([each.panel is not None for each in measures])
    stood = len(kept.statements)
    return await computed(len(said), stood, follow, kept, said.among(held), panels)


def _codes(cohort: Sequence[str], positions: IntArray) -> list[str]:
    return [cohort[at] for at in positions.tolist()]
