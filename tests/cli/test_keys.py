"""`pilotzone keys create`: a key's limits name what is registered."""

import asyncio

import pytest

from cli.context import OPERATOR
from cli.failures import explain
from shared.access import service as keys
from shared.access.service import NO_TERMS
from shared.applicants import service as applicants
from shared.applicants.store import Applicant
from shared.database import Database, SchemaUnknown
from shared.frameworks import service as frameworks
from shared.scoring.framework import Name
from tests.cli.test_command_line import pilotzone
from tests.fixtures.ask import rows
from tests.fixtures.make import STATIONS, framework

MAKE = "keys", "create", "--role=source", "--name=x"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (
            ["--applicant=C1", "--applicant=C9"],
            "no such key can be made; /applicants/1: no applicant C9 is registered",
        ),
        (
            [f"--measure={STATIONS}", "--measure=staff", "--measure=others"],
            (
                "no such key can be made; /measures/1: no measure staff is registered;"
                " /measures/2: no measure others is registered"
            ),
        ),
        (["--round=R1999"], "no such key can be made; /rounds/0: no round R1999 is registered"),
        (
            ["--expires=2020-01-31"],
            (
                "no such key can be made; /expires_at: the key would have expired on 2020-01-31:"
                " give a later date"
            ),
        ),
    ],
)
async def test_a_key_limited_to_what_nobody_knows_is_refused(
    url: str, owner: Database, limits: list[str], said: str
) -> None:
    async with owner.session() as session:
        await frameworks.register(session, OPERATOR, framework())
        county = Applicant("C1", "county", Name("县", "County"), None)
        await applicants.register(session, OPERATOR, [county])

    answer = await asyncio.to_thread(pilotzone, *MAKE, *limits, PILOTZONE_DATABASE_URL=url)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"error: {said}\n"
    assert await rows(owner, "SELECT name FROM reporter") == []


def test_a_name_that_has_another_role_is_named_with_what_to_do(url: str) -> None:
    pilotzone(*MAKE, PILOTZONE_DATABASE_URL=url)

    answer = pilotzone("keys", "create", "--role=admin", "--name=x", PILOTZONE_DATABASE_URL=url)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        'error: the reporter "x" has the role source for ever: choose another name, or that role\n'
    )


async def test_who_has_not_the_owners_rights_is_told_so(worker_database: Database) -> None:
    """And not that a step of the schema is lacking, which a gateway of another step is told."""
    with pytest.raises(SchemaUnknown) as refused:
        async with worker_database.session() as session:
            await keys.issue(session, OPERATOR, "x", "source", NO_TERMS)

    said = explain(refused.value) or ""
    assert "permission denied" in said
    assert said.endswith("set PILOTZONE_DATABASE_URL to that of the tables' owner")
