"""`pilotzone explain`: the same explanation on the command line."""

import asyncio
import json

import pytest

from shared.database import Database
from shared.explanations.text import COLUMNS, render
from shared.explanations.width import fill, plain, width, wrap
from tests.cli.test_command_line import pilotzone
from tests.independent.rounds import Explained, played
from tests.independent.test_recompute import DOCUMENTS, recompute


@pytest.fixture
async def explained(owner: Database, worker_database: Database) -> Explained:
    """Give a round of two runs under the framework of every rule."""
    return await played(owner, worker_database, DOCUMENTS["as it is"](), seed=1)


async def said(url: str, *arguments: str) -> str:
    """Run the command, which must succeed without a word on standard error."""
    answer = await asyncio.to_thread(pilotzone, "explain", *arguments, PILOTZONE_DATABASE_URL=url)
    assert (answer.returncode, answer.stderr) == (0, "")
    return answer.stdout


async def test_json_is_what_the_service_explains(url: str, explained: Explained) -> None:
    for arguments, run in (((), 2), (("--run", "1"), 1)):
        document = json.loads(await said(url, "R", "C1", "--json", *arguments))
        assert document == await explained.of("C1", run)
        assert recompute(document).returncode == 0


async def test_the_text_is_in_the_language_that_is_asked_for(
    url: str, explained: Explained
) -> None:
    document = await explained.of("C1", 2)
    assert await said(url, "R", "C1") == render(document, "en")
    assert await said(url, "R", "C1", "--lang", "zh") == render(document, "zh")


async def test_every_explanation_fits_a_terminal(explained: Explained) -> None:
    for document in await explained.everything():
        for text in (render(document, "zh"), render(document, "en")):
            assert max(map(width, text.splitlines())) <= COLUMNS


@pytest.mark.usefixtures("explained")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("R", "C1", "--lang", "fr"), "fr is no language of the service; choose zh or en"),
        (("R", "C1", "--run", "7"), "the round has no run 7"),
        (("R", "nobody"), "nobody has no score in round R"),
        (("none", "C1"), "no round none exists"),
    ],
)
async def test_what_cannot_be_explained_is_one_line(
    url: str, arguments: tuple[str, ...], line: str
) -> None:
    answer = await asyncio.to_thread(pilotzone, "explain", *arguments, PILOTZONE_DATABASE_URL=url)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"error: {line}\n"


def test_a_chinese_character_takes_two_columns() -> None:
    assert width("基站 5G，") == 9
    assert fill("基站", 6) == "基站  "


def test_a_line_breaks_at_spaces_and_between_chinese_characters() -> None:
    assert wrap("one two three", 9, "", "  ") == ["one two", "  three"]
    assert wrap("一二三四五", 6, "", "  ") == ["一二三", "  四五"]


def test_no_line_begins_with_a_closing_mark() -> None:
    assert wrap("一二三，四", 6, "", "") == ["一二", "三，四"]


def test_what_was_noted_cannot_steer_the_terminal() -> None:
    """A comment is anybody's: escape sequences and reversed writing come out as a mark."""
    assert plain("red \x1b[31m\n\u202eback\u3000同") == "red \ufffd[31m\ufffd\ufffdback\u3000同"
