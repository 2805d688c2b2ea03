"""`pilotzone migrate` where its user may not do everything."""

from collections.abc import Iterator

import pytest

from shared.core.database_role import DatabaseRole
from shared.embedded import server as embedded
from shared.embedded.server import logged_in
from tests.cli.test_command_line import pilotzone
from tests.conftest import QUICK
from tests.fixtures.places import data_folder
from tests.fixtures.postgres import ask


@pytest.fixture
def plain() -> Iterator[str]:
    """Give a server of our own, whose roles are not there yet, to a user who cannot make any."""
    with data_folder() as folder, embedded.serve(folder, QUICK) as url:
        ask(url, "DROP ROLE pilotzone_gateway, pilotzone_worker")
        ask(url, "CREATE ROLE plain LOGIN")
        ask(url, "ALTER DATABASE pilotzone OWNER TO plain")
        yield url.replace("postgres@", "plain@")


def test_migrating_names_the_roles_that_are_missing(plain: str) -> None:
    """Gateway and worker would else run with all rights, and nobody would know."""
    for _ in range(2):
        answer = pilotzone("migrate", PILOTZONE_DATABASE_URL=plain)

        assert (answer.returncode, answer.stdout) == (0, "the schema is up to date\n")
        assert answer.stderr == (
            "warning: the roles pilotzone_gateway, pilotzone_worker do not exist: without them"
            " gateway and workers run with all rights of their user; create them as"
            ' docs/operations.md says under "Roles and rights"\n'
        )


def test_migrating_says_nothing_where_the_roles_are_there(url: str) -> None:
    answer = pilotzone("migrate", PILOTZONE_DATABASE_URL=url)

    assert (answer.returncode, answer.stderr) == (0, "")


def test_missing_roles_are_created_as_soon_as_the_user_may(plain: str) -> None:
    """An administrator may give CREATEROLE to the owner long after the first migration."""
    pilotzone("migrate", PILOTZONE_DATABASE_URL=plain)
    ask(plain.replace("plain@", "postgres@"), "ALTER ROLE plain CREATEROLE")

    for _ in range(2):
        answer = pilotzone("migrate", PILOTZONE_DATABASE_URL=plain)

        assert (answer.returncode, answer.stderr) == (0, "")
    for role in DatabaseRole:
        assert ask(plain, f"SELECT pg_has_role('{role}', 'MEMBER')") is True
        assert ask(plain, f"SELECT has_table_privilege('{role}', 'submission', 'SELECT')") is True


def test_migrating_as_the_gateway_says_that_no_rights_were_granted(url: str) -> None:
    """A mixed-up URL would else look like success, and the roles stay without their rights."""
    gateway = logged_in(url, DatabaseRole.GATEWAY)

    answer = pilotzone("migrate", PILOTZONE_DATABASE_URL=gateway)

    assert (answer.returncode, answer.stdout) == (0, "the schema is up to date\n")
    assert answer.stderr == (
        "warning: no rights were granted, because the tables belong to postgres: migrate with the"
        " PILOTZONE_DATABASE_URL of that user\n"
    )


def test_what_only_the_owner_may_do_says_so(url: str) -> None:
    worker = logged_in(url, DatabaseRole.WORKER)

    answer = pilotzone("migrate", PILOTZONE_DATABASE_URL=worker)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert "permission denied for " in answer.stderr
    assert answer.stderr.endswith(": set PILOTZONE_DATABASE_URL to that of the tables' owner\n")
