"""The database's roles and what each may do: the statements are in sql/grants.*.sql.

No other right is given: what is append-only can only be inserted, and the columns that the database
fills (id, recorded_at) can't be supplied.
"""

import re

from migrations import sql
from shared.core.database_role import DatabaseRole

STEPS = (
    *("0001", "0002", "0003", "0005", "0007", "0009", "0010", "0011", "0012", "0013", "0014"),
    *("0015", "0016", "0017", "0018", "0020", "0021", "0022", "0023", "0025", "0027"),
)
"""The steps that give rights, oldest first."""


def creation(role: DatabaseRole) -> str:
    """Return a statement that creates *role* for the whole server where we may, any time again.

    Where its name is taken, another database uses it already; where a migration of one is about to
    take it, its end is waited for, as long as a statement may. Where the connecting role may not
    create roles, an administrator does (docs/operations.md); until then gateway and worker run with
    the rights they connect with.
    """
    return f"""
DO $role$
DECLARE
    patience text := current_setting('lock_timeout');
BEGIN
    PERFORM set_config('lock_timeout', '0', true);
    CREATE ROLE {role} NOLOGIN;
    GRANT {role} TO CURRENT_USER;
    PERFORM set_config('lock_timeout', patience, true);
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
    RAISE NOTICE 'role {role}: %', SQLERRM;
END
$role$"""


def of_step(step: str) -> list[str]:
    """Return statements that give each role, where it exists, the rights of *step*."""
    rights = {role: _rights(step, role) for role in DatabaseRole}
    return [_where_it_exists(role, given) for role, given in rights.items() if given]


def until_step(step: str) -> list[str]:
    """Return what gives the rights of *step* and of all before it, in their order."""
    return [each for earlier in STEPS if earlier <= step for each in of_step(earlier)]


def _rights(step: str, role: DatabaseRole) -> list[str]:
    every = re.findall(r"^(?:GRANT|REVOKE)\b[^;]*;", sql.read(f"grants.{step}"), re.MULTILINE)
    return [each for each in every if each.endswith(f" {role};")]


def _where_it_exists(role: DatabaseRole, rights: list[str]) -> str:
    body = "\n".join(rights)
    return f"""
DO $rights$
BEGIN
    IF to_regrole('{role}') IS NOT NULL THEN
{body}
    END IF;
END
$rights$"""
