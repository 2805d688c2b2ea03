"""Beyond a tolerance: SQL and Python say the same of any numbers."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.database import Database
from shared.scoring import tolerance as scoring
from shared.submissions.tolerance import beyond, difference
from tests.scoring.limits import Limit, limits

CONDITION = beyond(difference("one", "other"), "tolerance", "unit::numeric")
ASKED = text(f"""
    SELECT {CONDITION}
    FROM unnest(CAST(:one AS float8[]), CAST(:other AS float8[]),
        CAST(:tolerance AS float8[]), CAST(:unit AS float8[]))
        WITH ORDINALITY AS asked (one, other, tolerance, unit, place) ORDER BY place
""")  # noqa: S608
NAMES = ("one", "other", "tolerance", "unit")


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(limits(), min_size=1, max_size=40))
async def test_sql_and_python_agree(owner: Database, rows: list[Limit]) -> None:
    columns = np.array(rows).T
    async with owner.session() as session:
        asked = dict(zip(NAMES, columns.tolist(), strict=True))
        found = (await session.scalars(ASKED, asked)).all()

    assert found == scoring.beyond(*columns).tolist()


async def test_without_a_limit_nothing_is_beyond(owner: Database) -> None:
    asked = {"one": [1.0], "other": [2.0], "tolerance": [None], "unit": [1.0]}
    async with owner.session() as session:
        assert (await session.scalars(ASKED, asked)).all() == [None]
