"""Framework documents: registered once, never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.core.errors import NotFound
from shared.database import Session
from shared.frameworks.tables import FrameworkRow


@dataclass(frozen=True, slots=True)
class StoredFramework:
    """A document as registered."""

    id: int
    code: str
    version: str
    sha256: str
    document: dict[str, Any]
    registered_at: datetime


COLUMNS = (
    FrameworkRow.id,
    FrameworkRow.code,
    FrameworkRow.version,
    FrameworkRow.sha256,
    FrameworkRow.document,
    FrameworkRow.registered_at,
)


async def add(
    session: Session, code: str, version: str, sha256: str, document: dict[str, Any]
) -> bool:
    """Register *document*; False if one stands under this code and version already."""
    statement = (
        insert(FrameworkRow)
        .values(code=code, version=version, sha256=sha256, document=document)
        .on_conflict_do_nothing()
        .returning(FrameworkRow.id)
    )
    return (await session.execute(statement)).first() is not None


async def get(session: Session, code: str, version: str) -> StoredFramework:
    """Return the framework of this code and version. Raises: NotFound."""
    row = (
        await session.execute(
            select(*COLUMNS).where(FrameworkRow.code == code, FrameworkRow.version == version)
        )
    ).first()
    if row is None:
        raise NotFound(f"no framework {code} in version {version} is registered")
    return StoredFramework(*row)


async def by_id(session: Session, framework: int) -> StoredFramework:
    """Return the framework of this id, which some round names."""
    row = (await session.execute(select(*COLUMNS).where(FrameworkRow.id == framework))).one()
    return StoredFramework(*row)


async def measures(session: Session) -> set[str]:
    """Return the codes of the measures of all registered frameworks."""
    of_one = func.json_object_keys(FrameworkRow.document["measures"])
    return set(await session.scalars(select(of_one).distinct()))


async def page(
    session: Session, after: tuple[str, str] | None, limit: int
) -> list[StoredFramework]:
    """Return at most *limit* frameworks in order of code and version, from behind *after* on."""
    query = select(*COLUMNS).order_by(FrameworkRow.code, FrameworkRow.version).limit(limit)
    if after is not None:
        code, version = after
        query = query.where(
            (FrameworkRow.code > code)
            | ((FrameworkRow.code == code) & (FrameworkRow.version > version))
        )
    return [StoredFramework(*row) for row in await session.execute(query)]
