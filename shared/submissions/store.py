"""Submissions: appended by a function of the database."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias

import asyncpg
import msgspec

from shared.database import Driver, SchemaUnknown
from shared.scoring.framework import ReporterKind
from shared.submissions.values import Reported

SEPARATOR = "\x1f"
"""Between the codes of one value, for the appending functions; it stands in no code."""


ADDED = frozenset({"created", "revised"})

NATURAL_KEY = attrgetter("applicant", "measure", "reporter", "as_of")
"""What two submissions share if the later corrects the earlier."""

Mark: TypeAlias = tuple[str, str, int]
"""An applicant, a measure, and the expert who marks."""


class NewSubmission(msgspec.Struct, frozen=True, gc=False):
    """One value of one measure for one applicant, by one reporter, as of one date.

    Of what a file has tens of thousands of, the collector of cycles keeps no account: none of it
    holds a cycle, and looking through all of it would hold up everybody.
    """

    applicant: str
    measure: str
    reporter: int
    kind: str
    as_of: date
    reported: Reported
    reference: str | None
    comment: str | None
    request_id: str
    keeps_blind: bool = False
    """A mark that its expert may not change when it can read others'."""
    expected_revision: int | None = None
    """The revision that must stand, 0 for none; None: whichever does."""
    reported_at: datetime | None = None
    """The source's own moment: what it said later stands against it."""
    obs_status: str | None = None
    doubt: str | None = None
    """What makes the number implausible by itself; None: nothing."""
    is_quantity: bool = False
    """Whether it is worth comparing with the number before it."""
    factor: float | None = None
    """How many times the number before it may be, or be part of; None: any."""
    confirmed_by: int | None = None
    """Who says that the number holds all the same, as a reporter; None: nobody."""
    reason: str | None = None
    """Why somebody else confirms it in the reporter's name."""

    @property
    def needs_more(self) -> bool:
        """Whether it says what a database before step 0012 cannot keep or judge."""
        said = (self.reported_at, self.obs_status, self.doubt, self.confirmed_by)
        return any(each is not None for each in said)

    @property
    def is_mark(self) -> bool:
        """Whether an expert says it."""
        return self.kind == ReporterKind.EXPERT

    @property
    def mark(self) -> Mark:
        """Whose word on what it is, of whatever date."""
        return self.applicant, self.measure, self.reporter


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """What became of a submission: created, revised, or unchanged; or why it was not taken.

    That is not-open, unknown-applicant, conflict-of-interest, stale-revision or
    revised-after-sight, and *id* is then None; for `unchanged` it is that of what stands.

    *set_aside* says why it does not count: `superseded`, and *id* is that of what stands; or what
    makes the number implausible, and *id* is that under which it can be confirmed. None: it counts.
    *before* is the number that the reporter said last, of the latest date not after this one's.
    """

    result: str
    id: int | None
    set_aside: str | None = None
    entered: bool = True
    before: float | None = None

    @property
    def adds(self) -> bool:
        """Whether something stands now that did not before."""
        return self.result in ADDED and self.set_aside is None


APPEND = """
    SELECT result, submission_id, set_aside, entered, before
    FROM append_items($1, $2::text::submission_item[]) ORDER BY place
"""
APPEND_BEFORE = f"""
    SELECT result, submission_id, set_aside, entered, before
    FROM append_submissions({", ".join(f"${at}" for at in range(1, 20))}) ORDER BY place
"""  # noqa: S608 -- numbers of ours
"""For a schema before step 0023."""

KNOWS = "SELECT to_regproc($1) IS NOT NULL"
RECORD = """
    SELECT result, submission_id
    FROM record_submissions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ORDER BY place
"""
RECORD_AFTER = """
    SELECT result, submission_id FROM record_expected_submissions(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ORDER BY place
"""
"""Both are for a schema before step 0012; before 0010 there is only the first."""


async def record(driver: Driver, round_id: int, items: Sequence[NewSubmission]) -> list[Receipt]:
    """Append *items*, whose natural keys differ from each other, with their change-log rows.

    One round trip, and a transaction of its own unless one is under way. Until its end it has the
    round to itself, as with `rounds.hold_alone`: submissions appear in the order of their ids.
    Returns a receipt each, in order. Raises: SchemaUnknown.
    """
    return await record_written(driver, round_id, items, written(items))


async def record_written(
    driver: Driver, round_id: int, items: Sequence[NewSubmission], text: str
) -> list[Receipt]:
    """Do what `record` does, for who has `written` the *items* in a thread beforehand."""
    return [Receipt(*row) for row in await _append(driver, round_id, items, text)]


async def _append(
    driver: Driver, round_id: int, items: Sequence[NewSubmission], text: str
) -> Sequence[Any]:
    # A statement that fails breaks off the transaction under way: there, it is asked beforehand.
    if driver.is_in_transaction() and not await driver.fetchval(KNOWS, "append_items"):
        return await _append_columns(driver, round_id, items)
    try:
        found: Sequence[Any] = await driver.fetch(APPEND, round_id, text)
    except (asyncpg.UndefinedFunctionError, asyncpg.UndefinedObjectError):
        return await _append_columns(driver, round_id, items)
    return found


