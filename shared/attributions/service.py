"""Attributions as they are asked for: each worked out once for two runs, and kept."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from cachetools import LRUCache

from shared.attributions import store
from shared.attributions.attribution import Attribution, Read, attributed
from shared.attributions.stages import Standing, touched
from shared.core.flights import Flights
from shared.database import Database, Session
from shared.rankings.store import AsOf
from shared.rounds.store import RoundFacts
from shared.runs import evidence_store as evidence
from shared.scoring.framework import Framework

COMPUTING = ThreadPoolExecutor(1, "attribution")
"""One at a time: several at once would only take each other's turns, and those of all others."""

ATTRIBUTIONS_KEPT = 8


class Attributions:
    """The attributions that this process worked out of late."""

    def __init__(self, database: Database) -> None:
        """Read through *database*."""
        self._database = database
        self._flights = Flights[Attribution]()
        self._known: LRUCache[tuple[int, AsOf, AsOf], Attribution] = LRUCache(ATTRIBUTIONS_KEPT)
        self._turn = asyncio.Lock()

    async def between(
        self, framework: Framework, round_: RoundFacts, since: AsOf, run: AsOf
    ) -> Attribution:
        """Return what moved whom from run *since*, 0 for before the first, to a later *run*.

        Takes a connection of its own where it is not known: the caller should hold none.
        """
        key = round_.id, since, run
        known = self._known.get(key)
        if known is not None:
            return known

        async def work_out() -> Attribution:
            async with self._turn:  # before anything is read: what waits takes no memory
                async with self._database.snapshot() as session:
                    found = await read(session, framework, round_, since.run, run.run)
                loop = asyncio.get_running_loop()
                self._known[key] = await loop.run_in_executor(
                    COMPUTING, attributed, framework, found
                )
            return self._known[key]

        return await self._flights.share(key, work_out)


async def read(
    session: Session, framework: Framework, round_: RoundFacts, since: int, run: int
) -> Read:
    """Read what runs *since* and *run* left behind, and what the runs between took in.

    Evidence is read of those alone who stayed and of whom something new was taken in, and of the
    lines alone that it touched.
    """
    codes, kinds = await store.entered(session, round_.id)
    width = len(framework.indicators)
    before = await store.state(session, round_.id, codes, width, since)
    after = await store.state(session, round_.id, codes, width, run)
    stayed = np.intersect1d(before.applicant, after.applicant)
    date = round_.reference_date
    concerned = codes if len(stayed) else []
    said = await store.said(session, round_.id, framework, date, concerned, since, run)
    again = np.intersect1d(np.unique(said.applicant), stayed)
    who = [codes[at] for at in again.tolist()]
    _, read_by = touched(framework, np.unique(said.measure[np.isin(said.applicant, again)]))
    measures = [framework.measure_codes[at] for at in read_by.tolist()]

    async def standing(as_of: int) -> Standing:
        found = await evidence.taken_in_by(
            session, round_.id, framework, date, who, measures, as_of
        )
        return Standing(found.evidence, found.reporter)

    return Read(
        applicants=codes,
        kinds=kinds,
        before=before,
        after=after,
        again=again,
        stood=await standing(since),
        stands=await standing(run),
        said=said,
    )
