"""Texts of a table read as values: what kind of value is the measure's business."""

import re

from shared.batches.rows import Cell
from shared.scoring.framework import Measure, MeasureType
from shared.submissions.drafts.exact import SURE_DIGITS, Inexact, number
from shared.submissions.values import Refusal, Value

DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
NUMBERS = (MeasureType.COUNT, MeasureType.NUMBER, MeasureType.MARK)
FLAGS = {"true": True, "false": False}
BETWEEN_CODES = ";"
REVISION = re.compile(r"[0-9]{1,9}")

FAULTS = (
    (re.compile(r"[=+@\t\r].*|-\D.*", re.DOTALL), "formula", "The field is a formula."),
    (
        re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?"),
        "grouped-digits",
        "A number has no separators between its digits.",
    ),
    (
        re.compile(r"-?[0-9]+,[0-9]+"),
        "decimal-comma",
        "A number has a point before its decimals.",
    ),
    (
        re.compile(r"-?[0-9.]+[eE][-+]?[0-9]+"),
        "exponent",
        "A number is written without an exponent.",
    ),
    (
        re.compile(r"[-+]?(nan|inf|infinity)", re.IGNORECASE),
        "not-finite",
        "The value is a finite number.",
    ),
    (re.compile(r"\s.*|.*\s", re.DOTALL), "space-around", "Spaces stand around the value."),
    (
        re.compile(r"(?=.*[^\x00-\x7f])-?[\d.,]+", re.DOTALL),
        "foreign-digits",
        "A number has the digits 0 to 9.",
    ),
)
"""What else is met where a number should be; the first that fits says what is wrong."""

NOT_A_NUMBER = Refusal("value", "not-a-number", "The value is a number.")
NOT_A_FLAG = Refusal("value", "not-a-flag", "The value is true or false.")


def revision(text: str) -> int | str:
    """Return the whole number that *text* is, or the text, which is then no revision."""
    return int(text) if REVISION.fullmatch(text) else text


def flag(text: str) -> bool | str:
    """Return what *text* says, or the text, which is then neither true nor false."""
    return FLAGS.get(text, text)


def interpret(measure: Measure, cell: Cell) -> Value | Inexact | Refusal:
    """Return the value that *cell* is to *measure*, or why it is none."""
    if measure.type in NUMBERS:
        return _number(cell)
    if measure.type is MeasureType.FLAG:
        return FLAGS.get(cell, NOT_A_FLAG)
    if measure.type is MeasureType.CODES:
        return cell.split(BETWEEN_CODES)
    return str(cell)


def _number(cell: Cell) -> float | Inexact | Refusal:
    if len(cell) <= SURE_DIGITS and cell.isascii() and cell.isdecimal():
        return int(cell)
    if DECIMAL.fullmatch(cell):
        return number(cell)
    for pattern, code, message in FAULTS:
        if pattern.fullmatch(cell):
            return Refusal("value", code, message)
    return NOT_A_NUMBER
