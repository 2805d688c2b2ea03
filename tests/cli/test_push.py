"""`pilotzone push`: files sent to a gateway, what is printed, and the exit status."""

import asyncio
import csv
import gzip
import io
import json
import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import pytest

from api.app import over
from shared.batches.limits import MOST_ROWS
from shared.settings import Settings
from tests.cli.test_command_line import PILOTZONE, pilotzone
from tests.fixtures.http import stored
from tests.fixtures.make import ROUND, STATIONS, World
from tests.fixtures.sockets import serving
from tests.submissions import plausible

HEADER = "applicant,measure,value,as_of"
CSV = f"{HEADER}\nC1,{STATIONS},5,2026-06-01\nC2,{STATIONS},7,2026-06-01\n"
ITEMS = [
    {"applicant": code, "measure": STATIONS, "value": value, "as_of": "2026-06-01"}
    for code, value in (("C1", 5), ("C2", 7))
]
LINES = "".join(f"{json.dumps(each)}\n" for each in ITEMS)
SDMX = f"""STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE
dataflow,LN:COUNTS(1.0),M,C1,{STATIONS},2026-06-01,5
dataflow,LN:COUNTS(1.0),M,C2,{STATIONS},2026-06-01,7
"""
FILES = {
    "counts.json": json.dumps({"items": ITEMS}),
    "counts.jsonl": LINES,
    "counts.ndjson": LINES,
    "counts.csv": CSV,
    "sdmx.csv": SDMX,
    "marked.CSV": f"\ufeff{CSV}",
}


@dataclass(frozen=True)
class Source:
    """A statistics system beside a running gateway, which it knows the address and a key of."""

    folder: Path
    url: str
    key: str
    world: World

    def push(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Push as a user types it."""
        options = ("--round", ROUND, "--url", self.url)
        return pilotzone("push", *options, *arguments, PILOTZONE_KEY=self.key, **settings)

    def file(self, name: str, text: str) -> str:
        """Write a file; return its path."""
        path = self.folder / name
        data = text.encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return str(path)


@pytest.fixture
async def source(world: World, url: str, tmp_path: Path) -> AsyncIterator[Source]:
    """Give a statistics system beside a gateway that answers on a port."""
    key = world.headers["source"]["Authorization"].removeprefix("Bearer ")
    async with serving(over(url, Settings()), lifespan="on") as served:
        yield Source(tmp_path, f"http://127.0.0.1:{served.port}", key, world)


def refused(output: str) -> list[dict[str, str]]:
    """Return the rows that were printed."""
    return list(csv.DictReader(io.StringIO(output)))


async def test_a_file_is_stored_and_what_says_the_same_in_any_format_is_unchanged(
    source: Source,
) -> None:
    first = source.push(source.file("counts.csv", CSV))

    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    assert first.stderr.startswith("all_committed: 2 created, 0 revised, 0 unchanged, 0 rejected (")
    assert f"/v1/rounds/{ROUND}/batches/1, wait_for=" in first.stderr
    for name, packed in zip(FILES, cycle(("", ".gz")), strict=False):
        again = source.push(source.file(name + packed, FILES[name]))

        assert (again.returncode, again.stdout) == (0, ""), again.stderr
        assert again.stderr.startswith("all_committed: 0 created, 0 revised, 2 unchanged"), name
    assert [each["value"] for each in await stored(source.world)] == [5, 7]

    covers = f"--covers={STATIONS},2026-06-01,entered"
    slice_ = source.push(
        source.file("slice.csv", f"{HEADER}\nC1,{STATIONS},5,2026-06-01\n"), covers
    )
    assert slice_.returncode == 0, slice_.stderr
    assert "1 reported, 2 left out, 0 values withdrawn" in slice_.stderr


async def test_standard_input_wants_a_format_and_the_key_may_lie_in_a_file(source: Source) -> None:
    key = source.file("key", f"{source.key}\n")
    command = [PILOTZONE, "push", "-", "--round", ROUND, "--url", source.url, "--key-file", key]

    without, with_it = [
        await asyncio.to_thread(
            subprocess.run, argv, input=CSV.encode(), capture_output=True, check=False
        )
        for argv in (command, [*command, "--format=csv"])
    ]

    assert without.returncode == 1
    assert without.stderr.startswith(b"error: the format of - is not known: say --format, one of")
    assert with_it.returncode == 0
    assert len(await stored(source.world)) == 2


async def test_a_bad_row_keeps_the_file_out_and_is_printed_to_be_mended_and_sent_again(
    source: Source,
) -> None:
    """With line ends in a field before it: what is printed is the line of the whole file."""
    file = source.file(
        "counts.csv",
        f'{HEADER},comment\nC1,{STATIONS},5,2026-06-01,"one\n\nthree"\n\n'
        f',{STATIONS},15,tomorrow,"字, ""b"""\n',
    )

    whole = source.push(file)

    assert whole.returncode == 4
    assert whole.stderr.startswith("none_committed: 0 created, 0 revised, 0 unchanged, 2 rejected")
    assert whole.stdout.splitlines()[0] == f"line,pointer,code,detail,{HEADER},comment"
    (row,) = refused(whole.stdout)
    assert row["line"] == "6"
    assert (row["pointer"], row["code"]) == ("/applicant; /as_of", "missing; not-a-date")
    assert (row["applicant"], row["value"], row["comment"]) == ("", "15", '字, "b"')
    assert await stored(source.world) == []

    lenient = source.push(file, "--lenient", PYTHONIOENCODING="gb18030")

    assert lenient.returncode == 3
    assert lenient.stderr.startswith("partial: 1 created, 0 revised, 0 unchanged, 1 rejected")
    assert lenient.stdout == whole.stdout

    wrong = f",{STATIONS},15,tomorrow"
    assert wrong in lenient.stdout
    mended = source.push(
        source.file("mended.csv", lenient.stdout.replace(wrong, f"C2,{STATIONS},15,2026-06-01"))
    )

    assert (mended.returncode, mended.stdout) == (0, "")
    assert [each["comment"] for each in await stored(source.world)] == ["one\n\nthree", '字, "b"']


