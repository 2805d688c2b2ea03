"""Bringing a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import migrations
from shared.store.engine import driver_url


def configuration(url: str) -> Config:
    """Return Alembic's configuration for the database of *url*."""
    config = Config()
    config.set_main_option(
        "script_location", str(Path(migrations.__file__).parent).replace("%", "%%")
    )
    config.attributes["url"] = driver_url(url).render_as_string(hide_password=False)
    return config


def migrate(url: str) -> None:
    """Take every step that is missing; two at once take turns, and none missing is no error."""
    command.upgrade(configuration(url), "head")
