"""What a run took in, by applicant."""

import numpy as np

from shared.changes.said_store import Said
from shared.database import Session
from shared.database.database import driver_of
from shared.scoring.arrays import runs

# A number of each submission would take the driver longer than PostgreSQL the whole statement. Of a
# file, which is in order of applicants, most have numbers that follow each other.
APPEND = """
    INSERT INTO run_input (round, run, applicant, submissions)
    SELECT $1::bigint, $2::bigint, code, ARRAY(SELECT generate_series(first, last))
    FROM unnest($3::text[], $4::bigint[], $5::bigint[]) AS together (code, first, last)
    UNION ALL
    SELECT $1, $2, code, ($9::bigint[])[behind + 1 : until]
    FROM unnest($6::text[], $7::integer[], $8::integer[]) AS scattered (code, behind, until)
"""


async def append(session: Session, round_id: int, run: int, said: Said) -> None:
    """Append the ids of what was *said* as the input of *run*; nothing is appended of nothing."""
    if not len(said):
        return
    order = np.lexsort((said.id, said.applicant))
    ids, whose = said.id[order], said.applicant[order]
    start, many = runs(whose)
    first, last = ids[start], ids[start + many - 1]
    codes = np.array(said.applicants, object)[whose[start]]
    together = last - first == many - 1
    apart = ~together
    until = np.cumsum(many[apart])
    arguments = (
        *(codes[together], first[together], last[together]),
        *(codes[apart], until - many[apart], until, ids[np.repeat(apart, many)]),
    )
    driver = await driver_of(session)
    await driver.execute(APPEND, round_id, run, *(each.tolist() for each in arguments))
