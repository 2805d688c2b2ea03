"""What the database itself refuses to the gateway and to the worker."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.database import Database
from tests.fixtures.ask import rows

APPEND_ONLY = ("submission", "run", "run_input", "score_version", "run_parameters", "audit_event")
ROLES = {"pilotzone_gateway", "pilotzone_worker"}
DENIED = "42501"

HUNG_ELSEWHERE = """
DO $do$
BEGIN
    CREATE TEMPORARY TABLE mine (LIKE applicant);
    INSERT INTO mine VALUES ('C1', 'park', 'x', 'x', NULL, now(), now(), 0);
    CREATE TRIGGER mine BEFORE UPDATE ON mine
    FOR EACH ROW EXECUTE FUNCTION keep_former_applicant();
    UPDATE mine SET name_en = 'forged';
END
$do$"""
FORGED = {
    "pilotzone_gateway": [
        """INSERT INTO submission (id, round, applicant, measure, reporter, kind, as_of, revision,
            status, number, request_id)
        VALUES (1, 1, 'C1', 'm', 1, 'source', '2026-06-01', 1, 'reported', 1, 'r')""",
        """INSERT INTO submission (recorded_at, round, applicant, measure, reporter, kind, as_of,
            revision, status, number, request_id)
        VALUES ('2020-01-01', 1, 'C1', 'm', 1, 'source', '2026-06-01', 1, 'reported', 1, 'r')""",
        """INSERT INTO audit_event (id, actor, action, subject, detail, request_id)
        VALUES (1, 'a', 'b', 'c', '{}', 'r')""",
        """INSERT INTO audit_event (recorded_at, actor, action, subject, detail, request_id)
        VALUES ('2020-01-01', 'a', 'b', 'c', '{}', 'r')""",
        "INSERT INTO submission_change (id, round, applicant, request_id) VALUES (1, 1, 'C1', 'r')",
        HUNG_ELSEWHERE,
        "SELECT setval('applicant_version', 1)",
        "SELECT nextval('applicant_version')",
        "SELECT setval('submission_id_seq', 1)",
        "SELECT setval('audit_event_id_seq', 1)",
    ],
    "pilotzone_worker": [
        """INSERT INTO run (names_version, round, number, worker, request_ids, submissions,
            other_changes, cohort, scores_written, read_ms, compute_ms, write_ms, started_at)
        VALUES (0, 1, 1, 'w', '{}', 0, 0, 0, 0, 0, 0, 0, now())""",
        """INSERT INTO run (recorded_at, round, number, worker, request_ids, submissions,
            other_changes, cohort, scores_written, read_ms, compute_ms, write_ms, started_at)
        VALUES ('2020-01-01', 1, 1, 'w', '{}', 0, 0, 0, 0, 0, 0, 0, now())""",
    ],
}
FOREIGN = {
    "pilotzone_gateway": [
        "INSERT INTO run_input VALUES (1, 1, 'C1', '{1}')",
        "INSERT INTO run_parameters VALUES (1, 1, '{}')",
        "INSERT INTO score_version VALUES (1, 'C1', 1, true, false, 0, 0, '{}', '{}', '{}', '{}')",
        "DELETE FROM submission_change",
        "UPDATE reporter SET role = 'admin'",
        "DELETE FROM reporter",
        "DELETE FROM api_key",
        *(
            f"UPDATE api_key SET {each} = {each}"  # noqa: S608
            for each in ("reporter", "sha256", "applicants", "measures", "rounds", "signing_key")
        ),
        "UPDATE idempotency_key SET status = 200",
        "DELETE FROM idempotency_key",
        *(
            f"UPDATE browser_session SET {each} = {each}"  # noqa: S608
            for each in ("sha256", "key", "expires_at")
        ),
        "DELETE FROM browser_session",
        "UPDATE entry_link SET expires_at = expires_at",
        "DELETE FROM entry_link",
        "INSERT INTO applicant_past VALUES ('C1', 9, 'x', 'x', NULL)",
        "UPDATE framework SET document = '{}'",
        "UPDATE round SET reference_date = now()",
    ],
    "pilotzone_worker": [
        """INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision,
            status, number, request_id)
        VALUES (1, 'C1', 'm', 1, 'source', '2026-06-01', 1, 'reported', 1, 'r')""",
        "INSERT INTO submission_change (round, applicant, request_id) VALUES (1, 'C1', 'r')",
        "SELECT sha256 FROM api_key",
        "SELECT nonce FROM signature_nonce",
        "SELECT body FROM idempotency_key",
        "SELECT sha256 FROM browser_session",
        "INSERT INTO browser_session (sha256, key, expires_at) VALUES ('', 1, now())",
        "INSERT INTO entry_link (sha256, key, expires_at) VALUES ('', 1, now())",
        "UPDATE idempotency_key SET status = 200",
        "UPDATE round SET state = 'open'",
        "UPDATE entry SET state = 'accepted'",
    ],
}
SCHEMA = (
    "CREATE TABLE mine ()",
    "ALTER TABLE submission ADD COLUMN mine int",
    "DROP TABLE run",
    "CREATE RULE mine AS ON INSERT TO run DO INSTEAD NOTHING",
    "ALTER TABLE run DISABLE TRIGGER ALL",
)


@pytest.fixture(params=sorted(ROLES))
def role(request: pytest.FixtureRequest) -> str:
    """Name one of the two roles."""
    name: str = request.param
    return name


@pytest.fixture
def limited(role: str, database: Database, worker_database: Database) -> Database:
    """Give sessions with its rights."""
    return database if role == "pilotzone_gateway" else worker_database


async def state(database: Database, statement: str) -> str | None:
    """Execute a statement, undo it, and return the SQLSTATE of its refusal, None without one."""
    async with database.session() as session:
        try:
            await session.execute(text(statement))
        except DBAPIError as error:
            found: str = getattr(error.orig, "sqlstate", "")
            return found
    return None


async def not_refused(database: Database, *statements: str) -> dict[str, str | None]:
    """Return the statements that no lack of rights stops, and what became of each."""
    states = {each: await state(database, each) for each in statements}
    return {each: found for each, found in states.items() if found != DENIED}


async def test_what_is_append_only_is_never_changed_or_taken_away(
    limited: Database, owner: Database
) -> None:
    """An auditor can rely on it whatever the service's code does."""
    columns = await rows(
        owner,
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_name = ANY (CAST(:tables AS text[]))",
        tables=list(APPEND_ONLY),
    )
    assert {table for table, _ in columns} == set(APPEND_ONLY)

    found = await not_refused(
        limited,
        *(f'UPDATE {table} SET "{column}" = "{column}"' for table, column in columns),  # noqa: S608
        *(f"DELETE FROM {table}" for table in APPEND_ONLY),  # noqa: S608
        *(f"TRUNCATE {table}" for table in APPEND_ONLY),
        *(f"TRUNCATE {table} CASCADE" for table in APPEND_ONLY),
        *(f"LOCK TABLE {table} IN EXCLUSIVE MODE" for table in APPEND_ONLY),
    )

    assert found == {}


async def test_what_the_database_fills_cannot_be_supplied(role: str, limited: Database) -> None:
    """Neither a time nor a place in the order can be forged, nor the counter be set back."""
    assert await not_refused(limited, *FORGED[role]) == {}


async def test_a_role_does_its_own_work_only(role: str, limited: Database) -> None:
    assert await not_refused(limited, *FOREIGN[role]) == {}


async def test_the_schema_is_not_theirs(limited: Database) -> None:
    assert await not_refused(limited, *SCHEMA) == {}


async def test_no_right_beyond_appending_is_granted_to_anybody(owner: Database) -> None:
    """A table's own grants and those on its columns; the owner's are its own."""
    granted = """
        SELECT DISTINCT grantee, privilege_type FROM (
            SELECT grantee, privilege_type, table_name FROM information_schema.table_privileges
            UNION ALL
            SELECT grantee, privilege_type, table_name FROM information_schema.column_privileges
        ) AS every
        WHERE table_name = ANY (CAST(:tables AS text[])) AND grantee <> CURRENT_USER
    """

    found = await rows(owner, granted, tables=list(APPEND_ONLY))

    assert {privilege for _, privilege in found} == {"SELECT", "INSERT"}
    assert {grantee for grantee, _ in found} == ROLES
