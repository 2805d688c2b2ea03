"""`python -m bench.chaos`: nothing acknowledged is lost, whatever is killed, and nothing doubled.

Writers push over HTTP while gateway, workers and PostgreSQL are killed again and again. At the end
what was acknowledged, what is stored, what was run and what is published must be the same story.
"""

import argparse
import asyncio
import os
import random
import signal
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench import books, replay
from bench.clients import Client, Value, Writer, client, come_and_go, watch
from bench.processes import ServiceProcess, kept
from bench.stage import Round, Stage, free_port, stage
from shared.database.migration import migrate
from shared.embedded import server as embedded

APPLICANTS = 60
STRIKE_SECONDS = 1.0
SETTLE_SECONDS = 60.0
STRIKES = (
    *("worker 1", "gateway", "worker 2", "postgres killed", "worker 1", "worker 2"),
    *("gateway", "worker 1", "postgres restarted", "worker 2", "worker 1", "worker 2"),
)
ENDED = {0, -signal.SIGTERM}  # uvicorn ends by the signal, once it has finished
FAULTS = ('"fault"', '"run failed"', '"sweep failed"', "Traceback")

AT_REST = text("""
    SELECT (SELECT count(*) = 0 FROM submission_change) AND (
        SELECT count(*) = 2 FROM pg_stat_activity
        WHERE application_name = 'pilotzone_worker' AND query LIKE 'LISTEN %')
""")
STORED = text("SELECT applicant, measure, as_of, number, id FROM submission WHERE round = :round")


@dataclass(frozen=True)
class Report:
    """What happened, and by check what is wrong: nothing, if all is well."""

    acknowledged: int
    retried: int
    runs: int
    killed: Mapping[str, int]
    checks: Mapping[str, Sequence[Any]]

    @property
    def passed(self) -> bool:
        """Whether every check found nothing."""
        return not any(self.checks.values())


@dataclass(frozen=True)
class Server:
    """An embedded PostgreSQL with its default durability, that comes back when it is killed."""

    data_dir: Path
    users: ExitStack

    def start(self) -> str:
        """Start it if need be; return its URL."""
        return self.users.enter_context(embedded.serve(self.data_dir))

    async def strike(self, how: signal.Signals) -> None:
        """Send the postmaster a signal that ends it, and bring it back."""
        pid = (self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), how)
        while embedded.is_alive(self.data_dir):  # noqa: ASYNC110 -- nothing tells us
            await asyncio.sleep(0.02)
        await asyncio.to_thread(self.start)


async def strike(
    server: Server,
    processes: Mapping[str, ServiceProcess],
    seconds: float,
    seed: int,
    acknowledged: Callable[[], int],
) -> Counter[str]:
    """Kill one process after the other, for *seconds* at least and each once; say what was killed.

    *seed* decides when. What values pass through is struck once they flow again, or else a slow
    machine would see it down all the time.
    """
    chance, killed = random.Random(seed), Counter[str]()
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    for what in cycle(STRIKES):
        if loop.time() > end and set(STRIKES[:4]) <= killed.keys():
            return killed
        if not what.startswith("worker"):
            await flowing(acknowledged)
        await asyncio.sleep(STRIKE_SECONDS * chance.uniform(0.3, 1.7))
        match what:
            case "postgres killed":
                await server.strike(signal.SIGKILL)
            case "postgres restarted":
                await server.strike(signal.SIGINT)
            case _:
                processes[what].kill()
        killed[what] += 1
    raise AssertionError  # a cycle has no end


async def flowing(acknowledged: Callable[[], int]) -> None:
    """Wait until a value is acknowledged that was not when this was called."""
    before = acknowledged()
    async with asyncio.timeout(SETTLE_SECONDS):
        while acknowledged() == before:  # noqa: ASYNC110 -- nothing tells us
            await asyncio.sleep(0.05)


async def settle(on: Stage) -> None:
    """Wait until no change is left and both workers listen; past a limit the checks will tell."""
    end = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while asyncio.get_running_loop().time() < end:
        async with on.database.reading() as session:
            if await session.scalar(AT_REST):
                return
        await asyncio.sleep(0.1)


def clashes(acknowledged: Mapping[Value, int], stored: Mapping[Value, list[int]]) -> list[Any]:
    """Return what was acknowledged and is not stored exactly once, under the id given out."""
    return [
        (value, identity, stored.get(value, []))
        for value, identity in acknowledged.items()
        if stored.get(value) != [identity]
    ]


async def audit(on: Stage, round_: Round, acknowledged: Mapping[Value, int]) -> dict[str, Any]:
    """Compare what was acknowledged, stored and run; the workers still work."""
    async with on.database.session() as session:
        stored = defaultdict(list)
        for *value, identity in await session.execute(STORED, {"round": round_.id}):
            stored[tuple(value)].append(identity)
        offences = await books.offences(session, round_.id)
        twin = await books.twin(session, round_.id, "twin")
    await settle(on)
    async with on.database.reading() as session:
        ours = await books.scores(session, round_.id)
        afresh = await books.scores(session, twin)
    return {
        "what was acknowledged is stored once": clashes(acknowledged, stored),
        "nothing else is stored": [value for value in stored if value not in acknowledged],
        **{rule: offences.get(rule, []) for rule in books.OFFENCES},
        "one run over everything gives the same scores": _different(ours, afresh),
    }


