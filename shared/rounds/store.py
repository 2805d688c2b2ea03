"""Rounds: what is fixed about one, its state, and the locks that order its writers."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from shared.core.errors import NotFound
from shared.database import Session, locks
from shared.database.database import driver_of
from shared.database.locks import Lock
from shared.frameworks.tables import FrameworkRow
from shared.rounds.tables import RoundRow
from shared.scoring.framework import Name


@dataclass(frozen=True, slots=True)
class NewRound:
    """What an administrator says of a round."""

    code: str
    framework: int
    title: Any
    reference_date: date
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def name(self) -> Name:
        """The title in both languages; one line that was registered is taken for both."""
        if isinstance(self.title, str):
            return Name(self.title, self.title)
        return Name(self.title["zh"], self.title["en"])


@dataclass(frozen=True, slots=True)
class RoundFacts(NewRound):
    """What never changes of a round, and may be remembered.

    The *salt* makes the experts' pseudonyms: it belongs in no answer and in no log.
    """

    id: int
    created_at: datetime
    framework_code: str
    framework_version: str
    salt: UUID = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredRound(RoundFacts):
    """A round as it stood when it was read: its *state* may be another by now."""

    state: str


QUERY = select(
    RoundRow.code,
    RoundRow.framework,
    RoundRow.title,
    RoundRow.reference_date,
    RoundRow.opens_at,
    RoundRow.closes_at,
    RoundRow.id,
    RoundRow.created_at,
    FrameworkRow.code,
    FrameworkRow.version,
    RoundRow.salt,
    RoundRow.state,
).join(FrameworkRow, FrameworkRow.id == RoundRow.framework)


async def add(session: Session, new: NewRound) -> bool:
    """Register *new* as a draft; False if its code is taken."""
    statement = (
        insert(RoundRow)
        .values(
            code=new.code,
            framework=new.framework,
            title=new.title,
            reference_date=new.reference_date,
            opens_at=new.opens_at,
            closes_at=new.closes_at,
        )
        .on_conflict_do_nothing()
        .returning(RoundRow.id)
    )
    return (await session.execute(statement)).first() is not None


async def get(session: Session, code: str) -> StoredRound:
    """Return the round of this code. Raises: NotFound."""
    row = (await session.execute(QUERY.where(RoundRow.code == code))).first()
    if row is None:
        raise NotFound(f"no round {code} exists")
    return StoredRound(*row)


async def facts(session: Session, code: str) -> RoundFacts:
    """Return what never changes of the round of this code. Raises: NotFound."""
    row = (await session.execute(QUERY.where(RoundRow.code == code))).first()
    if row is None:
        raise NotFound(f"no round {code} exists")
    return RoundFacts(*row[:-1])


async def state(session: Session, round_id: int) -> str:
    """Return the state of the round of this id as it now is."""
    query = select(RoundRow.state).where(RoundRow.id == round_id)
    found: str = (await session.scalars(query)).one()
    return found


async def by_id(session: Session, round_id: int) -> StoredRound:
    """Return the round of this id, which some row names."""
    return StoredRound(*(await session.execute(QUERY.where(RoundRow.id == round_id))).one())


async def page(
    session: Session, after: str | None, limit: int, among: Collection[str] | None = None
) -> list[StoredRound]:
    """Return at most *limit* rounds in order of code, from behind *after* on.

    *among*: of these codes alone; None: of all.
    """
    query = QUERY.order_by(RoundRow.code).limit(limit)
    if among is not None:
        query = query.where(RoundRow.code == func.any(list(among)))
    if after is not None:
        query = query.where(RoundRow.code > after)
    return [StoredRound(*row) for row in await session.execute(query)]


async def newest(
    session: Session, offset: int, limit: int, among: Collection[str] | None = None
) -> tuple[list[StoredRound], int]:
    """Return at most *limit* rounds behind *offset* others, and how many there are in all.

    Those that are not closed come first, and of each the newest. *among* is as for `page`.
    """
    is_closed = RoundRow.state == "closed"
    query = QUERY.order_by(is_closed, RoundRow.created_at.desc(), RoundRow.id.desc())
    counted = select(func.count()).select_from(RoundRow)
    if among is not None:
        query = query.where(RoundRow.code == func.any(list(among)))
        counted = counted.where(RoundRow.code == func.any(list(among)))
    found = await session.execute(query.offset(offset).limit(limit))
    return [StoredRound(*row) for row in found], (await session.scalars(counted)).one()


async def set_state(session: Session, round_id: int, state: str) -> None:
    """Change the state; the caller holds the round alone."""
    await session.execute(
        update(RoundRow)
        .where(RoundRow.id == round_id)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )


async def hold_state(session: Session, round_id: int) -> None:
    """Keep the round's state as it is until the transaction ends, beside others who do the same.

    For who appends no submission. Also announces, on commit, that the round changed.
    """
    await session.execute(
        text(
            "SELECT pg_advisory_xact_lock_shared(:lock, :key), pg_notify('submission_change', :id)"
        ),
        locks.parts(Lock.STATE, round_id) | {"id": str(round_id)},
    )


async def announce(session: Session, round_id: int) -> None:
    """Tell the workers, on commit, that the round changed; for who holds it alone."""
    await session.execute(
        text("SELECT pg_notify('submission_change', :round)"), {"round": str(round_id)}
    )


async def hold_alone(session: Session, round_id: int) -> None:
    """Wait until nobody writes to the round, and let nobody begin until the transaction ends.

    The lock's queue is fair: a steady stream of writers can't keep a transition waiting.
    """
    driver = await driver_of(session)
    query = "SELECT pg_advisory_xact_lock($1::integer, $2::integer)"
    await driver.execute(query, Lock.STATE, locks.key(round_id))


HOLD_FOR_RUN = "SELECT pg_try_advisory_xact_lock($1::integer, $2::integer)"


async def try_hold_for_run(session: Session, round_id: int) -> bool:
    """Take the right to recompute the round until the transaction ends, if nobody has it."""
    driver = await driver_of(session)
    held: bool = await driver.fetchval(HOLD_FOR_RUN, Lock.RUN, locks.key(round_id))
    return held
