"""A release works on the schema before its own and on the one after it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

import migrations
from api.app import create_app
from shared.access import service as keys
from shared.core.database_role import DatabaseRole
from shared.core.principal import Actor
from shared.database import Database, SchemaUnknown
from shared.database.migration import configuration, migrate
from shared.database.schema import OLDEST, REVISION, REVISIONS
from shared.settings import Settings
from tests.fixtures.ask import one
from tests.fixtures.make import ROUND, STATIONS, World

NEWER = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "{revision}", "{before}", None, None
supports = {supports!r}


def upgrade():
    op.execute("ALTER TABLE submission ADD COLUMN later text")


def downgrade():
    op.execute("ALTER TABLE submission DROP COLUMN later")
"""


def newer(url: str, folder: Path, supports: str | None) -> Config:
    """Return the configuration of a release with a step more, which lies in *folder*."""
    step = NEWER.format(revision="9999", before=REVISION, supports=supports)
    (folder / "9999_newer.py").write_text(step)
    config = configuration(url)
    versions = Path(migrations.__file__).parent / "versions"
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{versions}\n{folder}")
    return config


@pytest.fixture(params=["older", "newer"])
async def other(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> str:
    """Give the URL of a database at the schema before ours, or at one after it."""
    if request.param == "older":
        await asyncio.to_thread(command.downgrade, configuration(url), OLDEST)
    else:
        await asyncio.to_thread(command.upgrade, newer(url, tmp_path, REVISION), "head")
    return url


async def test_a_round_is_reported_and_scored_on_another_schema(other: str) -> None:
    async with (
        Database(other) as owner,
        Database(other, DatabaseRole.GATEWAY) as gateway,
        Database(other, DatabaseRole.WORKER) as worker,
    ):
        at = await one(owner, "SELECT version_num FROM alembic_version")
        assert at != REVISION
        headers = {}
        async with owner.session() as session:
            for role in ("admin", "portal", "source", "expert", "auditor"):
                key = await keys.create(session, Actor("tests", "tests"), role, role)
                headers[role] = {"Authorization": f"Bearer {key}"}
        transport = httpx.ASGITransport(create_app(gateway, Settings()))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway/v1") as client:
            world = World(client, headers, worker)
            await world.open()
            answer = await world.submit("source", "C1", STATIONS, 7)
            assert answer.status_code == 201, answer.text
            assert await world.recompute()
            ranking = await world.ranking()
            assert (await world.ranking(run=1))["items"] == ranking["items"]
            proofs = [
                (await world.call("auditor", "GET", f"/rounds/{ROUND}/{each}")).status_code
                for each in ("checkpoints", "consistency?from=0&to=1", "archive")
            ]

    assert proofs == ([503, 503, 503] if at < "0020" else [200, 404, 404])
    assert [line["applicant"] for line in ranking["items"] if line["coverage"] > 0] == ["C1"]


async def test_migrating_leaves_a_newer_schema_that_supports_us(url: str, tmp_path: Path) -> None:
    """After a step back to the older release its `migrate` is run again."""
    await asyncio.to_thread(command.upgrade, newer(url, tmp_path, OLDEST), "head")

    await asyncio.to_thread(migrate, url)

    async with Database(url) as owner:
        assert await one(owner, "SELECT version_num FROM alembic_version") == "9999"


@pytest.mark.parametrize("supports", ["9998", None])
async def test_a_newer_schema_that_does_not_support_us_is_refused(
    supports: str | None, url: str, tmp_path: Path
) -> None:
    await asyncio.to_thread(command.upgrade, newer(url, tmp_path, supports), "head")

    with pytest.raises(SchemaUnknown, match="at revision 9999"):
        await Database(url).open()
    with pytest.raises(SchemaUnknown, match="at revision 9999"):
        await asyncio.to_thread(migrate, url)


async def test_a_step_that_is_undone_takes_its_note_along(url: str, tmp_path: Path) -> None:
    note = "SELECT coalesce(obj_description('alembic_version'::regclass), '')"
    config = newer(url, tmp_path, REVISION)
    found = []
    async with Database(url) as owner:
        for move, aim in ((command.upgrade, "head"), (command.downgrade, REVISION)):
            await asyncio.to_thread(move, config, aim)
            found.append(await one(owner, note))
        await asyncio.to_thread(command.downgrade, config, "0003")
        found.append(await one(owner, note))

    assert found == [f"9999 supports {REVISION}", f"{REVISION} supports 0003", ""]


def declared() -> Iterator[tuple[str, str]]:
    """Yield each step with the oldest code that can use the schema after it."""
    steps = ScriptDirectory.from_config(configuration("postgresql://nowhere"))
    for step in reversed(list(steps.walk_revisions())):
        if step.revision > "0003":
            yield step.revision, step.module.supports


def test_every_step_supports_the_code_before_it_and_none_takes_a_refusal_back() -> None:
    found = list(declared())

    assert [oldest for _, oldest in found] == sorted(oldest for _, oldest in found)
    for step, oldest in found:
        assert oldest in REVISIONS[: REVISIONS.index(step)]
    assert REVISIONS[-2] >= OLDEST
