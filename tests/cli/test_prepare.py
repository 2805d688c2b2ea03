"""What `pilotzone up` does before its gateway starts: what ships is there, what was there stays."""

import asyncio

from cli.context import OPERATOR
from cli.demo_data import REPORTERS
from shared.access import service as keys
from shared.access.list_store import in_force
from shared.applicants import service as applicants
from shared.applicants import store
from shared.database import Database
from shared.frameworks import service as frameworks
from shared.frameworks.yaml_document import parse
from shared.reference import framework_text
from shared.scoring.framework import Name
from tests.cli.test_command_line import pilotzone
from tests.fixtures.ask import one, rows

GUIDE = "liaoning-5g-pilot-zone", "2023-trial"
COUNTY = "210212"
EVENTS = "SELECT action, count(*) FROM audit_event GROUP BY action ORDER BY action"


async def prepare(url: str) -> None:
    answer = await asyncio.to_thread(pilotzone, "prepare", PILOTZONE_DATABASE_URL=url)
    assert (answer.returncode, answer.stderr) == (0, "")


async def test_the_guides_framework_and_the_divisions_are_registered_once(
    url: str, owner: Database
) -> None:
    for _ in range(2):
        await prepare(url)

        assert await rows(owner, "SELECT code, version FROM framework") == [GUIDE]
        assert await one(owner, "SELECT count(*) FROM applicant WHERE kind = 'county'") == 100
        assert await rows(owner, EVENTS) == [
            ("applicant.registered", 100),
            ("framework.registered", 1),
        ]


async def test_what_an_operator_made_of_it_stays(url: str, owner: Database) -> None:
    """A renamed county, and a document of the operator's own under the guide's name."""
    document = parse(framework_text())
    assert isinstance(document, dict)
    renamed = {"name": Name("更名区", "Renamed District"), "division": "210200"}
    async with owner.session() as session:
        ours, _ = await frameworks.register(session, OPERATOR, document | {"precision": 3})
        county = store.Applicant(COUNTY, "county", Name("旧名区", "Old District"), None)
        await applicants.register(session, OPERATOR, [county])
        changed = await applicants.change(session, OPERATOR, COUNTY, renamed, lambda _: None)

    await prepare(url)

    async with owner.session() as session:
        assert await store.get(session, COUNTY) == changed
    assert await rows(owner, "SELECT sha256 FROM framework") == [(ours.sha256,)]


async def test_keys_of_a_demonstration_whose_up_was_killed_end(url: str, owner: Database) -> None:
    async with owner.session() as session:
        for name, role in {**REPORTERS, "statistics": "source"}.items():
            await keys.create(session, OPERATOR, name, role)

    await prepare(url)

    async with owner.session() as session:
        assert [each.name for each in await in_force(session)] == ["statistics"]
