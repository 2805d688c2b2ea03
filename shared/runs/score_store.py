"""Score versions, as the worker compares and appends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, TEXT

from shared.database import Session, columns
from shared.database.database import driver_of
from shared.runs.holding import HIDDEN_ROUND, holding


@dataclass(frozen=True)
class Versions:
    """Score versions as columns, one row per applicant; k indicators.

    *applicant* holds positions in a list of codes; *values*, *shares* (rows, k) are NaN where
    missing; *units*, *flags* (rows, k), *totals* and *coverage* (rows,), *blocked* (rows,).
    """

    applicant: npt.NDArray[np.int64]
    blocked: npt.NDArray[np.bool_]
    totals: npt.NDArray[np.int64]
    coverage: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    shares: npt.NDArray[np.float64]
    units: npt.NDArray[np.int64]
    flags: npt.NDArray[np.int32]

    def take(self, rows: npt.NDArray[Any]) -> "Versions":
        """Return the rows that an index or a mask names."""
        return Versions(**{name: column[rows] for name, column in vars(self).items()})

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return sum(column.nbytes for column in vars(self).values())

    def __len__(self) -> int:
        return len(self.applicant)


def _row(indicators: int) -> np.dtype[np.void]:
    return columns.row_type(
        applicant="int8",
        blocked="bool",
        totals="int8",
        coverage="float8",
        values=("float8", indicators),
        shares=("float8", indicators),
        units=("int8", indicators),
        flags=("int4", indicators),
    )


LATEST = f"""
    SELECT who.position - 1, latest.blocked, latest.total, latest.coverage,
        latest.values, latest.shares, latest.units, latest.flags
    FROM unnest($2::text[]) WITH ORDINALITY AS who (code, position)
    CROSS JOIN LATERAL ({holding(HIDDEN_ROUND, "who.code", "$3")}) AS latest
    WHERE NOT latest.withdrawn
"""  # noqa: S608 -- all of it is ours


async def latest(
    session: Session, round_id: int, applicants: Sequence[str], indicators: int, run: int
) -> Versions:
    """Return the scores of *applicants* that hold as of *run*; who has none is left out."""
    read = await columns.read(session, LATEST, (round_id, list(applicants), run), _row(indicators))
    return Versions(**read)


WRITTEN = """
    SELECT row_number() OVER (ORDER BY applicant) - 1,
        blocked, total, coverage, values, shares, units, flags
    FROM score_version WHERE round = $1 AND run = $2 ORDER BY applicant
"""
WHOSE = """
    SELECT coalesce(array_agg(applicant ORDER BY applicant), '{}'),
        coalesce(bool_or(withdrawn), false)
    FROM score_version WHERE round = $1 AND run = $2
"""


async def written(
    session: Session, round_id: int, run: int, indicators: int, scores: int
) -> tuple[list[str], Versions] | None:
    """Return whose scores *run* wrote, by code, and these; None if it ended somebody's part.

    The positions are those in the codes. *scores* says how many there are.
    """
    codes, ended = await (await driver_of(session)).fetchrow(WHOSE, round_id, run)
    if ended:
        return None
    read_by = columns.read_few if scores <= FEW else columns.read
    read = await read_by(session, WRITTEN, (round_id, run), _row(indicators))
    return codes, Versions(**read)


async def leavers(
    session: Session, round_id: int, applicants: Sequence[str], run: int
) -> list[str]:
    """Return those of *applicants* that still have a score as of *run*."""
    query = text(f"""
        SELECT who.code FROM unnest(CAST(:applicants AS text[])) AS who (code)
        CROSS JOIN LATERAL ({holding(":round", "who.code", ":run", "withdrawn")}) AS latest
        WHERE NOT latest.withdrawn
    """)  # noqa: S608 -- all of it is ours
    parameters = {"round": round_id, "applicants": list(applicants), "run": run}
    return list((await session.scalars(query, parameters)).all())


FEW = 100
"""Up to so many scores, a temporary table costs more than a Python object per number."""

# The matrices travel flat, row after row, and are cut into rows by the database: a two-dimensional
# array can't be taken apart by unnest. They hold no NULL, so a cut costs its own length alone.
APPEND_FEW = """
    INSERT INTO score_version
        (round, applicant, run, withdrawn, blocked, total, coverage, values, shares, units, flags)
    SELECT $1, code, $2, false, blocked, total, coverage,
        ($8::float8[])[(position - 1) * $4::integer + 1 : position * $4],
        ($9::float8[])[(position - 1) * $4 + 1 : position * $4],
        ($10::bigint[])[(position - 1) * $4 + 1 : position * $4],
        ($11::integer[])[(position - 1) * $4 + 1 : position * $4]
    FROM unnest($3::text[], $5::boolean[], $6::bigint[], $7::float8[]) WITH ORDINALITY
        AS item (code, blocked, total, coverage, position)
"""

# A temporary table that outlived its transaction would hold back what the whole server can freeze.
INCOMING = text("""
    CREATE TEMPORARY TABLE incoming_score (applicant bigint, blocked boolean, totals bigint,
        coverage float8, values float8[], shares float8[], units bigint[], flags integer[])
    ON COMMIT DROP
""")
APPEND_MANY = text("""
    INSERT INTO score_version
        (round, applicant, run, withdrawn, blocked, total, coverage, values, shares, units, flags)
    SELECT :round, code, :run, false, blocked, totals, coverage, values, shares, units, flags
    FROM incoming_score
    JOIN unnest(:codes) WITH ORDINALITY AS who (code, position) ON position = applicant + 1
""").bindparams(
    bindparam("round", type_=BIGINT),
    bindparam("run", type_=BIGINT),
    bindparam("codes", type_=ARRAY(TEXT)),
)


async def append(
    session: Session, round_id: int, run: int, applicants: Sequence[str], scores: Versions
) -> None:
    """Append *scores* as what holds from *run* on; *applicants* gives their codes.

    At most once in a transaction.
    """
    if not len(scores):
        return
    codes = [applicants[at] for at in scores.applicant]
    write = _append_few if len(codes) <= FEW else _append_many
    await write(session, {"round": round_id, "run": run, "codes": codes}, scores)


async def _append_few(session: Session, identity: dict[str, Any], scores: Versions) -> None:
    _, *rest = (each.ravel().tolist() for each in vars(scores).values())
    driver = await driver_of(session)
    await driver.execute(APPEND_FEW, *identity.values(), scores.values.shape[1], *rest)


async def _append_many(session: Session, identity: dict[str, Any], scores: Versions) -> None:
    """Append through a temporary table: only COPY takes numpy's columns as they are."""
    rows = vars(scores) | {"applicant": np.arange(len(scores))}
    await session.execute(INCOMING)
    await columns.write(session, "incoming_score", rows, _row(scores.values.shape[1]))
    await session.execute(APPEND_MANY, identity)


async def withdraw(session: Session, round_id: int, run: int, applicants: Sequence[str]) -> None:
    """End the part of *applicants* in the ranking from *run* on."""
    query = text("""
        INSERT INTO score_version (round, applicant, run, withdrawn, blocked, total, coverage,
            values, shares, units, flags)
        SELECT :round, code, :run, true, false, 0, 0, '{}', '{}', '{}', '{}'
        FROM unnest(CAST(:applicants AS text[])) AS who (code)
    """)
    await session.execute(query, {"round": round_id, "run": run, "applicants": list(applicants)})
