"""What a run took in is hashed alike by the database, one by one, and here, by what is common."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.database import Database
from shared.seals import records, service, unsealed_store
from shared.seals import store as seals
from tests.fixtures.ask import execute, one

ODD = '"quote" \\ / \t \n \x1f \x7f \u2028 汉字 \U0001f600'

SUBMISSIONS = """
    INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision, status,
        number, codes, reference, comment, request_id, reported_at, obs_status, confirmed_by)
    SELECT {round}, 'C' || at, 'measure-' || repeat('x', at % 3), who.id, 'source',
        DATE '2026-01-31' + at % 2, 1 + at % 2,
        CASE at % 4 WHEN 0 THEN 'withdrawn' ELSE 'reported' END,
        CASE at % 4 WHEN 1 THEN at / 3.0 WHEN 2 THEN -at END,
        CASE at % 4 WHEN 3 THEN ARRAY['a', 'b' || at % 2] END,
        CASE at % 5 WHEN 0 THEN $odd${odd}$odd$ END, CASE at % 7 WHEN 0 THEN $odd${odd}$odd$ END,
        'request-' || at % 2, CASE at % 6 WHEN 0 THEN now() END,
        CASE at % 9 WHEN 0 THEN 'A' END, CASE at % 8 WHEN 0 THEN who.id END
    FROM generate_series(1, 200) AS at
    JOIN LATERAL (SELECT id FROM reporter ORDER BY (id + at) % 3, id LIMIT 1) AS who ON true
"""
TAKEN = """
    INSERT INTO run_input (round, run, applicant, submissions)
    SELECT round, 1, applicant, array_agg(id ORDER BY id DESC) FROM submission
    WHERE id % 7 <> 0 GROUP BY round, applicant
"""


async def test_many_submissions_are_hashed_as_each_alone_is(
    owner: Database, round_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await execute(owner, SUBMISSIONS.format(round=round_id, odd=ODD), TAKEN)
    taken = await one(owner, "SELECT count(*) FROM submission WHERE id % 7 <> 0")
    async with owner.session() as session:
        key = await seals.secret(session)
        each = await unsealed_store.input_leaves(session, round_id, 1, key)
        ids = await unsealed_store.taken(session, round_id, 1)
        groups = await unsealed_store.groups(session, round_id, ids, key)
        monkeypatch.setattr(unsealed_store, "CLOSE", 0)
        alone = await unsealed_store.groups(session, round_id, ids, key)
        run = unsealed_store.Run(1, "", 1, {}, len(ids), 0, 0, datetime.now(UTC))
        found = list[dict[str, Any]]()
        for few, alike, page in ((1_000, 1, 8), (0, 0, 1_024), (0, 0, 8), (0, 1_000, 1_024)):
            monkeypatch.setattr(service, "FEW", few)
            monkeypatch.setattr(service, "ALIKE", alike)
            monkeypatch.setattr(service, "PAGE", page)
            found.append(await service._inputs(session, round_id, run, key))
    assert b"".join(records.leaves_of(groups, ids)) == each
    assert b"".join(records.leaves_of(alone, ids)) == each
    assert taken == len(ids) == len(each) // 32
    assert 1 < len(groups) < len(ids)
    assert (
        sum(len(group.ids) // 8 for group in groups)
        > sum(len(group.ids) // 8 for group in alone)
        == len(ids)
    )
    assert found == [found[0]] * 4
    assert found[0]["count"] == taken


async def both_ways(
    owner: Database, round_id: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is sealed of run 1, hashed by the database, and as many are hashed."""
    async with owner.session() as session:
        key = await seals.secret(session)
        run = unsealed_store.Run(1, "", 1, {}, 1_000, 0, 0, datetime.now(UTC))
        monkeypatch.setattr(service, "ALIKE", 0)
        monkeypatch.setattr(service, "FEW", 1_000)
        each = await service._inputs(session, round_id, run, key)
        monkeypatch.setattr(service, "FEW", 0)
        return each, await service._inputs(session, round_id, run, key)


@pytest.mark.parametrize("also", ["id", "99999"])
async def test_what_a_run_names_twice_or_nobody_has_any_more_is_hashed_as_the_database_does(
    owner: Database, round_id: int, also: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = TAKEN.replace("array_agg(id ORDER BY id DESC)", f"array_agg(id) || array_agg({also})")
    await execute(owner, SUBMISSIONS.format(round=round_id, odd=ODD), named)
    each, many = await both_ways(owner, round_id, monkeypatch)
    assert many == each


@pytest.mark.parametrize("column", ["applicant", "measure"])
async def test_codes_that_json_escapes_are_hashed_by_the_database(
    owner: Database, round_id: int, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await execute(
        owner,
        SUBMISSIONS.format(round=round_id, odd=ODD),
        """INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision,
            status, number, request_id)
        SELECT round, applicant, measure, reporter, kind, as_of, 9, 'reported', 1, request_id
        FROM (SELECT round, reporter, kind, as_of, request_id, 'C1' AS applicant, 'm' AS measure
            FROM submission LIMIT 1) AS said""".replace(f"AS {column}", f"|| '\"' AS {column}"),
        TAKEN,
    )
    each, many = await both_ways(owner, round_id, monkeypatch)
    assert many == each
