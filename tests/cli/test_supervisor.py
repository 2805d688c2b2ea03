"""Keeping processes running: real processes and real signals, with small programs for processes."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fixtures.waiting import eventually

PART = """
import os, signal, sys, time
from shared.process import orphan

name, behaviour, journal = sys.argv[1:]

def note(word):
    with open(journal, "a") as lines:
        lines.write(f"{name} {word} {os.getpid()}\\n")

def stop(*_):
    if behaviour == "slow":
        time.sleep(0.5)
    note("stops")
    sys.exit(0)

if behaviour == "fails":
    sys.exit(3)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, lambda *_: note("interrupted"))
if behaviour == "stubborn":
    signal.signal(signal.SIGTERM, lambda *_: note("ignores"))
orphan.watch_parent()
note("serves")
if behaviour == "dies":
    os.kill(os.getpid(), signal.SIGKILL)
while True:
    time.sleep(60)
"""

SUPERVISOR = f"""
import asyncio, os, sys
from pathlib import Path
from cli.supervisor import ServiceProcess, ProcessFailed, Supervisor

journal, *wanted = sys.argv[1:]

def command(name, behaviour):
    return [sys.executable, "-c", {PART!r}, name, behaviour, journal]

def process(name, behaviour, grace):
    def ready():
        return f"{{name}} serves" in Path(journal).read_text()
    seconds = None if grace == "never" else float(grace)
    return ServiceProcess(name, command(name, behaviour), ready, seconds)

async def main():
    async with Supervisor(os.environ) as supervisor:
        for each in wanted:
            if each.startswith("once:"):
                print("status", await supervisor.run(command(*each.split(":"))), flush=True)
            else:
                await supervisor.start(process(*each.split(":")))
        print("ready", flush=True)
        await supervisor.watch()

try:
    asyncio.run(main())
except ProcessFailed as failure:
    sys.exit(failure.status)
"""


class Supervised:
    """A supervisor of *processes*, each `name:behaviour:grace`, and the journal that they write."""

    def __init__(self, directory: Path, *processes: str) -> None:
        """Start it in a session of its own, as a shell would start a job."""
        self.journal = directory / "journal"
        self.journal.touch()
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(self.journal), *processes],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def events(self) -> list[str]:
        """Return what happened so far, without process ids."""
        return [line.rsplit(" ", 1)[0] for line in self.journal.read_text().splitlines()]

    def pids(self) -> list[int]:
        """Every process that noted something, oldest first."""
        lines = self.journal.read_text().splitlines()
        return list(dict.fromkeys(int(line.rsplit(" ", 1)[1]) for line in lines))

    def until(self, *events: str) -> None:
        """Wait for the last of *events* to happen."""
        assert eventually(lambda: self.events()[-len(events) :] == list(events)), self.events()

    def until_ready(self) -> None:
        """Wait for every process."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def end(self, *signals: int) -> str:
        """Send *signals* one after another; return what was printed once the supervisor ended."""
        for each in signals:
            self.process.send_signal(each)
        return self.process.communicate(timeout=60)[0]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def supervised(directory: Path, *processes: str) -> Iterator[Supervised]:
    """Supervise *processes*; whatever the test does, nothing of it is left."""
    supervisor = Supervised(directory, *processes)
    try:
        yield supervisor
    finally:
        supervisor.process.kill()
        supervisor.process.communicate()
        for pid in filter(is_running, supervisor.pids()):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_parts_start_in_order_and_stop_in_the_opposite_order(tmp_path: Path, how: int) -> None:
    """The gateway drains while the worker still answers it, the worker while PostgreSQL does."""
    with supervised(tmp_path, "first:serves:15", "second:serves:15") as it:
        it.until_ready()

        it.end(how)

        assert it.process.returncode == 0
        assert it.events() == ["first serves", "second serves", "second stops", "first stops"]


def test_the_terminals_ctrl_c_reaches_the_supervisor_alone(tmp_path: Path) -> None:
    """Else the processes would all end at once and in no order."""
    with supervised(tmp_path, "process:serves:15") as it:
        it.until("process serves")

        os.killpg(it.process.pid, signal.SIGINT)
        it.end()

        assert it.events() == ["process serves", "process stops"]


def test_a_killed_part_is_started_again(tmp_path: Path) -> None:
    with supervised(tmp_path, "process:serves:15") as it:
        it.until("process serves")

        os.kill(it.pids()[0], signal.SIGKILL)

        it.until("process serves", "process serves")
        assert len(it.pids()) == 2


def test_a_part_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path) -> None:
    with supervised(tmp_path, "process:dies:15") as it:
        it.until("process serves", "process serves", "process serves", "process serves")

        printed = it.end(signal.SIGTERM)

        assert re.findall(r"pause=([\d.]+)", printed)[:3] == ["0.2", "0.4", "0.8"]


def test_a_part_that_fails_before_it_ever_served_ends_the_whole(tmp_path: Path) -> None:
    """It was set up wrongly, and trying again would hide what it said about that."""
    with supervised(tmp_path, "first:serves:15", "second:fails:15") as it:
        assert it.end() == ""
        assert it.process.returncode == 3
        assert it.events() == ["first serves", "first stops"]


def test_a_part_that_outstays_its_grace_is_killed(tmp_path: Path) -> None:
    with supervised(tmp_path, "process:stubborn:0.2") as it:
        it.until("process serves")

        it.end(signal.SIGTERM)

        assert it.process.returncode == 0
        assert it.events() == ["process serves", "process ignores"]
        assert not is_running(it.pids()[0])


def test_a_second_signal_hurries(tmp_path: Path) -> None:
    with supervised(tmp_path, "process:stubborn:3600") as it:
        it.until("process serves")
        it.process.send_signal(signal.SIGINT)
        it.until("process serves", "process ignores")

        it.end(signal.SIGINT)

        assert it.process.returncode == 0
        assert not is_running(it.pids()[0])


def test_nothing_hurries_a_part_that_has_others_to_stop(tmp_path: Path) -> None:
    """Killing the process that keeps PostgreSQL would leave PostgreSQL behind."""
    with supervised(tmp_path, "database:slow:never", "process:stubborn:3600") as it:
        it.until("database serves", "process serves")
        it.process.send_signal(signal.SIGINT)
        it.until("process ignores")

        it.end(signal.SIGINT)

        assert it.events()[-1] == "database stops"


def test_a_killed_supervisor_takes_its_parts_along(tmp_path: Path) -> None:
    with supervised(tmp_path, "first:serves:15", "second:serves:15") as it:
        it.until("first serves", "second serves")

        it.end(signal.SIGKILL)

        assert eventually(lambda: sorted(it.events()[2:]) == ["first stops", "second stops"])
        assert eventually(lambda: not any(is_running(pid) for pid in it.pids()))


def test_a_command_is_run_to_its_end(tmp_path: Path) -> None:
    with supervised(tmp_path, "process:serves:15", "once:fails") as it:
        it.until("process serves")
        assert it.process.stdout is not None
        assert it.process.stdout.readline() == "status 3\n"


def test_a_command_is_stopped_with_the_rest(tmp_path: Path) -> None:
    with supervised(tmp_path, "process:serves:15", "once:serves") as it:
        it.until("process serves", "once serves")

        it.end(signal.SIGTERM)

        assert it.process.returncode == 0
        assert it.events()[2:] == ["once stops", "process stops"]
