"""Rows of a file, judged before the round is held; and once it is, what nothing came between."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import asyncpg

from shared.database import Driver, locks
from shared.database.locks import Lock


class Verdict(NamedTuple):
    """What would become of some items now, in their order.

    *plain*: each would be added and count, or stands already. *follows* is the revision that an
    item would be, None where *standing* is the id of what says the same. *before* and *entered* are
    as in a `Receipt`. The round had the submission *last* then, and nothing later, and *aside* of
    those that were set aside; 0 is none.
    """

    plain: bool
    follows: list[int | None]
    standing: list[int | None]
    before: list[float | None]
    entered: list[bool]
    last: int
    aside: int

    @property
    def columns(self) -> tuple[list[Any], ...]:
        """What is said of each item."""
        return self.follows, self.standing, self.before, self.entered

    def amend(self, place: int, row: tuple[Any, ...]) -> bool:
        """Have the item at *place* be judged as *row* says, in the order of `columns`.

        Returns whether that differs from what was said.
        """
        before = tuple(column[place] for column in self.columns)
        for column, value in zip(self.columns, row, strict=True):
            column[place] = value
        return row != before


class Log(NamedTuple):
    """The *round* that a request appends to; *logs_files* is what `hold` says of it."""

    round: int
    request_id: str
    logs_files: bool


VERDICT = """
        bool_and(result IN ('created', 'revised', 'unchanged')
            AND set_aside IS NULL AND confirmed_by IS NULL) AS plain,
        array_agg(CASE WHEN result <> 'unchanged' THEN revision + 1 END ORDER BY place) AS follows,
        array_agg(standing_id ORDER BY place) AS standing,
        array_agg(before ORDER BY place) AS before,
        array_agg(entered ORDER BY place) AS entered
"""
JUDGE = f"""
    SELECT {VERDICT},
        coalesce((SELECT id FROM submission WHERE round = $1 ORDER BY id DESC LIMIT 1), 0),
        coalesce((SELECT id FROM submission_aside WHERE round = $1 ORDER BY id DESC LIMIT 1), 0)
    FROM judge_items($1, $2::text::submission_item[])
"""  # noqa: S608 -- text of ours

HOLD = """
    SELECT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = CAST('submission_change' AS regclass) AND attname = 'last_submission'
    ), pg_advisory_xact_lock($1::integer, $2::integer), pg_notify('submission_change', $3::text)
"""
# The order is that of the way to take, here and above: a plan that was made for an empty table, to
# which all ways are alike, would go on reading all of the round. OFFSET 0 keeps it.
SINCE = """
    SELECT state = 'open', ARRAY(
        SELECT DISTINCT ARRAY[applicant, measure] FROM (
            (SELECT applicant, measure, reporter FROM submission
                WHERE round = $1 AND id > $3 ORDER BY id OFFSET 0)
            UNION ALL
            (SELECT applicant, measure, reporter FROM submission_aside
                WHERE round = $1 AND id > $4 ORDER BY id OFFSET 0)
        ) AS later WHERE reporter = $2
    )
    FROM round WHERE id = $1
"""
LAID = """
    CREATE TEMPORARY TABLE laid_item (
        applicant text COLLATE "C", measure text COLLATE "C", reporter bigint, kind text,
        as_of date, status text, number float8, joined text, reference text, comment text,
        request_id text, moment timestamptz, observation text, follows integer
    ) ON COMMIT DROP
"""
# By the natural key, so that neighbours in its index are appended one after another.
WRITTEN = """
    SELECT applicant, measure, reporter, kind, as_of, status, number, joined, reference, comment,
        request_id, moment, observation, follows
    FROM unnest(${items}::text::submission_item[], ${follows}::integer[]) AS item (
        applicant, measure, reporter, kind, as_of, status, number, joined, reference, comment,
        request_id, expects, moment, observation, doubt, factor, confirmer, reason, follows)
    WHERE follows IS NOT NULL
    ORDER BY applicant COLLATE "C", measure COLLATE "C", as_of
"""
LAY = f"INSERT INTO laid_item {WRITTEN.format(items=1, follows=2)}"
OF_LAID = "laid_item ORDER BY applicant, measure, as_of"
OF_WRITTEN = f"({WRITTEN.format(items=3, follows=4)}) AS item"
INTO = """
    INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision, status,
        number, codes, reference, comment, reported_at, obs_status, request_id)
"""
APPEND = f"""
    WITH added AS (
        {INTO}
        SELECT $1, applicant, measure, reporter, kind, as_of, follows, status,
            number, string_to_array(joined, chr(31)), reference, comment, moment, observation,
            request_id
        FROM {{items}}
        RETURNING id, applicant
    ), logged AS ({{logged}})
    SELECT array_agg(id ORDER BY id) FROM added
