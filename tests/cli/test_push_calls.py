"""`pilotzone push` where there is nothing to send, nobody to send it to, or somebody ends it."""

import asyncio
import gzip
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_command_line import PILOTZONE, pilotzone
from tests.cli.test_push import CSV


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.csv"], "none.csv cannot be read: No such file or directory"),
        (["counts.txt"], "the format of counts.txt is not known: say --format, one of: json, "),
        (["counts.csv", "--format=xml"], "the format of counts.csv is not known: say --format"),
        (["broken.csv.gz"], "broken.csv.gz cannot be unpacked: its end is missing or damaged"),
        (["counts.csv", "--key-file=none"], "none cannot be read: No such file or directory"),
        (["counts.csv", "--key-file=empty"], "empty holds no key: set PILOTZONE_KEY, or name a"),
        (["counts.csv", "--key-file=counts.csv"], "what counts.csv holds is no key: it is one"),
        (["counts.csv", "--url=127.0.0.1"], "127.0.0.1 is not a URL: write http://HOST:PORT or"),
        (["counts.csv", "--url=http://a:b"], "http://a:b is not a URL: "),
    ],
)
def test_what_cannot_be_sent_is_one_line_and_status_1(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("counts.csv", "counts.txt"):
        Path(name).write_text(CSV)
    Path("empty").touch()
    Path("broken.csv.gz").write_bytes(gzip.compress(CSV.encode())[:-9])

    answer = pilotzone("push", *arguments, "--round=R", PILOTZONE_KEY="any")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"error: {said}")
    assert answer.stderr.count("\n") == 1


def test_the_status_says_that_the_command_was_typed_wrongly() -> None:
    answer = pilotzone("push", "none.csv", "--round=R", "--covers=stations,2026-12-31")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "MEASURE,DATE,WHOM" in answer.stderr


def test_without_a_key_it_says_where_one_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(CSV)

    answer = pilotzone("push", str(tmp_path / "counts.csv"), "--round=R")

    assert answer.returncode == 1
    assert answer.stderr == (
        "error: PILOTZONE_KEY holds no key: set PILOTZONE_KEY, or name a file with --key-file\n"
    )


async def test_ctrl_c_ends_it_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(CSV)
    asked, over = asyncio.Event(), asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await over.wait()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(PILOTZONE, "push", str(tmp_path / "counts.csv"), "--round=R"),
        f"--url=http://127.0.0.1:{port}",
        env=os.environ | {"PILOTZONE_KEY": "any"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        await asked.wait()
        process.send_signal(signal.SIGINT)
        said = await process.communicate()
    over.set()
    server.close()

    assert process.returncode == 130
    assert said == (b"", b"")
