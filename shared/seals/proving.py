"""Proofs of scores: what those of one run share is worked out once for all who ask for one."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache

from pilotzone_verify import trees
from shared.core.errors import NotFound
from shared.core.flights import Flights
from shared.database import Database
from shared.frameworks.service import Library
from shared.rounds.store import RoundFacts
from shared.seals import checkpoint_store, proof_store, proofs
from shared.seals import store as seals
from shared.seals.checkpoint_store import Signed
from shared.seals.proof_store import RunEntry
from shared.seals.proofs import Ranked

RUNS_KEPT = 4
"""Runs whose ranking and tree are kept: some megabytes each of 3 000 applicants."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A run by one checkpoint: its *path* in the log, its ranking, and who stands where in that.

    *beginning* is the log's first entry with its path, as proofs have it.
    """

    path: list[bytes]
    beginning: dict[str, Any]
    ranked: Ranked
    positions: Mapping[str, int]


class Proofs:
    """The runs that this process proved something of late."""

    def __init__(self, database: Database, library: Library) -> None:
        """Read through *database*."""
        self._database, self._library = database, library
        self._flights = Flights[Proved]()
        self._known: LRUCache[tuple[int, int, str], Proved] = LRUCache(RUNS_KEPT)

    async def of(self, round_: RoundFacts, applicant: str, run: int | None) -> dict[str, Any]:
        """Return the proof file of an applicant's score and rank in a run, or in the last signed.

        Takes connections of its own: the caller should hold none. Raises: NotFound, where the run
        is not signed yet, or the applicant not in it; SchemaUnknown.
        """
        async with self._database.session() as session:
            signed = await checkpoint_store.latest(session, round_.id)
            entry = await proof_store.entry(session, round_.id, signed.epoch, signed.size, run)
        proved = await self._proved(round_, signed, entry)
        if applicant not in proved.positions:
            raise NotFound(f"{applicant} has no score as of run {entry.run}")
        at, whole = proved.positions[applicant], proved.ranked
        return {
            "format": "pilotzone-proof/1",
            "round": round_.code,
            "run": entry.run,
            **whole.place(at),
            "ranking": _path(at, len(proved.positions), whole.places.path(at)),
            "manifest": entry.body,
            "log": _path(entry.position, signed.size, proved.path),
            "beginning": proved.beginning,
            "checkpoint": signed.note,
        }

    async def _proved(self, round_: RoundFacts, signed: Signed, entry: RunEntry) -> Proved:
        # The entry's text names its log and has the ranking's root: no restore makes it another's.
        key = round_.id, signed.size, entry.body
        known = self._known.get(key)
        if known is not None:
            return known

        async def work() -> Proved:
            found = self._known[key] = await self._work_out(round_, signed, entry)
            return found

        return await self._flights.share(key, work)

    async def _work_out(self, round_: RoundFacts, signed: Signed, entry: RunEntry) -> Proved:
        async with self._database.session() as session:
            secret = await seals.secret(session)
            whole = await proofs.ranked(session, self._library, round_, entry.run, secret)
            leaves = await checkpoint_store.leaves(session, round_.id, signed.epoch, signed.size)
            first = await proof_store.beginning(session, round_.id, signed.epoch)
        path = await asyncio.to_thread(trees.inclusion, leaves, entry.position)
        whence = await asyncio.to_thread(trees.inclusion, leaves, 0)
        beginning = {"manifest": first, "log": _path(0, signed.size, whence)}
        codes = whole.places.standings.cohort.codes
        return Proved(path, beginning, whole, {code: at for at, code in enumerate(codes)})


def _path(index: int, size: int, path: list[bytes]) -> dict[str, Any]:
    return {"index": index, "size": size, "path": [each.hex() for each in path]}
