"""`make bench`: the table of measurements, as ratios against floors of the same run."""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import latency, methods, rankings, recompute, seals, sensitivity, submissions
from bench.load import rates, table
from bench.pages import measure as board
from bench.portals import measure as portals
from bench.pushes import measure as pushing
from bench.pushes.measure import Pushes
from bench.recompute import Recomputation
from bench.seals import Sealing
from bench.sensitivity import DRAWS, Sensitivity
from bench.stage import stage
from bench.stalls import measure as stalling
from bench.stalls.measure import Stall
from shared.database.migration import migrate
from shared.embedded import server as embedded
from shared.process import lifecycle

SIZES = (100, 3_000, 100_000)
COHORT = 3_000


def recomputations(measured: Mapping[str, Recomputation]) -> Table:
    """Show runs by stage beside the floors."""
    shown = table(
        "(c) recompute, milliseconds (floor: fetch the same rows + COPY the same scores;"
        " copies: one binary COPY of what stands + one of the scores)",
        *("applicants", "run", "read", "compute", "write", "total", "floor", "ratio"),
        *("copies", "ratio"),
    )
    for label, found in measured.items():
        for name, (run, total) in found.runs.items():
            alone = name == "one count"
            against = found.runs["full"][1] if alone else found.floor_ms
            shown.add_row(
                label,
                name,
                f"{run.read_ms:,.1f}",
                f"{run.compute_ms:,.1f}",
                f"{run.write_ms:,.1f}",
                f"{total:,.1f}",
                "of full" if alone else f"{found.floor_ms:,.1f}",
                f"{total / against:.2f}",
                *_beside(total, found.copies_ms.get(name)),
            )
    return shown


def _beside(total: float, floor: float | None) -> tuple[str, str]:
    return ("", "") if floor is None else (f"{floor:,.1f}", f"{total / floor:.2f}")


def latencies(measured: dict[str, tuple[float, float]]) -> Table:
    """Show the times from a submission to a ranking."""
    shown = table(
        f"(d) from 201 to a ranking that includes it, {COHORT:,} applicants",
        *("load", "median ms", "p99 ms"),
    )
    for load, (median, p99) in measured.items():
        shown.add_row(load, f"{median:.0f}", f"{p99:.0f}")
    return shown


def certainty(found: Sensitivity) -> Table:
    """Show the time of one core for each part of the analysis beside the floor."""
    shown = table(
        f"(e) sensitivity, {COHORT:,} applicants, {DRAWS:,} draws, seconds of one core"
        " (floor: product and sort)",
        *("places", "choices", "swaps", "total", "floor", "ratio", "peak MB"),
    )
    total = found.places + found.choices + found.swaps
    times = found.places, found.choices, found.swaps, total, found.floor, total / found.floor
    shown.add_row(*(f"{each:.2f}" for each in times), f"{found.megabytes:.0f}")
    return shown


def method_costs() -> Table:
    """Show what each method of normalising costs beside min_max, in CPU time."""
    found = {size: methods.costs(size) for size in methods.REPETITIONS}
    headings = [f"{size:,} {of}" for size in found for of in ("ms", "ratio")]
    shown = table(f"(f) normalising {methods.INDICATORS} columns (floor: min_max)", "", *headings)
    for name in methods.METHODS:
        each = [found[size][name] for size in found]
        numbers = (
            text for cost in each for text in (f"{cost.milliseconds:.1f}", f"{cost.ratio:.2f}")
        )
        shown.add_row(name, *numbers)
    return shown


def stage_times() -> Table:
    """Show how the computing of a run divides between its stages, in CPU time."""
    shown = table("(f) stages, milliseconds", "framework", "applicants", *methods.STAGES)
    for size in methods.REPETITIONS:
        for name, times in methods.stages(size).items():
            shown.add_row(name, f"{size:,}", *(f"{times[stage]:.1f}" for stage in methods.STAGES))
    return shown


def stalls(measured: Mapping[str, Stall]) -> Table:
    """Show what others see beside each load; the first is the floor.

    Beside it, how long one step of a request took, and all that was done between two turns of the
    loop.
    """
    shown = table(
        f"(g) others' wait beside a load, {COHORT:,} applicants (floor: beside nothing)",
        *("load", "ping p99 ms", "longest ms", "step ms", "turn ms", "answers /s", "peak MB"),
    )
    for load, found in measured.items():
        pings = found.pings.p99_ms, found.pings.longest_ms
        numbers = *pings, found.step_ms, found.turn_ms, found.per_second, found.megabytes
        shown.add_row(load, *(f"{each:,.1f}" for each in numbers))
    return shown


