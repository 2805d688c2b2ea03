"""Bringing a database to the newest schema."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

import migrations
from shared.core.database_role import DatabaseRole
from shared.database.schema import SEARCH_PATH, driver_url, require_schema


def configuration(url: str) -> Config:
    """Return Alembic's configuration for the database of *url*."""
    config = Config()
    config.set_main_option(
        "script_location", str(Path(migrations.__file__).parent).replace("%", "%%")
    )
    config.attributes["url"] = driver_url(url).render_as_string(hide_password=False)
    return config


def migrate(url: str) -> None:
    """Take every step that is missing; two at once take turns, and none missing is no error.

    A newer version's schema is left as it is. Raises: SchemaUnknown, where it does not support us.
    """
    try:
        command.upgrade(configuration(url), "head")
    except CommandError as error:
        if isinstance(error.__cause__, ResolutionError):
            asyncio.run(require_schema(url))
            return
        raise


def missing_roles(url: str) -> list[DatabaseRole]:
    """Return which of our roles nobody created on the server of *url*."""
    there = set(_ask(url, "SELECT rolname FROM pg_roles"))
    return [role for role in DatabaseRole if role not in there]


def other_owner(url: str) -> str | None:
    """Return who owns the tables, if the user of *url* can't act as their owner and grant."""
    found = _ask(
        url,
        "SELECT pg_get_userbyid(relowner) FROM pg_class"
        " WHERE oid = to_regclass('alembic_version') AND NOT pg_has_role(relowner, 'USAGE')",
    )
    return found[0] if found else None


def _ask(url: str, query: str) -> list[str]:
    async def ask() -> list[str]:
        engine = create_async_engine(driver_url(url), connect_args={"server_settings": SEARCH_PATH})
        try:
            async with engine.connect() as connection:
                return list(await connection.scalars(text(query)))
        finally:
            await engine.dispose()

    return asyncio.run(ask())
