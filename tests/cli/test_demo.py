"""`make run` at a terminal: the demonstration, and what is left of it after Ctrl-C."""

import fcntl
import os
import re
import subprocess
import termios
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from cli import demo
from tests.cli.test_command_line import pilotzone
from tests.fixtures.documents import ROOT
from tests.fixtures.places import data_folder

CTRL_C = b"\x03"
LAST_WORDS = b"the data stay."


def take_terminal() -> None:
    """Make standard input the process's own terminal, whose Ctrl-C reaches all who run there."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def printed(terminal: int) -> Iterator[bytes]:
    """Yield what is printed there until nobody is left who could."""
    with suppress(OSError):  # so ends a terminal that nobody has open
        while said := os.read(terminal, 1 << 16):
            yield said


def test_a_framework_that_an_earlier_release_registered_is_taken_as_it_is() -> None:
    """Its content differs from ours, and registering ours would be refused."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200 if request.method == "GET" else 409, json={"points": 100})

    gateway = demo.Gateway("http://gateway", {"demo-admin": "key"})
    gateway._http = httpx.Client(
        base_url="http://gateway/v1", transport=httpx.MockTransport(answer)
    )

    assert demo._framework(gateway) == {"points": 100}


def test_no_link_is_printed_that_does_not_open() -> None:
    said = demo._to_the_board("http://gateway:8000", {"demo-admin": "pz_key"}, None)

    assert "/enter/" not in said
    assert "at http://gateway:8000/board/sign-in" in said
    assert "pz_key" in said


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Give a folder for a database."""
    with data_folder() as folder:
        yield folder


@dataclass(frozen=True)
class Run:
    """What was printed before and after Ctrl-C, and how the board answered before it."""

    before: str
    after: str
    statuses: list[int]


def follow(said: str) -> list[int]:
    """Follow the link to the board, look at its first page, and follow the link again."""
    (link,) = re.findall(r"http://127\.0\.0\.1:\d+/board/enter/\S+", said)
    with httpx.Client() as browser:
        paths = (link, "/board", link)
        return [browser.get(httpx.URL(link).join(each)).status_code for each in paths]


@pytest.fixture(scope="module")
def run(place: Path) -> Run:
    """Type `make run`, look at the board once all is shown, and type Ctrl-C."""
    ours, theirs = os.openpty()
    strange = ("PILOTZONE", "MAKE", "MFLAGS")
    process = subprocess.Popen(
        ["/usr/bin/env", "make", "run", f"ARGS=--port 0 --data-dir {place}"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(strange)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 -- no thread of ours holds a lock
    )
    os.close(theirs)
    before = after = b""
    statuses = list[int]()
    for said in printed(ours):
        if LAST_WORDS in before:
            after += said
            continue
        before += said
        if LAST_WORDS in before:
            statuses = follow(before.decode())
            os.write(ours, CTRL_C)
    process.wait()
    os.close(ours)
    return Run(before.decode(), after.decode(), statuses)


def test_the_demonstration_is_shown(run: Run) -> None:
    assert "Ranking of demo-2026" in run.before
    assert "Authorization: Bearer pz_" in run.before


def test_the_board_is_opened_by_the_link_that_is_shown_and_once(run: Run) -> None:
    assert run.statuses == [303, 200, 404]


def test_ctrl_c_ends_it_and_nobody_complains(run: Run) -> None:
    assert run.after.strip() == "^C"  # which is the terminal's own echo


def test_its_keys_end_with_it(run: Run, place: Path) -> None:
    assert "Authorization: Bearer pz_" in run.before

    answer = pilotzone("keys", "list", f"--data-dir={place}")

    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.count("\n") == 1  # the heading
