"""Registering and changing applicants."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.applicants import store as applicants
from shared.applicants.store import Applicant, StoredApplicant
from shared.audit import store as audit
from shared.core.errors import ApplicantDiffers
from shared.core.principal import Actor
from shared.database import Session


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows of an import, by code."""

    created: list[str]
    unchanged: list[str]


async def register(session: Session, actor: Actor, wanted: Sequence[Applicant]) -> Imported:
    """Register *wanted*, all or none; who stands already with the same facts is left as is.

    Raises: ApplicantDiffers, naming the first whose code another holds.
    """
    created = await applicants.add(session, wanted)
    standing = await applicants.some(session, [each.code for each in wanted])
    for each in wanted:
        if not _same(each, standing[each.code]):
            raise ApplicantDiffers(
                f"another applicant is registered as {each.code}", applicant=each.code
            )
    for each in wanted:
        if each.code in created:
            await audit.record(session, actor, "applicant.registered", each.code)
    codes = [each.code for each in wanted]
    return Imported(
        [code for code in codes if code in created], [code for code in codes if code not in created]
    )


def _same(wanted: Applicant, stored: StoredApplicant) -> bool:
    return (wanted.kind, wanted.name, wanted.division) == (
        stored.kind,
        stored.name,
        stored.division,
    )


async def change(
    session: Session,
    actor: Actor,
    code: str,
    changes: Mapping[str, Any],
    require_current: Callable[[StoredApplicant], None],
) -> StoredApplicant:
    """Change an applicant's *name* or *division*; its code and kind stay.

    What is so already is no change: nothing is written. Raises: NotFound, and what
    *require_current* says of what stands, which nobody else can change meanwhile.
    """
    await applicants.hold_changes(session)
    before = await applicants.get(session, code)
    require_current(before)
    wanted = replace(before, **changes)
    if wanted == before:
        return before
    after = await applicants.change(session, code, wanted.name, wanted.division)
    detail = {
        "before": {"name": [before.name.zh, before.name.en], "division": before.division},
        "after": {"name": [after.name.zh, after.name.en], "division": after.division},
    }
    await audit.record(session, actor, "applicant.changed", code, detail)
    return after