async def test_rows_that_do_not_count_are_said_and_the_file_is_taken(source: Source) -> None:
    await plausible.open_round(source.world)
    file = source.file("counts.csv", CSV.replace(",7,", ",10001,"))
    answer = source.push(file, f"--round={plausible.ROUND}")

    assert (answer.returncode, answer.stdout) == (0, ""), answer.stderr
    assert "do not count: 1\n  line 3: above-plausible: The number is larger" in answer.stderr
    assert answer.stderr.endswith(", or an administrator confirms it\n")


async def test_rows_of_json_are_named_by_their_index_and_lines_by_their_number(
    source: Source,
) -> None:
    bad = ITEMS[1] | {"value": 1.5}
    lines = f"{json.dumps(ITEMS[0])}\n\n{json.dumps(bad)}\n"

    document = source.push(source.file("a.json", json.dumps({"items": [ITEMS[0], bad]})))
    listed = source.push(source.file("a.jsonl", lines))

    assert (document.returncode, listed.returncode) == (4, 4)
    for answer, place in ((document, "index,1"), (listed, "line,3")):
        (row,) = refused(answer.stdout)
        name, number = place.split(",")
        assert list(row) == [name, "pointer", "code", "detail"]
        assert (row[name], row["pointer"], row["code"]) == (number, "/value", "not-whole")


async def test_every_refused_row_is_printed_however_many(source: Source) -> None:
    """The answer names a thousand; the receipt has a page for each further thousand."""
    rows = "".join(f"X{at},{STATIONS},5,2026-06-01\n" for at in range(2_100))

    answer = source.push(source.file("counts.csv", f"{HEADER}\n{rows}"))

    assert answer.returncode == 4
    assert [int(row["line"]) for row in refused(answer.stdout)] == [*range(2, 2_102)]
    assert [row["applicant"] for row in refused(answer.stdout)] == [f"X{at}" for at in range(2_100)]


