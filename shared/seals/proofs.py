"""Proofs of what is sealed: a ranking, the growth of a log, a receipt, all of a round."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import rfc8785

from pilotzone_verify import notes, trees
from pilotzone_verify.notes import Signer
from shared.core.errors import NotFound
from shared.core.moments import in_microseconds
from shared.database import Database, Session
from shared.frameworks import store as frameworks
from shared.frameworks.service import Library
from shared.rounds.store import RoundFacts
from shared.runs.score_store import Versions
from shared.scoring.arrays import number
from shared.seals import (
    archive_store,
    aside_store,
    checkpoint_store,
    places,
    proof_store,
    unsealed_store,
)
from shared.seals import store as seals
from shared.seals.places import Cohort, Places

SEALED_WITHIN = timedelta(days=1)
"""What a receipt promises; sealing follows a run within a second or so."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A run's ranking with its tree, and the scorecards in it."""

    places: Places
    cards: Versions

    def place(self, at: int) -> dict[str, Any]:
        """Return the place at position *at* as proofs and archives have it."""
        standings = self.places.standings
        (record,) = standings.records(np.array([at]))
        return {
            "place": json.loads(record),
            "salt": standings.cohort.salts[at].hex(),
            "scorecard": {
                "values": [number(each) for each in self.cards.values[at]],
                "shares": [number(each) for each in self.cards.shares[at]],
                "units": self.cards.units[at].tolist(),
                "flags": self.cards.flags[at].tolist(),
            },
        }


async def ranked(
    session: Session, library: Library, round_: RoundFacts, run: int, key: bytes
) -> Ranked:
    """Read the ranking as of *run*, and build its tree beside the event loop."""
    framework = await library.get(session, round_.framework)
    width = len(framework.indicators)
    who, whole = await unsealed_store.ranking(session, round_.id, run, width)
    cohort = Cohort.of(*who, key, round_.id)
    tree = await asyncio.to_thread(places.begin, cohort, whole)
    return Ranked(tree, whole)


async def growth(
    session: Session, round_id: int, earlier: int, later: int, epoch: int | None = None
) -> dict[str, Any]:
    """Return the proof that a checkpoint goes on from an earlier one of the same *epoch*.

    By default of the newest in which a checkpoint of the later size was signed. Raises: NotFound.
    """
    signed = await checkpoint_store.of_size(session, round_id, later, epoch)
    if earlier > later:
        raise NotFound(f"a log of {later} entries does not go on from one of {earlier}")
    leaves = await checkpoint_store.leaves(session, round_id, signed.epoch, later)
    proof = await asyncio.to_thread(trees.consistency, leaves, earlier)
    return {
        "format": "pilotzone-consistency/1",
        "epoch": signed.epoch,
        "from": earlier,
        "to": later,
        "proof": [each.hex() for each in proof],
    }


def receipt(
    name: str, round_: RoundFacts, said: proof_store.Said, signers: Sequence[Signer]
) -> dict[str, Any]:
    """Sign that a submission was accepted and by when it is sealed; *name* is the logs'."""
    lines = (
        f"{name}/{round_.code}",
        "receipt",
        said.id,
        said.leaf.hex(),
        in_microseconds(said.recorded_at),
        in_microseconds(said.recorded_at + SEALED_WITHIN),
    )
    text = "".join(f"{line}\n" for line in lines)
    return {
        "format": "pilotzone-receipt/1",
        "note": str(notes.sign(text, signers)),
        "record": json.loads(said.record),
        "salt": said.salt.hex(),
    }


async def archive(
    database: Database, library: Library, round_: RoundFacts, run: int, epoch: int | None = None
) -> AsyncGenerator[bytes, None]:
    """Yield an archive of the round up to *run*, as `pilotzone_verify.archive` reads it.

    It has the log of *epoch*, by default the newest.

    Raises: NotFound, before anything is yielded, where the run is not sealed; SchemaUnknown.
    """
    hashed, count = sha256(), 0
    async for lines in _lines(database, library, round_, run, epoch):
        piece = "".join(f"{line}\n" for line in lines).encode()
        hashed.update(piece)
        count += len(lines)
        yield piece
    yield json.dumps({"end": {"lines": count, "sha256": hashed.hexdigest()}}).encode() + b"\n"


async def _lines(
    database: Database, library: Library, round_: RoundFacts, run: int, epoch: int | None
) -> AsyncGenerator[list[str], None]:
    """Yield lines; no connection is held while somebody reads what was yielded."""
    async with database.snapshot() as session:  # what is sealed meanwhile is in no part of it
        await seals.require_logs(session)
        head = await seals.head(session, round_.id, epoch)
        if run > head.run:
            raise NotFound(f"run {run} is not sealed yet")
        key = head.secret
        framework = await frameworks.by_id(session, round_.framework)
        beginning = await _beginning(session, round_, run, head, framework.document)
        events = await archive_store.events(session, round_.id, head.epoch, key)
        aside = await aside_store.sealed(session, round_.id, head.epoch)
        whole = await ranked(session, library, round_, run, key)
    yield beginning
    yield [
        f'{{"event":{record},"salt":"{salt}","position":{position}}}'
        for position, record, salt in events
    ]
    yield await asyncio.to_thread(_places, whole)
    async for page in aside_store.pages(database, round_.id, aside, key):
        yield [f'{{"aside":{record},"salt":"{salt}","position":{at}}}' for at, record, salt in page]
    async for page in archive_store.submissions(database, round_.id, run, key):
        yield [f'{{"submission":{record},"salt":"{salt}","run":{at}}}' for at, record, salt in page]


async def _beginning(
    session: Session, round_: RoundFacts, run: int, head: seals.Head, document: Any
) -> list[str]:
    first = {
        "format": "pilotzone-archive/1",
        "origin": head.origin,
        "round": round_.code,
        "run": run,
        "reference_date": round_.reference_date.isoformat(),
    }
    taken = await archive_store.parameters(session, round_.id, run)
    return [
        json.dumps(first, ensure_ascii=False),
        _line("framework", rfc8785.dumps(document).decode()),
        *(
            _line("entry", each)
            for each in await archive_store.entries(session, round_.id, head.epoch)
        ),
        *(f'{{"parameters":{said},"run":{number}}}' for number, said in taken),
        *(
            _line("checkpoint", each)
            for each in await archive_store.checkpoints(session, round_.id, head.epoch)
        ),
    ]


def _line(member: str, text: str) -> str:
    return json.dumps({member: text}, ensure_ascii=False)


def _places(whole: Ranked) -> list[str]:
    count = len(whole.places.standings.cohort.codes)
    return [json.dumps(whole.place(at), ensure_ascii=False) for at in range(count)]
