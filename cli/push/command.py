"""`pilotzone push`: a file is sent, in pieces if it is large, and what was refused is printed."""

import csv
import io
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from cli.errors import CommandError
from cli.push.aside import warn
from cli.push.keys import Keys
from cli.push.pieces import MEDIA_TYPES, REASONS, File, cells, columns, cut, recognise
from cli.push.previews import show
from cli.push.sending import Gateway
from cli.push.signing import signing_with
from cli.push.slices import covered, declared, require_one
from shared.batches.limits import MOST_BYTES, MOST_ROWS

KEY = "PILOTZONE_KEY"
STANDARD_INPUT = "-"
PARTIAL, NONE = 3, 4
"""Exit statuses, beside 0 where every row stands, and 1 where that is not known."""


def push(  # noqa: PLR0913 -- as many as the command has options
    file: Annotated[
        str, typer.Argument(help="JSON, JSON Lines, CSV or SDMX-CSV; -: standard input.")
    ],
    round_: Annotated[str, typer.Option("--round", metavar="CODE", help="The round's code.")],
    url: Annotated[str, typer.Option(help="The gateway.")] = "http://127.0.0.1:8000",
    key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help=f"Holds the key; without it {KEY} does.")
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help=f"One of: {', '.join(MEDIA_TYPES)}; else by the suffix."),
    ] = None,
    sign_with: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The private key, in PEM, of a key that signs."),
    ] = None,
    covers: Annotated[
        dict[str, str] | None,
        typer.Option(
            parser=declared,
            metavar="MEASURE,DATE,WHOM",
            help="The slice that the file covers; WHOM: entered, or how many applicants.",
        ),
    ] = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Store the good rows of a file with bad ones.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would move, and store nothing.")
    ] = False,
) -> None:
    """Push a file of submissions, and print the refused rows as CSV.

    The exit status is 0 if all was stored, 3 if a part was, 4 if nothing was, else 1; of a dry
    run, what it would be. Pushing the same file again is safe.
    """
    key = _key(key_file)
    signing = None if sign_with is None else signing_with(sign_with)
    read = recognise(file, _bytes(file), format_)
    pieces = cut(read, MOST_ROWS, MOST_BYTES)
    if covers:
        require_one(len(pieces))
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)
    progress = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        "rows",
        TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    )
    keys = Keys(None if dry_run or file == STANDARD_INPUT else file, console.print)
    outcomes, refused, noticed = list[str](), list[dict[str, Any]](), list[dict[str, Any]]()
    try:
        with Gateway(url, key, round_, keys, console.print, signing) as gateway, progress:
            task = progress.add_task("", total=sum(each.rows for each in pieces))
            for piece in pieces:
                answer = gateway.push(read, piece, covers or {}, lenient=lenient, dry_run=dry_run)
                outcomes.append(answer["outcome"])
                items = [piece.placed(each) for each in answer["items"]]
                refused += [each for each in items if each["result"] == "rejected"]
                noticed += [each for each in items if each.get("warnings")]
                if dry_run:
                    show(console, answer, len(outcomes), len(pieces))
                else:
                    console.print(_summary(answer, gateway.receipt(answer["batch"])))
                progress.advance(task, piece.rows)
            keys.end()
    finally:  # what was answered is said, whatever became of the rest
        if len(outcomes) < len(pieces) and outcomes:
            console.print(f"{len(outcomes)} of {len(pieces)} pieces were answered")
        warn(console.print, noticed)
        _print_refused(read, refused)
    raise typer.Exit(_status(outcomes))


def _key(file: Path | None) -> str:
    """Return the key; it never stands on a command line, which others can read."""
    if file is None:
        key, place = os.environ.get(KEY, ""), KEY
    else:
        key, place = _text(file), str(file)
    key = key.strip()
    if not key:
        raise CommandError(f"{place} holds no key: set {KEY}, or name a file with --key-file")
    if not key.isascii() or len(key.split()) != 1:
        raise CommandError(f"what {place} holds is no key: it is one word on a line of its own")
    return key


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} holds no key: it is not text") from None


def _bytes(file: str) -> bytes:
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None


def _summary(answer: dict[str, Any], receipt: str) -> str:
    counts = ", ".join(f"{number} {result}" for result, number in answer["counts"].items())
    greatest = answer["greatest_submission"]
    waiting = "" if greatest is None else f", wait_for={greatest}"
    return f"{answer['outcome']}: {counts} ({receipt}{waiting}){covered(answer)}"


def _print_refused(file: File, items: Sequence[dict[str, Any]]) -> None:
    """Print a line for each row: where it stands, why it was refused, and of a table its fields."""
    if not items:
        return
    place = "index" if file.format == "json" else "line"
    rows: Iterable[list[str]] = [[]] * len(items)
    if names := columns(file):
        rows = cells(file, [each["line"] for each in items])
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow([place, *REASONS, *names])
    for item, row in zip(items, rows, strict=True):
        why = ("; ".join(each[name] for each in item["errors"]) for name in REASONS)
        out.writerow([item[place], *why, *row])
    said = text.getvalue()
    # In a file it is to be pushed again, so it is UTF-8 there whatever the terminal's encoding.
    typer.echo(said if sys.stdout.isatty() else said.encode(), nl=False)


def _status(outcomes: Sequence[str]) -> int:
    """Return the exit status that says what became of all pieces."""
    if set(outcomes) == {"all_committed"}:
        return 0
    return NONE if set(outcomes) == {"none_committed"} else PARTIAL


def register(main: typer.Typer) -> None:
    """Add the command of this module."""
    main.command("push")(push)