async def test_a_file_of_more_rows_than_a_batch_is_stored_in_two(source: Source) -> None:
    first = date(1900, 1, 1)
    days = [first + timedelta(days=at) for at in range(MOST_ROWS // 2)]
    rows = [f"{code},{STATIONS},5,{day}\n" for code in ("C1", "C2") for day in days]
    last = f"C1,{STATIONS},none,2026-06-30\n"

    answer = source.push(source.file("counts.csv", "".join([f"{HEADER}\n", *rows, last])))

    assert answer.returncode == 3
    whole, rest, *_ = answer.stderr.splitlines()
    assert whole.startswith(f"all_committed: {MOST_ROWS} created, ")
    assert rest.startswith("none_committed: 0 created, 0 revised, 0 unchanged, 1 rejected")
    assert answer.stdout.splitlines()[1].startswith(f"{MOST_ROWS + 2},/value,not-a-number,")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEADER[:-6]}\nC1,{STATIONS},5\n", "counts.csv, line 1: the header lacks as_of"),
        (f"{HEADER}\n", "422: the file has no rows; "),
        (f'{HEADER}\nC1,"{STATIONS}\n', "counts.csv, line 2: the file is not CSV: "),
    ],
)
async def test_what_no_gateway_could_read_is_one_line_and_status_1(
    source: Source, text: str, said: str
) -> None:
    answer = source.push(source.file("counts.csv", text))

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("error: ")
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1


async def test_what_the_gateway_refuses_as_a_whole_is_one_line_and_status_1(source: Source) -> None:
    file = source.file("counts.csv", CSV)
    common = ("push", file, "--url", source.url)

    unknown = pilotzone(*common, "--round=R/0?x", PILOTZONE_KEY=source.key)
    stranger = pilotzone(*common, f"--round={ROUND}", PILOTZONE_KEY="nobodys")
    await source.world.transition("closed")
    closed = source.push(file)

    for answer, status in ((unknown, 404), (stranger, 401), (closed, 409)):
        assert (answer.returncode, answer.stdout) == (1, "")
        assert answer.stderr.startswith(f"error: {status}: ")
        assert answer.stderr.count("\n") == 1
        assert "(request " in answer.stderr


async def test_a_bar_is_drawn_on_a_terminal_and_nowhere_else(source: Source) -> None:
    ours, theirs = os.openpty()
    file = source.file("counts.csv", CSV)
    command = [PILOTZONE, "push", file, "--round", ROUND, "--url", source.url]
    environment = os.environ | {"PILOTZONE_KEY": source.key, "TERM": "xterm"}

    await asyncio.to_thread(subprocess.run, command, env=environment, stderr=theirs, check=True)
    os.close(theirs)
    drawn = os.read(ours, 65536).decode()
    os.close(ours)

    assert "0/2" in drawn
    assert "0/2" not in source.push(file).stderr


async def test_a_dry_run_prints_what_would_move_and_stores_nothing(source: Source) -> None:
    source.push(source.file("counts.csv", CSV))
    file = source.file("more.csv", CSV.replace(",7,", ",2.5,").replace(",5,", ",14,"))

    asked = source.push(file, "--dry-run", "--lenient")

    assert asked.returncode == 3, asked.stderr
    assert [each["code"] for each in refused(asked.stdout)] == ["not-whole"]
    lines = [" ".join(each.split()) for each in asked.stderr.splitlines()]
    assert lines == [
        "dry run, partial: 0 created, 1 revised, 0 unchanged, 1 rejected; nothing was stored",
        "totals that would move: 2",
        "applicant before after change",
        "C2 C2 6 3 -3",
        "C1 C1 4.2857 6 +1.7143",
        "ranks that would move: 2",
        "applicant kind before after",
        "C1 C1 county 2 1",
        "C2 C2 county 1 2",
        "ends of cohorts that would move: 1",
        "indicator kind end before after",
        "A-1 county best 7 14",
    ]
    assert [each["value"] for each in await stored(source.world)] == [5, 7]


async def test_a_dry_run_of_a_large_file_looks_at_each_piece_by_itself(source: Source) -> None:
    first = date(1900, 1, 1)
    days = [first + timedelta(days=at) for at in range(MOST_ROWS // 2 + 1)]
    rows = [f"{code},{STATIONS},5,{day}\n" for code in ("C1", "C2") for day in days]
    file = source.file("counts.csv", "".join([f"{HEADER}\n", *rows]))

    asked = source.push(file, "--dry-run")

    assert asked.returncode == 0, asked.stderr
    assert "piece 1 of 2 by itself, as if the others were not pushed" in asked.stderr
    assert "piece 2 of 2 by itself" in asked.stderr
    assert await stored(source.world) == []
