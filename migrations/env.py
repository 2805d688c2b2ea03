"""How Alembic reaches the database: one transaction, one migration at a time."""

import asyncio

import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from migrations.tables import METADATA
from shared.database.locks import Lock
from shared.database.schema import driver_url


def migrate(connection: sa.Connection) -> None:
    """Run the steps asked for; a second migration waits here and then finds nothing to do."""
    connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({Lock.MIGRATION:d})"))
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_migrate(url: str) -> None:
    """Open a connection of our own and migrate over it."""
    engine = create_async_engine(driver_url(url))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
elif given is not None:
    context.configure(connection=given, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(connect_and_migrate(context.config.attributes["url"]))
