"""The embedded PostgreSQL: shared, crash-proof, and at home in any directory."""

import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.embedded.server import EmbeddedError, is_alive, serve
from tests.fixtures.places import data_folder
from tests.fixtures.postgres import ask, url_of, user
from tests.fixtures.waiting import eventually

FAST = {"fsync": "off"}


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Give a folder for a database."""
    with data_folder() as folder:
        yield folder


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def test_the_first_user_creates_the_database_and_the_last_stops_the_server(
    data_dir: Path,
) -> None:
    with serve(data_dir / "data", FAST) as url:
        assert ask(url, "SELECT current_database()") == "pilotzone"
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SHOW fsync") == "off"

    assert not is_alive(data_dir / "data")


def test_nobody_can_reach_the_server_over_the_network(data_dir: Path) -> None:
    """Whoever may enter the socket's directory is trusted, so nothing else may listen."""
    with serve(data_dir, FAST) as url:
        assert ask(url, "SHOW listen_addresses") == ""
        sockets = Path(parse_qs(urlsplit(url).query)["host"][0])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700


def test_a_dropped_database_is_created_again(data_dir: Path) -> None:
    with serve(data_dir, FAST) as url:
        ask(url.replace("/pilotzone?", "/postgres?"), "DROP DATABASE pilotzone")

        with serve(data_dir) as again:
            assert ask(again, "SELECT current_database()") == "pilotzone"


def test_the_server_stays_while_anybody_uses_it(data_dir: Path) -> None:
    with serve(data_dir, FAST) as url:
        with user(data_dir) as second:
            assert url_of(second) == url
        assert second.returncode == 0
        assert ask(url, "SELECT 1") == 1

    assert not is_alive(data_dir)


def test_the_one_who_started_may_leave_first(data_dir: Path) -> None:
    with user(data_dir) as first:
        url = url_of(first)
        with serve(data_dir):
            first.communicate()
            assert ask(url, "SELECT 1") == 1

    assert not is_alive(data_dir)


def test_a_killed_user_is_not_counted(data_dir: Path) -> None:
    with user(data_dir) as first:
        url = url_of(first)
        first.kill()
    assert is_alive(data_dir)

    with serve(data_dir) as again:
        assert again == url
        assert ask(url, "SELECT 1") == 1

    assert not is_alive(data_dir)


def test_committed_data_survives_a_killed_server(data_dir: Path) -> None:
    with serve(data_dir) as url:
        ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(postmaster(data_dir), signal.SIGKILL)

        with serve(data_dir) as url_again:
            assert ask(url_again, "SELECT answer FROM kept") == 42


def test_a_stale_process_id_may_belong_to_a_stranger(data_dir: Path) -> None:
    """PostgreSQL alone would take the stranger for its own postmaster and refuse to start."""
    with serve(data_dir, FAST):
        os.kill(postmaster(data_dir), signal.SIGKILL)
        assert eventually(lambda: not is_alive(data_dir))
    pid_file = data_dir / "postgres" / "postmaster.pid"
    account = pid_file.stat().st_uid
    sleep = ["/bin/sleep", "600"]
    stranger = subprocess.Popen(sleep, user=account if os.geteuid() == 0 else None)
    try:
        said = pid_file.read_text().split("\n")
        pid_file.write_text("\n".join([str(stranger.pid), *said[1:]]))

        with serve(data_dir, FAST) as url:
            assert ask(url, "SELECT 1") == 1

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_first_users_at_once_share_one_server(data_dir: Path) -> None:
    with user(data_dir) as one, user(data_dir) as other:
        assert url_of(one) == url_of(other) != ""

    assert (one.returncode, other.returncode) == (0, 0)
    assert not is_alive(data_dir)


def test_a_creation_cut_short_leaves_no_half_a_cluster(data_dir: Path) -> None:
    """A user killed within initdb; what is left of it may still be writing."""
    with user(data_dir) as first:
        assert eventually((data_dir / "postgres.new" / "PG_VERSION").exists)
        first.kill()
    assert not (data_dir / "postgres").exists()

    with serve(data_dir, FAST) as url:
        assert ask(url, "SELECT 1") == 1
    assert not (data_dir / "postgres.new").exists()


def test_a_start_that_fails_says_what_the_server_said(data_dir: Path) -> None:
    with (
        pytest.raises(EmbeddedError, match=r"did not start: .*work_mem"),
        serve(data_dir, {"work_mem": "plenty"}),
    ):
        pass

    assert not is_alive(data_dir)


def test_a_start_that_takes_too_long_is_given_up(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.embedded.server.START_LIMIT", 0.0)

    with pytest.raises(EmbeddedError, match="does not get ready"), serve(data_dir, FAST):
        pass

    assert not is_alive(data_dir)


def test_another_major_version_is_refused_and_left_alone(data_dir: Path) -> None:
    cluster = data_dir / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedError, match="PostgreSQL 17, but 18 is bundled"), serve(data_dir):
        pass

    assert [path.name for path in cluster.iterdir()] == ["PG_VERSION"]


def test_a_directory_that_is_no_cluster_is_left_alone(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir()

    with pytest.raises(EmbeddedError, match="no PostgreSQL cluster"), serve(data_dir):
        pass

    assert list((data_dir / "postgres").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["with space", 'it\'s "quoted" $HOME', "数据", "a,b", "100%", "deep" * 50]
)
def test_any_directory_will_do(data_dir: Path, name: str) -> None:
    """Quotes, commas and great lengths each break a way of naming a Unix socket."""
    with serve(data_dir / name, FAST) as url:
        assert ask(url, "SELECT current_database()") == "pilotzone"

    assert not is_alive(data_dir / name)


def test_settings_meant_for_another_postgresql_do_no_harm(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", str(data_dir / "other"))
    monkeypatch.setenv("PGOPTIONS", "--nonsense")

    with serve(data_dir, FAST) as url:
        assert url.endswith("&port=5432")


def test_the_terminal_cannot_interrupt_the_server(data_dir: Path) -> None:
    """Ctrl-C goes to every process of the terminal's foreground group."""
    with serve(data_dir, FAST):
        assert os.getsid(postmaster(data_dir)) != os.getsid(0)
