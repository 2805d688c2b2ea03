"""What the reader of bodies finds wrong, in our words."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.answers.codes import FORM
from api.answers.faults import WORDS, findings_of
from shared.core.errors import Finding

SENT = "what was sent"


class Body(BaseModel):
    """Something of each kind that may be wrong."""

    model_config = ConfigDict(extra="forbid", strict=True)

    count: Annotated[int, Field(ge=1)]
    text: Annotated[str, Field(max_length=3, pattern="^[a-z]*$")]
    word: Literal["it's", "that"]
    listed: Annotated[list[str], Field(max_length=1)]


def wrong(**sent: object) -> tuple[Finding, ...]:
    """Return what is wrong with a body."""
    with pytest.raises(ValidationError) as refused:
        Body.model_validate(sent)
    return findings_of([each | {"loc": ("body", *each["loc"])} for each in refused.value.errors()])


def test_a_fault_is_told_without_the_readers_words_and_what_was_sent() -> None:
    found = wrong(count=0, text=SENT, word=SENT, listed=[SENT, SENT], more=SENT)

    assert [(each.pointer, each.code, each.message, dict(each.params)) for each in found] == [
        ("/count", "greater-than-equal", "The number is at least 1.", {"ge": 1}),
        ("/text", "string-too-long", "The text has at most 3 characters.", {"max_length": 3}),
        (
            *("/word", "literal-error", "Only these are known here: it's, that."),
            {"expected": ["it's", "that"]},
        ),
        (
            *("/listed", "too-long", "There are at most 1 elements or characters."),
            {"max_length": 1},
        ),
        ("/more", "extra-forbidden", "There is no such member here.", {}),
    ]


def test_the_same_fault_is_told_once() -> None:
    """A round in a path is read by the route and by what the route asks for."""
    error = {"type": "missing", "loc": ("query", "limit"), "msg": "Field required"}

    assert findings_of([error, error]) == (Finding("/query/limit", "missing", "This is required."),)


def test_a_fault_of_which_nothing_is_known_is_told_as_such() -> None:
    (found,) = findings_of([{"type": "no_such", "loc": ("body",), "msg": SENT, "ctx": {"x": SENT}}])

    assert (found.pointer, found.code, dict(found.params)) == ("", "not-as-asked", {})
    assert SENT not in found.message


def test_words_are_of_codes_that_are_documented() -> None:
    assert set(WORDS) <= set(FORM)
