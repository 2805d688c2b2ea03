"""How long what an operator sets may last: what PostgreSQL keeps, and no process waits for ever."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from shared.database import Database, Limits
from shared.settings import Settings

DURATIONS = [name for name, field in Settings.model_fields.items() if field.annotation is timedelta]
OF_POSTGRESQL = {
    "database_statement_timeout",
    "database_lock_timeout",
    "database_idle_timeout",
    "worker_statement_timeout",
}


@pytest.mark.parametrize("name", DURATIONS)
@pytest.mark.parametrize("given", ["-PT1S", "P30D", "P999999999D", "PT999999999H"])
def test_no_duration_is_negative_or_without_end(name: str, given: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({name: given})


@pytest.mark.parametrize("name", sorted(OF_POSTGRESQL | {"database_connect_timeout"}))
@pytest.mark.parametrize("given", ["PT0S", "PT0.0004S"])
def test_no_limit_is_so_short_that_it_would_be_none(name: str, given: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({name: given})


@pytest.mark.parametrize(("given", "kept"), [("PT0.001S", "1ms"), ("P24D", "24d")])
async def test_postgresql_keeps_the_least_and_the_greatest_limit(
    url: str, given: str, kept: str
) -> None:
    settings = Settings.model_validate(dict.fromkeys(OF_POSTGRESQL, given))
    limits = Limits.of_gateway(settings).of_server(), Limits.of_worker(settings).of_server()

    async with Database(url) as database, database.driver() as driver:
        for name, limit in [*limits[0].items(), *limits[1].items()]:
            # In one statement: between two of them the limit may end the connection.
            assert await driver.fetchval("SELECT set_config($1, $2, true)", name, limit) == kept
