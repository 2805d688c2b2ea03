"""Columns of a terminal: Chinese characters take two."""

import unicodedata
from collections.abc import Iterator

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that are not shown: controls, directions, separators of lines."""


def width(text: str) -> int:
    """Return how many columns *text* takes. Source: Unicode Standard Annex 11."""
    return sum(_columns(each) for each in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def plain(text: str) -> str:
    """Return *text* with a mark in place of whatever would steer a terminal, not be shown by it."""
    return "".join("\ufffd" if unicodedata.category(each) in UNSEEN else each for each in text)


def fill(text: str, columns: int) -> str:
    """Return *text* with spaces behind it up to so many columns."""
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int, indent: str, hanging: str) -> list[str]:
    """Return *text* as lines of at most so many columns, the first behind *indent*.

    Breaks are at spaces and beside wide characters; a word that is too long keeps its line.
    """
    lines, line = [], indent
    begun = False
    for word in _words(text):
        if begun and width(line + word.rstrip()) > columns:
            lines.append(line.rstrip())
            line, word = hanging, word.lstrip()  # noqa: PLW2901
        line, begun = line + word, True
    return [*lines, line.rstrip()]


CLOSING = "，。：；）」、！？”—"
"""What never begins a line."""


def _words(text: str) -> Iterator[str]:
    """Cut *text* behind each space and around each wide character, closing marks excepted."""
    word = ""
    for character in text:
        wide = width(character) > 1
        if word and (wide or width(word[-1]) > 1 or word[-1] == " ") and character not in CLOSING:
            yield word
            word = ""
        word += character
    if word:
        yield word
