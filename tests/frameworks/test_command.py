"""`pilotzone frameworks`: what is hardly meant is said beside the outcome, not in it."""

import json
from pathlib import Path

import pytest

from tests.cli.test_command_line import pilotzone
from tests.fixtures.make import RESIDENTS, framework

SAID = (
    "warning: /measures/residents/range: a ratio is missing where this is 0;"
    " begin the range above it [denominator-may-be-zero]\n"
)


@pytest.fixture
def doubtful(tmp_path: Path) -> str:
    """Give a document with one warning."""
    document = framework()
    del document["measures"][RESIDENTS]["range"]
    file = tmp_path / "framework.json"
    file.write_text(json.dumps(document))
    return str(file)


def test_a_document_with_warnings_is_registered(doubtful: str, url: str) -> None:
    """Standard output is for programs; registered again, the same is said again."""
    for word in ("registered", "unchanged"):
        answer = pilotzone("frameworks", "add", doubtful, PILOTZONE_DATABASE_URL=url)

        assert answer.returncode == 0
        assert answer.stdout.startswith(f"{word}: small 1 sha256:")
        assert answer.stdout.count("\n") == 1
        assert answer.stderr == SAID


def test_checking_a_document_shows_its_warnings(doubtful: str) -> None:
    answer = pilotzone("frameworks", "check", doubtful)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == f"{SAID}valid: small 1\n"


def test_what_is_wrong_with_a_document_as_a_whole_names_the_document(tmp_path: Path) -> None:
    """RFC 6901 writes the whole as nothing, and `/` is a member whose name is empty."""
    file = tmp_path / "framework.yaml"
    file.write_text("[]")

    answer = pilotzone("frameworks", "check", str(file))

    assert answer.returncode == 1
    assert answer.stderr.startswith("(document): ")
