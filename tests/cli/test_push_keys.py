"""A push that is repeated is known as the same, whatever ended the one before."""

from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from cli.errors import CommandError
from cli.push import command
from tests.cli.test_push_sending import (
    HEADER,
    REJECTED,
    ROW,
    WHOLE,
    file,
    outcome,
    push,
    scripted,
)

__all__ = ["file"]

STORED = outcome("all_committed")
BUSY = JSONResponse({"detail": "busy"}, 503)


def beside(file: Path) -> list[str]:
    """Return what lies beside *file*."""
    return sorted(each.name for each in file.parent.iterdir() if each != file)


def mended(file: Path) -> None:
    """Change what *file* says."""
    file.write_bytes(WHOLE + ROW.encode())


async def test_every_try_has_the_same_key_and_another_push_another(file: Path) -> None:
    async with scripted(BUSY, STORED) as (gateway, url):
        for _ in range(2):
            assert await push(file, url) == 0

    first, again, second = gateway.keys
    assert first == again != second
    assert beside(file) == []


async def test_the_key_is_on_the_disk_until_the_answer_is_in(file: Path) -> None:
    """A command that was killed, or gave up, is followed by one with its key."""
    async with scripted(*[BUSY] * 8, STORED) as (gateway, url):
        with pytest.raises(CommandError):
            await push(file, url)
        assert beside(file) == ["counts.csv.keys"]
        assert gateway.keys[0] in file.with_name("counts.csv.keys").read_text()

        assert await push(file, url) == 0

    assert set(gateway.keys) == {gateway.keys[0]}
    assert beside(file) == []


async def test_another_request_has_another_key(file: Path) -> None:
    """What was mended, or is to be taken otherwise, is no repetition."""
    async with scripted(BUSY) as (gateway, url):
        for options in ((), ("--lenient",)):
            with pytest.raises(CommandError):
                await push(file, url, *options)
        mended(file)
        with pytest.raises(CommandError):
            await push(file, url)

    assert len(gateway.keys) == 24
    assert len(set(gateway.keys)) == 3


async def test_pieces_have_keys_of_their_own_until_all_are_answered(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though they are equal; those that were answered are answered again, not taken anew."""
    monkeypatch.setattr(command, "MOST_ROWS", 1)
    async with scripted(STORED, STORED, *[BUSY] * 8, STORED) as (gateway, url):
        with pytest.raises(CommandError):
            await push(file, url)
        assert await push(file, url) == 0

    assert gateway.bodies == [f"{HEADER}\n{ROW}".encode()] * 13
    assert len(set(gateway.keys)) == 3
    assert gateway.keys[:3] == gateway.keys[-3:]
    assert beside(file) == []


async def test_what_was_refused_is_asked_anew(file: Path) -> None:
    """What it lacked may be there: an applicant was registered, a round was opened."""
    closed = JSONResponse({"detail": "closed"}, 409)
    async with scripted(closed, outcome("none_committed", REJECTED), STORED) as (gateway, url):
        with pytest.raises(CommandError, match="closed"):
            await push(file, url)
        assert await push(file, url) == 4
        assert await push(file, url) == 0

    assert len(set(gateway.keys)) == 3


async def test_where_no_key_can_be_kept_it_says_so_and_goes_on(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.with_name("counts.csv.keys.new").mkdir()
    async with scripted(STORED) as (_, url):
        assert await push(file, url) == 0

    said, stored = capsys.readouterr().err.splitlines()
    assert said.startswith(f"{file}.keys cannot be written (Is a directory): if this command")
    assert stored.startswith("all_committed")


async def test_a_service_keeps_its_keys_where_it_may_write(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where `StateDirectory=` of systemd says; and what is damaged there is no key."""
    state = tmp_path / "state"
    state.mkdir()
    monkeypatch.setenv("STATE_DIRECTORY", str(state))
    for damaged in ("", "[1]", '{"a": 1}'):
        state.joinpath("counts.csv.keys").write_text(damaged)
        async with scripted(BUSY) as (gateway, url):
            with pytest.raises(CommandError):
                await push(file, url)

        assert gateway.keys[0] in state.joinpath("counts.csv.keys").read_text()
    assert beside(file) == ["state"]
