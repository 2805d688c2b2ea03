"""What a file leaves out of the slice that it declares, and what follows for what stood before."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from shared.batches import slice_store as slices
from shared.batches.outcome import Told
from shared.batches.rows import Row
from shared.batches.slices import MOST_NAMED, Coverage, Slice
from shared.batches.store import NewBatch
from shared.database import Driver


class LeftOut(NamedTuple):
    """How many applicants a slice covers, of how many a row stands, and whom the file left out."""

    covered: int
    reported: int
    omitted: list[str]


async def cover(
    driver: Driver,
    batch: NewBatch,
    slice_: Slice,
    reach: Collection[str] | None,
    rows: Sequence[Row],
    told: Told,
) -> tuple[Coverage, Told]:
    """Return what came of the slice, and what is told of the file with that.

    What is to be withdrawn is taken back in the transaction under way.
    """
    left = await left_out(driver, batch.round, slice_, reach, rows, told)
    withdrawn = slices.Withdrawn(0, None)
    if whom := whose_values_go(told, left):
        withdrawn = await slices.withdraw(driver, batch, slice_, whom)
    ids = [each for each in (told.greatest, withdrawn.greatest) if each is not None]
    coverage = coverage_of(slice_, told, left, withdrawn.values)
    return coverage, replace(told, greatest=max(ids, default=None))


async def left_out(
    driver: Driver,
    round_id: int,
    slice_: Slice,
    reach: Collection[str] | None,
    rows: Sequence[Row],
    told: Told,
) -> LeftOut:
    """Return whom the slice covers and the file does not name; nothing is written."""
    named, reported = await asyncio.to_thread(_applicants, rows, told)
    if isinstance(slice_.applicants, frozenset):
        return LeftOut(len(slice_.applicants), reported, sorted(slice_.applicants - named))
    if isinstance(slice_.applicants, int):
        return LeftOut(slice_.applicants, reported, [])
    covered, omitted = await slices.entered(driver, round_id, reach, named)
    return LeftOut(covered, reported, omitted)


def whose_values_go(told: Told, left: LeftOut) -> Sequence[str]:
    """Return of whom what the reporter said as of earlier dates is to be taken back.

    Of nobody unless every row stands: a row that was refused may have been of one of them.
    """
    return left.omitted if told.outcome == "all_committed" else ()


def coverage_of(slice_: Slice, told: Told, left: LeftOut, withdrawn: int) -> Coverage:
    """Return what came of the slice, of which so many values were *withdrawn*."""
    covered, reported, omitted = left
    lacking = max(covered - reported, 0) if slice_.scope == "number" else len(omitted)
    as_declared = slice_.scope != "number" or covered == reported
    return Coverage(
        slice_.measure,
        slice_.as_of,
        slice_.scope,
        covered,
        reported,
        tuple(omitted[:MOST_NAMED]),
        lacking,
        withdrawn,
        complete=told.outcome == "all_committed" and not omitted and as_declared,
    )


def _applicants(rows: Sequence[Row], told: Told) -> tuple[set[str], int]:
    """Return whom any row names, and of how many a row stands."""
    of = [row.members.get("applicant") for row in rows]
    stand = {
        applicant
        for applicant, item in zip(of, told.items, strict=True)
        if item["result"] != "rejected"
    }
    return {each for each in of if isinstance(each, str)}, len(stand)
