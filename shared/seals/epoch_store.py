"""Epochs: a database that was restored begins its logs anew, and the earlier ones stay in it."""

from dataclasses import dataclass

from sqlalchemy import text

from shared.audit.purge_store import RESTORED
from shared.database import Session
from shared.seals.store import keeps_logs

BEGIN = """
DO $restored$
BEGIN
    IF to_regclass('public.log_epoch') IS NOT NULL THEN
        INSERT INTO public.log_epoch (number, reason)
        SELECT greatest(max(number), {after}) + 1, 'restored' FROM public.log_epoch;
    END IF;
    INSERT INTO public.audit_event (actor, action, subject, detail, request_id)
    VALUES ('operator', '{restored}', 'database', '{{}}', 'command-line');
END
$restored$;
"""


def beginning(after: int) -> str:
    """Return SQL that begins an epoch, and says so in the audit trail.

    It is later than epoch *after*, too: one that was published is not begun again. A schema before
    step 0020 has no epochs: it needs this once more when it is migrated.
    """
    return BEGIN.format(after=int(after), restored=RESTORED)


@dataclass(frozen=True, slots=True)
class Log:
    """The newest log of a round: its *epoch* and the last *run* in it, 0 where there is none."""

    round_code: str
    epoch: int
    run: int


async def begin(session: Session, after: int) -> None:
    """Begin an epoch later than *after*: the database is now that of an earlier moment."""
    await session.execute(text(beginning(after)))


async def newest(session: Session) -> int | None:
    """Return the epoch that the database is in; None on a schema that has none."""
    if not await keeps_logs(session):
        return None
    found: int = (await session.scalars(text("SELECT max(number) FROM log_epoch"))).one()
    return found


async def logs(session: Session) -> list[Log]:
    """Return each round's newest log, whatever its epoch, by the round's code."""
    query = text("""
        SELECT round.code, coalesce(log.epoch, 0), coalesce(log.run, 0)
        FROM round LEFT JOIN LATERAL (
            SELECT epoch, max(run) AS run FROM log_entry WHERE round = round.id
            GROUP BY epoch ORDER BY epoch DESC LIMIT 1
        ) AS log ON true
        ORDER BY round.code
    """)
    return [Log(*row) for row in await session.execute(query)]
