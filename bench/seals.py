"""(i) Sealing, against the run that is sealed; signing; and checking an archive."""

import time
from collections import defaultdict
from dataclasses import dataclass

from bench.recompute import COUNTS, change_one, forget, median, without_scores
from bench.stage import Round, Stage
from pilotzone_verify import archive, checking, notes, trees
from shared.frameworks.service import Library
from shared.rounds import store as rounds
from shared.runs import service as runs
from shared.runs.service import Outcome
from shared.seals import proofs
from shared.seals import service as seals
from shared.seals.service import Memory, Sealed

SIGNER = notes.generate("bench")
LEAVES = 20_000


_Known = tuple[Outcome, Memory | None]


@dataclass(frozen=True)
class Sealing:
    """Milliseconds to run and to seal, by what is run; of *LEAVES*; of an archive.

    *runs*, by name: the *first* run, which takes all in; one after *one count*; and one that takes
    nothing in and writes *all scores*.
    """

    runs: dict[str, tuple[float, float]]
    signed_ms: float
    archive_mb: float
    verified_ms: float


async def measure(stage: Stage, round_: Round) -> Sealing:
    """Run and seal *round_* again and again, and verify its archive."""
    library, found = Library(), defaultdict[str, list[tuple[float, float]]](list)

    async def both(name: str, known: Outcome | None, memory: Memory | None) -> _Known:
        outcome, run_ms = await _run(stage, library, round_, known)
        sealed, sealed_ms = await _seal(stage, library, round_, memory, outcome)
        found[name].append((run_ms, sealed_ms))
        return outcome, sealed.memory

    outcome, memory = await both("first", None, None)
    await stage.tidy()
    for _ in range(COUNTS):
        await change_one(stage, round_)
        outcome, memory = await both("one count", outcome, memory)
    begin = time.perf_counter()
    leaves = [trees.leaf_hash(number.to_bytes(200, "big")) for number in range(LEAVES)]
    notes.sign(str(notes.Checkpoint("bench/1", LEAVES, trees.root(leaves))), [SIGNER])
    signed_ms = (time.perf_counter() - begin) * 1e3
    async with stage.database.session() as session:
        facts = await rounds.facts(session, round_.code)
    pieces = [each async for each in proofs.archive(stage.database, library, facts, 1 + COUNTS)]
    lines = b"".join(pieces).splitlines(keepends=True)
    begin = time.perf_counter()
    read = archive.read(lines)
    checking.check_whole(read, [SIGNER.verifier])
    verified_ms = (time.perf_counter() - begin) * 1e3
    await forget(stage, round_)
    await stage.tidy()
    await both("all scores", without_scores(outcome), memory)
    shown = {
        name: (median([run for run, _ in times], float), median([seal for _, seal in times], float))
        for name, times in found.items()
    }
    return Sealing(shown, signed_ms, sum(map(len, pieces)) / 1e6, verified_ms)


async def _run(
    stage: Stage, library: Library, round_: Round, known: Outcome | None
) -> tuple[Outcome, float]:
    begin = time.perf_counter()
    async with stage.database.session() as session:
        outcome = await runs.recompute(session, library, round_.id, "bench", known)
    assert outcome is not None
    return outcome, (time.perf_counter() - begin) * 1e3


async def _seal(
    stage: Stage, library: Library, round_: Round, memory: Memory | None, made: Outcome
) -> tuple[Sealed, float]:
    begin = time.perf_counter()
    sealed = await seals.seal(stage.database, library, "bench", round_.id, memory, made)
    assert sealed is not None
    return sealed, (time.perf_counter() - begin) * 1e3
