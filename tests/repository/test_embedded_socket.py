"""Where the socket of the embedded PostgreSQL is, as the manual finds it."""

from urllib.parse import quote

from tests.fixtures.terminal import terminal
from tests.repository.test_shown_commands import DUMP_EMBEDDED, OPERATING, block


def test_the_socket_of_a_long_path_is_read_from_the_url() -> None:
    """It is then outside the data directory; what the name of a folder may have is encoded."""
    define, _, _ = block(OPERATING, DUMP_EMBEDDED).partition('"$bin/pg_dump"')
    elsewhere = "/tmp/a folder, 100%"  # noqa: S108 -- nothing is there
    with terminal() as here:
        (here.data / "run").mkdir(parents=True)
        (here.data / "run" / "database.url").write_text(
            f"postgresql+asyncpg://postgres@/pilotzone?host={quote(elsewhere)}&port=5432"
        )

        assert here.types(f"{define}socket_of .data") == [f"{elsewhere}\n"]