"""  # noqa: S608 -- text of ours
LOG_FILE = """
    INSERT INTO submission_change (round, submission, last_submission, changes, request_id)
    SELECT $1, min(id), max(id), count(*), $2 FROM added HAVING count(*) > 0
"""
"""Nothing else of the round comes between the first and the last, since the round is held."""

LOG_EACH = """
    INSERT INTO submission_change (round, applicant, submission, request_id)
    SELECT $1, applicant, id, $2 FROM added
"""
"""For a schema before 0027."""

# Judged once for both who ask, by a statement that sees what was committed before the hold.
APPEND_PLAIN = f"""
    WITH item AS MATERIALIZED (
        SELECT place, applicant, measure, reporter, kind, as_of, status, number, codes, reference,
            comment, moment, observation, request_id, result, revision, standing_id, set_aside,
            confirmed_by, entered, before
        FROM judge_items($1, $3::text::submission_item[])
    ), verdict AS MATERIALIZED (
        SELECT {VERDICT} FROM item
    ), added AS (
        {INTO}
        SELECT $1, applicant, measure, reporter, kind, as_of, revision + 1, status,
            number, codes, reference, comment, moment, observation, request_id
        FROM item WHERE result <> 'unchanged' AND (SELECT plain FROM verdict)
        ORDER BY applicant COLLATE "C", measure COLLATE "C", as_of
        RETURNING id
    ), logged AS ({LOG_FILE})
    SELECT verdict.*, 0, 0, ARRAY(SELECT id FROM added ORDER BY id) FROM verdict
"""  # noqa: S608 -- text of ours


async def judge(driver: Driver, round_id: int, text: str) -> Verdict | None:
    """Say what would become of the items of *text*, at least one, as `written` writes them.

    No lock is awaited. None: the schema is of before step 0023, and cannot tell.
    """
    try:
        return Verdict(*await driver.fetchrow(JUDGE, round_id, text))
    except (asyncpg.UndefinedFunctionError, asyncpg.UndefinedObjectError):
        return None


async def hold(driver: Driver, round_id: int) -> bool:
    """Have the round to ourselves until the transaction ends, and say that it changes.

    As `append_items` does it: submissions appear in the order of their ids. Returns whether the
    schema's change log has a row for a file, not for each row: from step 0027 on.
    """
    logs_files: bool = await driver.fetchval(HOLD, Lock.STATE, locks.key(round_id), str(round_id))
    return logs_files


async def said_since(
    driver: Driver, round_id: int, reporter: int, verdict: Verdict
) -> AbstractSet[tuple[str, str]] | None:
    """Return of what a reporter said anything since *verdict*: applicants with measures.

    In a round that is held. All else that it says is judged as it was; others may say what they
    like. None: the round is not open any more.
    """
    is_open, said = await driver.fetchrow(SINCE, round_id, reporter, verdict.last, verdict.aside)
    return frozenset(map(tuple, said)) if is_open else None


async def lay(driver: Driver, text: str, follows: Sequence[int | None]) -> None:
    """Lay the items of *text* that are to be a revision ready, until the transaction ends."""
    await driver.execute(LAID)
    await driver.execute(LAY, text, follows)


async def insert(driver: Driver, into: Log) -> Sequence[int]:
    """Append what is laid ready; return the ids in the order of applicants, measures and dates."""
    return await _insert(driver, into, OF_LAID)


async def insert_written(
    driver: Driver, into: Log, text: str, follows: Sequence[int | None]
) -> Sequence[int]:
    """Do what `insert` does with the items of *text* that are to be a revision."""
    return await _insert(driver, into, OF_WRITTEN, text, follows)


async def _insert(driver: Driver, into: Log, items: str, *arguments: Any) -> Sequence[int]:
    logged = LOG_FILE if into.logs_files else LOG_EACH
    statement = APPEND.format(items=items, logged=logged)
    found: Sequence[int] = await driver.fetchval(statement, into.round, into.request_id, *arguments)
    return found


async def append_plain(
    driver: Driver, round_id: int, text: str, request_id: str
) -> tuple[Verdict, Sequence[int]]:
    """Judge the items of *text* in a round that is held, and append them if all is plain.

    From step 0027 on. Returns the ids as `insert` does; none where nothing is new, or not plain.
    """
    *verdict, ids = await driver.fetchrow(APPEND_PLAIN, round_id, request_id, text)
    return Verdict(*verdict), ids
