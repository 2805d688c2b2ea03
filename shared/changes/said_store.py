"""What the submissions say that a run takes in: columns, without a Python object per value."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.scoring.arrays import FloatArray, IntArray
from shared.scoring.framework import KINDS


@dataclass(frozen=True)
class Said:
    """What was said: a row per submission. All arrays have shape (rows,), but the last two.

    *applicant* and *measure* say which of *applicants* and *measures*, codes in any order; *kind*
    is that of `KINDS`, *as_of* counts days since 1970. *number* is NaN where something is taken
    back and -inf where codes are said: *first_code* (one of *codes*, "." if there is none) and
    *many* tell of those rows alone, which and how many.
    """

    applicants: Sequence[str]
    measures: Sequence[str]
    codes: Sequence[str]
    applicant: IntArray
    measure: IntArray
    kind: NDArray[np.int32]
    as_of: NDArray[np.int32]
    revision: NDArray[np.int32]
    reporter: IntArray
    id: IntArray
    number: FloatArray
    first_code: IntArray
    many: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.id)


def _kind() -> str:
    cases = " ".join(f"WHEN '{kind}' THEN {at}::bigint" for at, kind in enumerate(KINDS))
    return f"(CASE kind {cases} END)"


DAYS, KIND = 34, 31
"""What is told in one number: the day from its 34th bit on, the kind from its 31st, and below it
the revision. Days from 2000 of years with four digits have 22 bits, revisions 31."""

# A value of a row takes PostgreSQL longer than to work it out of three: hence so few columns, and
# each of them one value in the end. No code has a comma.
COLUMNS = f"""
    coalesce(string_agg(applicant, ','), ''), coalesce(string_agg(measure, ','), ''),
    string_agg(int8send(
        ((as_of - DATE '2000-01-01')::bigint << {DAYS}) | ({_kind()} << {KIND}) | revision), ''),
    string_agg(int8send(reporter), ''), string_agg(int8send(id), ''), string_agg(float8send(
        coalesce(number, CASE WHEN codes IS NULL THEN 'NaN'::float8 ELSE '-Infinity' END)), ''),
    coalesce(string_agg(coalesce(codes[1], '.'), ',') FILTER (WHERE codes IS NOT NULL), ''),
    string_agg(int4send(cardinality(codes)), '') FILTER (WHERE codes IS NOT NULL)
"""
"""Selects what `said` takes of submissions; they come in no order, the same for all columns."""

EPOCH = 10_957
"""Days from 1970 to 2000."""


class Saying:
    """What submissions say that are read page by page."""

    def __init__(self) -> None:
        """Know of no submission yet."""
        self._applicants, self._measures, self._codes = _Numbers(), _Numbers(), _Numbers()
        self._pages = list[dict[str, Any]]()

    def add(self, columns: Sequence[Any]) -> None:
        """Take in what *columns* say, as COLUMNS selects them."""
        applicants, measures, told, reporter, ids, number, codes, many = columns
        words = np.frombuffer(told or b"", ">i8").astype(np.int64)
        self._pages.append(
            {
                "applicant": self._applicants.of(applicants),
                "measure": self._measures.of(measures),
                "kind": (words >> KIND & 7).astype(np.int32),
                "as_of": (words >> DAYS).astype(np.int32) + np.int32(EPOCH),
                "revision": (words & (1 << KIND) - 1).astype(np.int32),
                "reporter": np.frombuffer(reporter or b"", ">i8").astype(np.int64),
                "id": np.frombuffer(ids or b"", ">i8").astype(np.int64),
                "number": np.frombuffer(number or b"", ">f8").astype(np.float64),
                "first_code": self._codes.of(codes),
                "many": np.frombuffer(many or b"", ">i4").astype(np.int32),
            }
        )

    def said(self) -> Said:
        """Return what all pages say."""
        whole = self._pages[0]
        if len(self._pages) > 1:
            whole = {name: np.concatenate([page[name] for page in self._pages]) for name in whole}
        codes = self._applicants.codes, self._measures.codes, self._codes.codes
        return Said(*codes, **whole)


class _Numbers:
    """Distinct codes, numbered as they come."""

    def __init__(self) -> None:
        self._places = defaultdict[str, int](count().__next__)  # a new code is the next number

    @property
    def codes(self) -> list[str]:
        return list(self._places)

    def of(self, joined: str) -> IntArray:
        """Return for each of the codes that commas part which of all it is."""
        each = joined.split(",") if joined else []
        return np.fromiter(map(self._places.__getitem__, each), np.int64, len(each))
