"""What a file leaves out of the slice that it declares, and what follows for what stood before."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from shared.batches import slice_store as slices
from shared.batches.outcome import Told
from shared.batches.rows import Row
from shared.batches.slices import MOST_NAMED, Coverage, Slice
from shared.batches.store import NewBatch
from shared.database import Driver


async def cover(
    driver: Driver,
    batch: NewBatch,
    slice_: Slice,
    reach: Collection[str] | None,
    rows: Sequence[Row],
    told: Told,
) -> tuple[Coverage, Told]:
    """Return what came of the slice, and what is told of the file with that.

    Where every row stands, what the reporter said of those left out as of earlier dates is taken
    back, in the transaction under way. A row that was refused may have been of one of them.
    """
    named, reported = await asyncio.to_thread(_applicants, rows, told)
    covered, omitted = await _left_out(driver, batch.round, slice_, reach, named)
    withdrawn = slices.Withdrawn(0, None)
    if told.outcome == "all_committed" and omitted:
        withdrawn = await slices.withdraw(driver, batch, slice_, omitted)
    lacking = max(covered - reported, 0) if slice_.scope == "number" else len(omitted)
    as_declared = slice_.scope != "number" or covered == reported
    coverage = Coverage(
        slice_.measure,
        slice_.as_of,
        slice_.scope,
        covered,
        reported,
        tuple(omitted[:MOST_NAMED]),
        lacking,
        withdrawn.values,
        complete=told.outcome == "all_committed" and not omitted and as_declared,
    )
    ids = [each for each in (told.greatest, withdrawn.greatest) if each is not None]
    return coverage, replace(told, greatest=max(ids, default=None))


def _applicants(rows: Sequence[Row], told: Told) -> tuple[set[str], int]:
    """Return whom any row names, and of how many a row stands."""
    of = [row.members.get("applicant") for row in rows]
    stand = {
        applicant
        for applicant, item in zip(of, told.items, strict=True)
        if item["result"] != "rejected"
    }
    return {each for each in of if isinstance(each, str)}, len(stand)


async def _left_out(
    driver: Driver,
    round_id: int,
    slice_: Slice,
    reach: Collection[str] | None,
    named: set[str],
) -> tuple[int, list[str]]:
    """Return how many applicants the slice covers, and which of them the file does not name."""
    if isinstance(slice_.applicants, frozenset):
        return len(slice_.applicants), sorted(slice_.applicants - named)
    if isinstance(slice_.applicants, int):
        return slice_.applicants, []
    return await slices.entered(driver, round_id, reach, named)
