"""What was set aside, as a log seals it: by id, each entry up to its last.

Ids of a round appear in their order, those of what was set aside included, since who appends has
the round alone: what is behind the last id that is sealed is what is yet to be, and no row is late.
"""

from bisect import bisect_left
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import text

from shared.database import Database, Driver, SchemaUnknown, Session
from shared.database.database import driver_of
from shared.seals import records
from shared.seals.store import Head

AT_ONCE = 10_000
"""So many are sealed in one transaction."""

PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Aside:
    """A submission that was set aside and is to be sealed."""

    id: int
    leaf: bytes


async def keeps(session: Session) -> bool:
    """Say whether workers seal what is set aside: on a schema before step 0025 none may read it."""
    query = text("SELECT to_regclass('log_entry_aside') IS NOT NULL")
    found: bool = (await session.scalars(query)).one()
    return found


async def require(session: Session) -> None:
    """Refuse a schema on which what is set aside is not sealed. Raises: SchemaUnknown."""
    if not await keeps(session):
        raise SchemaUnknown("what is set aside is sealed from step 0025: run `pilotzone migrate`")


def _last(round_id: str, epoch: str) -> str:
    """Return SQL for the last id that the log of *epoch* seals, 0 where it seals none."""
    return f"""
        coalesce((
            SELECT (body::json ->> 'last')::bigint FROM log_entry
            WHERE round = {round_id} AND epoch = {epoch} AND type = 'aside'
            ORDER BY position DESC LIMIT 1
        ), 0)
    """  # noqa: S608 -- constants alone


ROUNDS = f"""
    SELECT round.id, round.code
    FROM round CROSS JOIN (SELECT max(number) AS epoch FROM log_epoch) AS era
    WHERE {_last("round.id", "era.epoch")} < (
        SELECT id FROM submission_aside WHERE round = round.id ORDER BY id DESC LIMIT 1
    )
"""  # noqa: S608 -- constants alone


async def rounds(driver: Driver) -> dict[int, str]:
    """Return id and code of the rounds of which something set aside is yet to be sealed."""
    return {row[0]: row[1] for row in await driver.fetch(ROUNDS)}


LEAF = records.leaf_of(records.salt_of("$3", "submission", "$1", "said.id"), records.ASIDE)
UNSEALED = f"""
    SELECT said.id, {LEAF}
    FROM (
        SELECT * FROM submission_aside
        WHERE round = $1 AND id > {_last("$1", "$2")} ORDER BY id LIMIT $4
    ) AS said
    JOIN reporter AS who ON who.id = said.reporter
    ORDER BY said.id
"""  # noqa: S608 -- constants alone


async def unsealed(session: Session, round_id: int, head: Head) -> list[Aside]:
    """Return what is yet to be sealed behind the *head*, by id, at most `AT_ONCE`."""
    driver = await driver_of(session)
    found = await driver.fetch(UNSEALED, round_id, head.epoch, head.secret, AT_ONCE)
    return [Aside(*row) for row in found]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Which entries of a log seal what was set aside: their positions, and the last id of each."""

    positions: list[int]
    lasts: list[int]

    def position(self, number: int) -> int:
        """Return the position of the entry that seals the id *number*, which is sealed."""
        return self.positions[bisect_left(self.lasts, number)]


async def sealed(session: Session, round_id: int, epoch: int) -> Sealed:
    """Return the entries of a log that seal what was set aside."""
    query = text("""
        SELECT position, (body::json ->> 'last')::bigint FROM log_entry
        WHERE round = :round AND epoch = :epoch AND type = 'aside' ORDER BY position
    """)
    rows = (await session.execute(query, {"round": round_id, "epoch": epoch})).all()
    return Sealed([row[0] for row in rows], [row[1] for row in rows])


async def pages(
    database: Database, round_id: int, by: Sealed, key: bytes
) -> AsyncIterator[list[tuple[int, str, str]]]:
    """Yield pages of what these entries seal: the entry's position, record and salt, by id.

    No connection is held from one page to the next.
    """
    salt = records.salt_of(":key", "submission", ":round", "said.id")
    query = text(f"""
        SELECT said.id, {records.ASIDE}, encode({salt}, 'hex')
        FROM (
            SELECT * FROM submission_aside
            WHERE round = :round AND id > :after AND id <= :until ORDER BY id LIMIT {PAGE}
        ) AS said
        JOIN reporter AS who ON who.id = said.reporter
        ORDER BY said.id
    """)  # noqa: S608 -- constants alone
    after, until = 0, by.lasts[-1] if by.lasts else 0
    while after < until:
        where = {"round": round_id, "after": after, "until": until, "key": key}
        async with database.reading() as session:
            rows = (await session.execute(query, where)).all()
        if not rows:
            return
        yield [(by.position(row[0]), row[1], row[2]) for row in rows]
        after = rows[-1][0]