async def _append_columns(
    driver: Driver, round_id: int, items: Sequence[NewSubmission]
) -> Sequence[Any]:
    """Append to a schema before step 0023, which takes a column of each."""
    columns = *_columns(items), *weighed_columns(items), [each.reason for each in items]
    if driver.is_in_transaction() and not await driver.fetchval(KNOWS, "append_submissions"):
        return await _append_before(driver, round_id, items)
    try:
        found: Sequence[Any] = await driver.fetch(APPEND_BEFORE, round_id, *columns)
    except asyncpg.UndefinedFunctionError:
        return await _append_before(driver, round_id, items)
    return found


async def _append_before(
    driver: Driver, round_id: int, items: Sequence[NewSubmission]
) -> Sequence[Any]:
    """Append to a schema before step 0012, which sets nothing aside. Raises: SchemaUnknown."""
    if any(each.needs_more for each in items):
        raise SchemaUnknown("what may be set aside needs step 0012: run `pilotzone migrate`")
    columns = _columns(items)
    expected = [each.expected_revision for each in items]
    try:
        if all(each is None for each in expected):
            plain: Sequence[Any] = await driver.fetch(RECORD, round_id, *columns)
            return plain
        found: Sequence[Any] = await driver.fetch(RECORD_AFTER, round_id, *columns, expected)
    except asyncpg.UndefinedFunctionError:
        raise SchemaUnknown("expected revisions need step 0010: run `pilotzone migrate`") from None
    return found


def said_columns(items: Sequence[NewSubmission]) -> tuple[list[Any], ...]:
    """Return what *items* say, in the order in which functions before step 0023 take it."""
    return (
        [each.applicant for each in items],
        [each.measure for each in items],
        [each.reporter for each in items],
        [each.kind for each in items],
        [each.as_of for each in items],
        [each.reported.status for each in items],
        [each.reported.number for each in items],
        [_joined(each.reported.codes) for each in items],
    )


def weighed_columns(items: Sequence[NewSubmission]) -> tuple[list[Any], ...]:
    """Return by what else *items* are judged, in the order in which functions take it."""
    return (
        [each.expected_revision for each in items],
        [each.reported_at for each in items],
        [each.obs_status for each in items],
        [each.doubt for each in items],
        [each.factor for each in items],
        [each.confirmed_by for each in items],
    )


def _columns(items: Sequence[NewSubmission]) -> tuple[list[Any], ...]:
    """Return what every schema knows of *items*."""
    return (
        *said_columns(items),
        [each.reference for each in items],
        [each.comment for each in items],
        [each.request_id for each in items],
    )


def _joined(codes: tuple[str, ...] | None) -> str | None:
    return None if codes is None else SEPARATOR.join(codes)


NOTHING_MORE = (None,) * 7
NO_MORE = "," * 6


def written(items: Iterable[NewSubmission]) -> str:
    """Write *items* as one text, which PostgreSQL reads as an array of its type `submission_item`.

    A driver takes far longer over as many values. It is made row by row, so that in a thread it
    lets others run.
    """
    quoted = _Quoted()
    return f"{{{','.join([_item(each, quoted) for each in items])}}}"


class _Quoted(dict[str, str]):
    """What many rows say alike, quoted once.

    It goes with them: what outlived a large file would lie scattered in its memory, and keep it.
    """

    def __missing__(self, text: str) -> str:
        self[text] = quoted = _quoted(text)
        return quoted


def _item(each: NewSubmission, quoted: _Quoted) -> str:
    """Write one row; nothing between two commas is NULL."""
    said = each.reported
    number = "" if said.number is None else repr(said.number)
    codes = "" if said.codes is None else _quoted(SEPARATOR.join(said.codes))
    return (
        f'"({quoted[each.applicant]},{quoted[each.measure]},{each.reporter},{each.kind},'
        f"{_day(each.as_of)},{said.status},{number},{codes},"
        f"{_text(each.reference)},{_text(each.comment)},{quoted[each.request_id]},"
        f'{_more(each)})"'
    )


def _more(each: NewSubmission) -> str:
    """Write what most leave out: all behind the request's id."""
    more = (
        each.expected_revision,
        each.reported_at,
        each.obs_status,
        each.doubt,
        each.factor,
        each.confirmed_by,
        each.reason,
    )
    return NO_MORE if more == NOTHING_MORE else ",".join(map(_said, more))


def _said(said: str | float | datetime | None) -> str:
    if isinstance(said, datetime):
        return said.isoformat()
    return _text(said) if said is None or isinstance(said, str) else repr(said)


def _text(text: str | None) -> str:
    return "" if text is None else _quoted(text)


def _quoted(text: str) -> str:
    """Quote *text* for its row, and the row's own marks once more for the array."""
    if not text.isalnum():
        text = text.replace("\\", "\\" * 4).replace('"', "\\" * 3 + '"')
    return f'\\"{text}\\"'


_day = lru_cache(1024)(date.isoformat)
