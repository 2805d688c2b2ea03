"""Applicants: county-level divisions and industrial parks."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Subquery,
    case,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert

from shared.applicants.tables import ApplicantPastRow, ApplicantRow
from shared.core.errors import NotFound
from shared.database import Driver, Session
from shared.database.locks import Lock, parts
from shared.scoring.framework import Name


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who may be ranked; *kind* is county or park and names the cohort."""

    code: str
    kind: str
    name: Name
    division: str | None


@dataclass(frozen=True, slots=True)
class StoredApplicant(Applicant):
    """An applicant as registered."""

    registered_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Sought:
    """Which applicants are meant: those of whom all that is said holds.

    *q* is part of a name or of the code, however it is written: wide or narrow, large or small.
    *division* is how the code of the division begins in which the applicant lies, or which it is.
    """

    kind: str | None = None
    q: str | None = None
    division: str | None = None


def _columns(source: Any) -> tuple[Any, ...]:
    return (
        source.code,
        source.kind,
        source.name_zh,
        source.name_en,
        source.division,
        source.registered_at,
        source.changed_at,
    )


COLUMNS = _columns(ApplicantRow)


def _stored(row: Sequence[Any]) -> StoredApplicant:
    code, kind, zh, en, division, registered_at, changed_at = row
    return StoredApplicant(code, kind, Name(zh, en), division, registered_at, changed_at)


async def add(session: Session, applicants: Sequence[Applicant]) -> set[str]:
    """Register those whose code is free; return the codes that were."""
    if not applicants:
        return set()
    rows = [
        {
            "code": each.code,
            "kind": each.kind,
            "name_zh": each.name.zh,
            "name_en": each.name.en,
            "division": each.division,
        }
        # In the order of the key, so that no two registrations wait for each other.
        for each in sorted(applicants, key=lambda each: each.code)
    ]
    statement = insert(ApplicantRow).on_conflict_do_nothing().returning(ApplicantRow.code)
    return set(await session.scalars(statement, rows))


def _as_of(version: int | None) -> FromClause:
    """Return applicants as they were at a *version* of names, None: as they are."""
    now: FromClause = ApplicantRow.__table__
    if version is None:
        return now
    past = _past(version)

    def was(name: str) -> Any:
        return case((past.c.code.is_not(None), past.c[name]), else_=now.c[name]).label(name)

    named = [was(name) for name in ("name_zh", "name_en", "division")]
    same = [now.c[name] for name in ("code", "kind", "registered_at", "changed_at")]
    with_past = now.join(past, past.c.code == now.c.code, isouter=True)
    return select(*same, *named).select_from(with_past).subquery("named")


def _past(version: int) -> Subquery:
    """Return what those were at a *version* who were changed since: until the next change."""
    row = ApplicantPastRow
    query = select(row).where(row.until > version).order_by(row.code, row.until)
    return query.ext(distinct_on(row.code)).subquery("past")


async def some(
    session: Session, codes: Sequence[str], as_of: int | None = None
) -> dict[str, StoredApplicant]:
    """Return those of *codes* that are registered, by code, *as_of* a version of names or now."""
    source = _as_of(as_of).c
    query = select(*_columns(source)).where(source.code == func.any(list(codes)))
    return {row[0]: _stored(row) for row in await session.execute(query)}


async def get(session: Session, code: str, as_of: int | None = None) -> StoredApplicant:
    """Return the applicant of this code, *as_of* a version of names or now. Raises: NotFound."""
    found = await some(session, [code], as_of)
    if code not in found:
        raise NotFound(f"no applicant {code} is registered")
    return found[code]


ONE = """
    SELECT code, kind, name_zh, name_en, division, registered_at, changed_at FROM applicant
    WHERE code = $1
"""


PAST = """
    SELECT applicant.code, kind, was.name_zh, was.name_en, was.division, registered_at, changed_at
    FROM applicant CROSS JOIN LATERAL (
        (SELECT name_zh, name_en, division, until FROM applicant_past
            WHERE code = $1 AND until > $2 ORDER BY until LIMIT 1)
        UNION ALL SELECT name_zh, name_en, division, NULL
        ORDER BY until LIMIT 1
    ) AS was
    WHERE applicant.code = $1
"""


async def known(driver: Driver, code: str, as_of: int | None = None) -> StoredApplicant:
    """Return what `get` does, of who is registered, at less cost."""
    if as_of is None:
        return _stored(await driver.fetchrow(ONE, code))
    return _stored(await driver.fetchrow(PAST, code, as_of))


def _folded(text_: Any) -> ColumnElement[str]:
    """Return *text_* as it is compared: both sides by the database, whatever its locale folds."""
    return func.lower(func.normalize(text_, literal_column("NFKC")))


def _meant(source: Any, sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.kind is not None:
        yield source.kind == sought.kind
    if sought.division is not None:
        lies_in = func.starts_with(source.division, sought.division)
        is_one = func.starts_with(source.code, sought.division)
        yield lies_in | ((source.kind == "county") & is_one)
    if sought.q is not None:
        names = (source.name_zh, source.name_en, source.code)
        part = _folded(sought.q)
        yield or_(*(func.strpos(_folded(each), part) > 0 for each in names))


async def page(
    session: Session,
    after: str | None,
    limit: int,
    sought: Sought,
    among: Collection[str] | None = None,
) -> list[StoredApplicant]:
    """Return at most *limit* of who is *sought* in order of code, from behind *after* on.

    *among*: of these codes alone; None: of all.
    """
    meant = _meant(ApplicantRow, sought)
    query = select(*COLUMNS).where(*meant).order_by(ApplicantRow.code).limit(limit)
    if among is not None:
        query = query.where(ApplicantRow.code == func.any(list(among)))
    if after is not None:
        query = query.where(ApplicantRow.code > after)
    return [_stored(row) for row in await session.execute(query)]


async def found(session: Session, sought: Sought, as_of: int | None = None) -> list[str]:
    """Return the codes of all who are *sought*, in order of their English names.

    Names are those *as_of* a version, or of now. The English ones of Chinese places are written as
    they are spoken, which is how a list of them is looked through; an order of Chinese characters
    would depend on the database's locale.
    """
    source = _as_of(as_of).c
    in_order = _folded(source.name_en).collate("C"), source.code
    query = select(source.code).where(*_meant(source, sought)).order_by(*in_order)
    return list(await session.scalars(query))


async def hold_changes(session: Session) -> None:
    """Wait until no other transaction changes applicants, and let none until this one ends.

    The greatest `version` is then always the last to appear.
    """
    await session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, :key)"), parts(Lock.APPLICANT_CHANGES, 0)
    )


async def change(session: Session, code: str, name: Name, division: str | None) -> StoredApplicant:
    """Give the applicant of this code, which is registered, another name and division.

    The caller holds changes. From step 0022 on the database numbers them itself.
    """
    newest = (await session.scalars(select(func.max(ApplicantRow.version)))).one()
    statement = (
        update(ApplicantRow)
        .where(ApplicantRow.code == code)
        .values(
            name_zh=name.zh,
            name_en=name.en,
            division=division,
            changed_at=func.clock_timestamp(),
            version=newest + 1,
        )
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return _stored((await session.execute(statement)).one())