def _different(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    return [each for each in (*left, *right) if each not in left or each not in right]


async def published(on: Stage, round_: Round, reader: Client) -> list[Any]:
    """Return the places in which the published ranking differs from the domain's own."""
    document = await reader.send("GET", f"/rounds/{round_.code}/scores?limit=1000")
    shown = {item["applicant"]: (item["rank"], item["total"]) for item in document["items"]}
    async with on.database.reading() as session:
        expected = await replay.ranking(session, round_.id)
    return _different(list(shown.items()), list(expected.items()))


def complaints(logs: Sequence[Path]) -> list[str]:
    """Return what the processes logged that no kill excuses."""
    return [
        line[:500]
        for log in logs
        for line in log.read_text().splitlines()
        if any(fault in line for fault in FAULTS)
    ]


async def run(folder: Path, seconds: float, writers: int, seed: int = 1) -> Report:
    """Let *writers* push for *seconds* while everything is killed in turn; report what came of it.

    *folder* takes the server's data and a log for each process.
    """
    with ExitStack() as users:
        server = Server(folder / "data", users)
        url = await asyncio.to_thread(server.start)
        await asyncio.to_thread(migrate, url)
        async with stage(url) as on:
            return await _run(folder, server, on, seconds, writers, seed)


async def _run(
    folder: Path, server: Server, on: Stage, seconds: float, writers: int, seed: int
) -> Report:
    round_ = await on.empty(APPLICANTS)
    port = free_port()
    processes = {
        "gateway": ServiceProcess(on.url, folder / "gateway.log", ("api", "--port", str(port))),
        "worker 1": ServiceProcess(on.url, folder / "worker-1.log", ("worker",)),
        "worker 2": ServiceProcess(on.url, folder / "worker-2.log", ("worker",)),
    }
    base = f"http://127.0.0.1:{port}/v1"
    stop = asyncio.Event()
    async with (
        client(base, on.source) as source,
        client(base, on.portal) as portal,
        kept(*processes.values()),
    ):
        crowd = [Writer(source, round_.code, each, APPLICANTS) for each in range(writers)]
        async with asyncio.TaskGroup() as tasks:
            for writer in crowd:
                tasks.create_task(writer.write(stop))
            tasks.create_task(come_and_go(portal, round_.code, "B000001", stop))
            tasks.create_task(watch(portal, round_.code, stop))
            killed = await strike(
                server,
                processes,
                seconds,
                seed,
                lambda: sum(len(each.acknowledged) for each in crowd),
            )
            stop.set()
        await settle(on)
        acknowledged = {value: at for each in crowd for value, at in each.acknowledged.items()}
        checks = await audit(on, round_, acknowledged)
        checks["the ranking is the domain's"] = await published(on, round_, portal)
    checks["every answer was a success or 503"] = source.faults + portal.faults
    checks["no process logged a fault"] = complaints(
        [process.log for process in processes.values()]
    )
    checks["every process stopped when told to"] = [
        (name, process.status) for name, process in processes.items() if process.status not in ENDED
    ]
    async with on.database.reading() as session:
        runs = await session.scalar(
            text("SELECT count(*) FROM run WHERE round = :round"), {"round": round_.id}
        )
    return Report(len(acknowledged), source.retried + portal.retried, runs or 0, killed, checks)


def show(report: Report, seconds: float) -> Table:
    """Return the table of what happened."""
    table = Table("", "", title=f"{seconds:g} seconds of chaos", title_justify="left")
    table.add_row("values acknowledged", f"{report.acknowledged:,}")
    table.add_row("requests sent again", f"{report.retried:,}")
    for what, times in sorted(report.killed.items()):
        table.add_row(what if what.startswith("postgres") else f"{what} killed", str(times))
    table.add_row("runs", f"{report.runs:,}", end_section=True)
    for check, findings in report.checks.items():
        table.add_row(check, f"[red]{len(findings)} FAILED[/red]" if findings else "[green]ok")
    return table


def main() -> None:
    """Read the command line, wreak havoc, and say what came of it."""
    parser = argparse.ArgumentParser(prog="bench.chaos")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    console = Console(width=100)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        report = asyncio.run(
            run(Path(folder), arguments.seconds, arguments.writers, arguments.seed)
        )
    console.print(show(report, arguments.seconds))
    for check, findings in report.checks.items():
        for finding in findings[:5]:
            console.print(f"{check}: {finding}", markup=False)
    raise SystemExit(not report.passed)


if __name__ == "__main__":
    main()
