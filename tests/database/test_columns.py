"""Columns of numbers out of PostgreSQL's binary COPY."""

import numpy as np
import pytest
from sqlalchemy import text

from shared.database import Database, columns

EVERY = columns.row_type(
    small="int4", large="int8", real="float8", yes="bool", few=("float8", 2), ids=("int8", 1)
)
ID = columns.row_type(id="int8")
LINE = columns.row_type(id="int8", line=("float8", 1))


async def test_every_type_arrives_in_the_machines_own_form(owner: Database) -> None:
    query = """
        SELECT n::int4, n::int8 << 40, n / 8.0::float8, n > 0,
            ARRAY[n, 'NaN']::float8[], ARRAY[n]::int8[]
        FROM generate_series(-1, 1) AS n
    """
    async with owner.session() as session:
        found = await columns.read(session, query, (), EVERY)

    assert {name: column.dtype for name, column in found.items()} == {
        "small": np.dtype(np.int32),
        "large": np.dtype(np.int64),
        "real": np.dtype(np.float64),
        "yes": np.dtype(np.bool_),
        "few": np.dtype(np.float64),
        "ids": np.dtype(np.int64),
    }
    assert found["small"].tolist() == [-1, 0, 1]
    assert found["large"].tolist() == [-(2**40), 0, 2**40]
    assert found["real"].tolist() == [-0.125, 0, 0.125]
    assert found["yes"].tolist() == [False, False, True]
    np.testing.assert_array_equal(found["few"], [[-1, np.nan], [0, np.nan], [1, np.nan]])
    assert found["ids"].tolist() == [[-1], [0], [1]]


async def test_what_is_written_reads_back_to_the_last_bit(owner: Database) -> None:
    written = {
        "small": np.array([-1, 0, 2**31 - 1], np.int32),
        "large": np.array([-(2**63), 0, 2**63 - 1]),
        "real": np.array([-0.0, np.nan, 5e-324]),
        "yes": np.array([True, False, True]),
        "few": np.array([[0.1, np.inf], [np.nan, -np.inf], [0.0, 1.7976931348623157e308]]),
        "ids": np.array([[1], [-1], [0]]),
    }
    async with owner.session() as session:
        await session.execute(
            text("""
                CREATE TEMPORARY TABLE every (at serial, small int4, large int8, real float8,
                    yes bool, few float8[], ids int8[]) ON COMMIT DROP
            """)
        )
        await columns.write(session, "every", written, EVERY)
        query = "SELECT small, large, real, yes, few, ids FROM every ORDER BY at"
        found = await columns.read(session, query, (), EVERY)

    assert {name: column.tobytes() for name, column in found.items()} == {
        name: column.tobytes() for name, column in written.items()
    }


async def test_no_row_is_columns_of_length_zero(owner: Database) -> None:
    query = "SELECT 1::int8, ARRAY[1]::float8[] WHERE false"
    async with owner.session() as session:
        found = await columns.read(session, query, (), LINE)

    assert {name: column.shape for name, column in found.items()} == {"id": (0,), "line": (0, 1)}


async def test_it_reads_what_its_own_transaction_wrote(owner: Database) -> None:
    async with owner.session() as session:
        await session.execute(text("CREATE TEMPORARY TABLE mine ON COMMIT DROP AS SELECT 7 AS n"))
        found = await columns.read(session, "SELECT n::int8 FROM mine", (), ID)

    assert found["id"].tolist() == [7]


async def test_arguments_are_values_and_not_text(owner: Database) -> None:
    hostile = "'); DROP TABLE run; --"
    async with owner.session() as session:
        found = await columns.read(session, "SELECT length($1::text)::int8", (hostile,), ID)

    assert found["id"].tolist() == [len(hostile)]


async def test_a_query_that_does_not_fit_is_an_error(owner: Database) -> None:
    """Read in place, it would be numbers that nobody stored."""
    for query in (
        "SELECT 1::int4",
        "SELECT 1::int8, 2::int8",
        "SELECT NULL::int8",
        "SELECT NULL::int8 FROM generate_series(1, 7)",  # as many bytes as three whole rows
        "SELECT NULL::int8 UNION ALL SELECT 1 FROM generate_series(1, 3)",
    ):
        async with owner.session() as session:
            with pytest.raises(ValueError, match="width"):
                await columns.read(session, query, (), ID)


async def test_an_array_of_another_length_is_an_error(owner: Database) -> None:
    for query in (
        "SELECT 1::int8, ARRAY[1, 2]::float8[]",
        "SELECT 1::int8, ARRAY[NULL]::float8[]",
        "SELECT 1::int8, ARRAY[NULL, NULL, NULL]::float8[]",  # as many bytes as one number
        "SELECT 1::int8, ARRAY[]::float8[]",
    ):
        async with owner.session() as session:
            with pytest.raises(ValueError, match="width"):
                await columns.read(session, query, (), LINE)
