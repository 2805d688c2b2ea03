"""How Alembic reaches the database: one transaction, one migration at a time."""

import asyncio
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from migrations import grants
from migrations.tables import METADATA
from shared.core.database_role import DatabaseRole
from shared.database.locks import Lock
from shared.database.schema import SEARCH_PATH, driver_url, support

TIME_OUTS = ("SET LOCAL lock_timeout = '5s'", "SET LOCAL statement_timeout = '60s'")
"""A lock that somebody holds makes a step fail, not wait with all who come behind it."""


def note_support(ctx: MigrationContext, heads: set[str], **_: Any) -> None:
    """Note in the database, after each step, the oldest code that can use the schema as it is."""
    note = "NULL"
    for head in heads:
        oldest = getattr(context.script.get_revision(head).module, "supports", None)
        note = f"'{support(head, oldest)}'" if oldest else "NULL"
    ctx.execute(f"COMMENT ON TABLE alembic_version IS {note}")


def take_steps(**how: Any) -> None:
    """Take the steps asked for in one transaction."""
    context.configure(target_metadata=METADATA, on_version_apply=note_support, **how)
    with context.begin_transaction():
        for statement in TIME_OUTS:
            context.execute(statement)
        context.run_migrations()


def migrate(connection: sa.Connection) -> None:
    """Take the steps asked for; a second migration waits here and then finds nothing to do.

    Roles and rights are looked after each time: the user may have come to CREATEROLE since, or
    somebody else may have created the roles.
    """
    connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({Lock.MIGRATION:d})"))
    take_steps(connection=connection)
    revision = context.get_context().get_current_revision()
    for role in DatabaseRole:
        connection.exec_driver_sql(grants.creation(role))
    for statement in grants.until_step(revision or ""):
        connection.exec_driver_sql(statement)


async def connect_and_migrate(url: str) -> None:
    """Open a connection of our own and migrate over it."""
    engine = create_async_engine(driver_url(url), connect_args={"server_settings": SEARCH_PATH})
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    take_steps(dialect_name="postgresql")
elif given is not None:
    take_steps(connection=given)
else:
    asyncio.run(connect_and_migrate(context.config.attributes["url"]))