def sealings(measured: Mapping[int, Sealing]) -> Table:
    """Show what sealing takes beside the run that is sealed."""
    shown = table(
        f"(i) sealing, milliseconds (floor: the run), {seals.LEAVES:,} leaves signed, an archive",
        *("applicants", "run", "run ms", "sealed", "ratio", "signed", "archive MB", "verified"),
    )
    for size, found in measured.items():
        once = found.signed_ms, found.archive_mb, found.verified_ms
        for name, (run, sealed) in found.runs.items():
            rest = once if name == "first" else ()
            cells = (f"{each:,.1f}" for each in (run, sealed, sealed / run, *rest))
            shown.add_row(f"{size:,}", name, *cells)
    return shown


def pushed(measured: Mapping[tuple[int, str], Pushes]) -> Table:
    """Show rows per second by size and format beside the floor."""
    shown = table(
        f"(h) files pushed, {COHORT:,} applicants, rows per second"
        " (floor: one insert of the same rows with their change-log rows)",
        *("rows", "format", "floor /s", "new /s", "ratio", "again /s", "ratio"),
    )
    for (size, kind), taken in measured.items():
        rates = [size / each for each in (taken.floor, taken.new, taken.again)]
        ratios = [taken.floor / taken.new, taken.floor / taken.again]
        cells = f"{rates[0]:,.0f}", f"{rates[1]:,.0f}", f"{ratios[0]:.2f}", f"{rates[2]:,.0f}"
        shown.add_row(f"{size:,}", kind.removeprefix("application/"), *cells, f"{ratios[1]:.2f}")
    return shown


async def measure(url: str, logs: Path, wanted: str, seconds: float, sizes: list[int]) -> None:
    """Take the *wanted* measurements and print each as it comes."""
    console = Console(width=120)
    async with stage(url) as on:
        lifecycle.built()  # as gateway and worker do
        lifecycle.give_way()
        if "c" in wanted:
            measured = {
                f"{size:,}": await recompute.measure(on, await on.filled(size)) for size in sizes
            }
            if COHORT in sizes:
                corrected = await recompute.measure(on, await on.corrected(COHORT))
                measured[f"{COHORT:,}, corrected ten times"] = corrected
            console.print(recomputations(measured))
        if "i" in wanted:
            sealed = await on.filled(COHORT, "sealed")
            console.print(sealings({COHORT: await seals.measure(on, sealed)}))
        if "g" in wanted:
            past = await on.filled(COHORT)
            console.print(stalls(await stalling.measure(on, past, seconds, logs)))
        await portals.show(console, on, wanted, sizes, seconds, logs)
        await board.show(console, on, wanted, seconds, logs)
        if not set("abdh") & set(wanted):
            return
        round_ = await on.empty(COHORT)
        if "h" in wanted:
            files, longest = await pushing.measure(on, round_, logs)
            console.print(pushed(files))
            rows = f"{pushing.SIZES[-1]:,} rows"
            console.print(f"(h) another's submission beside {rows} waits at most {longest:.2f} s")
        if "a" in wanted:
            found = await submissions.measure(on, round_, seconds, logs)
            console.print(rates("(a) single submissions (floor: one asyncpg insert)", found))
        if "b" in wanted:
            reads = await rankings.measure(on, await on.filled(COHORT), seconds, logs)
            console.print(rates("(b) ranking reads (floor: an empty route)", reads))
        if "d" in wanted:
            filled = await on.filled(COHORT)
            console.print(latencies(await latency.measure(on, filled, 200, logs)))


def main() -> None:
    """Read the command line and measure on an embedded PostgreSQL of our own."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--only", default="icjklmabdefgh", help="which of a to m")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    arguments = parser.parse_args()
    if "e" in arguments.only:
        Console(width=120).print(certainty(sensitivity.measure(COHORT)))
    if "f" in arguments.only:
        Console(width=120).print(method_costs(), stage_times(), sep="\n")
    if not set("abcdghijklm") & set(arguments.only):
        return
    with tempfile.TemporaryDirectory() as folder, embedded.serve(Path(folder)) as url:
        migrate(url)
        with asyncio.Runner(loop_factory=lifecycle.loop_factory()) as runner:
            runner.run(
                measure(url, Path(folder), arguments.only, arguments.seconds, arguments.sizes)
            )


if __name__ == "__main__":
    main()
