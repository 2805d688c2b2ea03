"""(j) to (l): what portals ask for, each measurement as a table."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.load import rates, table
from bench.portals import exports, listeners, reach
from bench.stage import Stage

COHORT = 3_000
LISTENERS = 500
LINES = 25


async def exported(on: Stage, sizes: list[int], _: float, logs: Path) -> Table:
    """Show how fast scores with their lines come as files."""
    shown = table(
        f"(j) exports of scores with {LINES} lines each",
        *("applicants", "format", "applicants /s", "lines /s", "MB", "gateway MB above idle"),
    )
    for size in sizes:
        formats = await exports.measure(on, await on.filled(size), logs)
        for kind, found in formats.items():
            rate = found.per_second
            cells = rate, rate * LINES, found.megabytes, found.above_idle
            shown.add_row(f"{size:,}", kind, *(f"{each:,.0f}" for each in cells))
    return shown


async def listened(on: Stage, _: list[int], seconds: float, logs: Path) -> Table:
    """Show what listeners cost the one who reports, and whether they miss anything."""
    shown = table(
        f"(k) submissions beside listeners to events, {COHORT:,} applicants (floor: beside none)",
        *("listeners", "floor /s", "ours /s", "ratio", "KB each", "runs told, fewest", "most"),
    )
    found = await listeners.measure(on, await on.filled(COHORT), LISTENERS, seconds, logs)
    numbers = found.alone, found.beside, found.beside / found.alone, found.kilobytes_each
    told = str(found.fewest), str(found.most)
    shown.add_row(f"{found.listeners:,}", *(f"{each:,.2f}" for each in numbers), *told)
    return shown


async def reached(on: Stage, _: list[int], seconds: float, logs: Path) -> Table:
    """Show what row-level security costs a reader."""
    found = await reach.measure(on, await on.filled(COHORT), seconds, logs)
    title = "(l) one applicant's submissions by a key with limits (floor: by one without)"
    return rates(title, found)


MEASURES = {"j": exported, "k": listened, "l": reached}


async def show(
    console: Console, on: Stage, wanted: str, sizes: list[int], seconds: float, logs: Path
) -> None:
    """Take those that are *wanted*, by their letters, and print each as it comes."""
    for letter, take in MEASURES.items():
        if letter in wanted:
            console.print(await take(on, sizes, seconds, logs))
