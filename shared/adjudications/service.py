"""Settling what a panel's marks leave open."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from shared.adjudications import store as adjudications
from shared.adjudications.store import PanelLine
from shared.applicants import store as applicants
from shared.core.principal import Actor, Principal
from shared.database import Session
from shared.database.database import driver_of
from shared.rounds import store as rounds
from shared.rounds.model import not_open
from shared.rounds.store import RoundFacts
from shared.scoring.decimals import nearest, written
from shared.scoring.framework import ADJUDICATOR, KINDS, Framework, Panel, ReporterKind
from shared.scoring.resolve import Evidence, resolve
from shared.submissions import recording as submissions
from shared.submissions import values as submission
from shared.submissions.admission import not_reached
from shared.submissions.store import NewSubmission, Receipt
from shared.submissions.values import WITHDRAWN, Refusal

STATES = ("open", "settled")


@dataclass(frozen=True, slots=True)
class Adjudication:
    """How an administrator settles a panel's line; no *value* leaves it to the panel again."""

    applicant: str
    measure: str
    value: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """A panel's line that awaits adjudication or has it, with what the marks say by themselves.

    *combined* is None where there are fewer marks than the panel asks for, *spread* where there is
    none.
    """

    said: PanelLine
    panel: Panel
    combined: float | None
    spread: float | None


def admit(
    framework: Framework,
    round_: RoundFacts,
    principal: Principal,
    said: Adjudication,
    actor: Actor,
) -> NewSubmission | Refusal:
    """Check what is *said* against the framework and the key's reach; nothing is stored yet."""
    if refusal := not_reached(principal, said.applicant, said.measure):
        return refusal
    measure = framework.measures.get(said.measure)
    if measure is not None and measure.panel is None:
        return Refusal("measure", "no-panel", "No panel marks this measure.")
    status = "withdrawn" if said.value is None else "reported"
    read = submission.read(framework, ReporterKind.EXPERT, said.measure, said.value, status)
    if isinstance(read, Refusal):
        return read
    return NewSubmission(
        applicant=said.applicant,
        measure=said.measure,
        reporter=principal.reporter,
        kind=ADJUDICATOR,
        as_of=round_.reference_date,
        reported=read,
        reference=None,
        comment=said.reason,
        request_id=actor.request_id,
    )


async def settle(session: Session, round_id: int, item: NewSubmission) -> Receipt:
    """Record *item* in an open round, and withdraw whichever adjudication stands.

    What is replaced is withdrawn first, whoever said it: of two administrators the last word
    counts, and lifting it does not bring back what was said before. The round is held alone, so
    that there is a last one. The same again changes nothing. Raises: NotFound, RoundNotOpen.
    """
    await rounds.hold_alone(session, round_id)
    round_ = await rounds.by_id(session, round_id)
    if round_.state != "open":
        raise not_open(round_.code, round_.state)
    await applicants.get(session, item.applicant)
    stands = await adjudications.standing(session, round_id, item.applicant, item.measure)
    wanted = (item.reporter, item.reported.number, item.comment)
    items = [
        replace(item, reporter=each.reporter, reported=WITHDRAWN)
        for each in stands
        if (each.reporter, each.value, each.reason) != wanted
    ]
    if item.reported != WITHDRAWN:
        items.append(item)
    driver = await driver_of(session)
    receipts = await submissions.record(driver, round_id, items)
    return receipts[-1] if receipts else Receipt("unchanged", None)


async def page(
    session: Session,
    framework: Framework,
    round_: RoundFacts,
    state: str | None,
    after: tuple[str, str],
    limit: int,
) -> list[Case]:
    """Return at most *limit* cases in *state*, or in any, by applicant and measure."""
    panels = _panels(framework)
    found = await adjudications.page(
        session,
        round_.id,
        [(code, panel.tolerance) for code, panel in panels.items()],
        [state] if state else STATES,
        after,
        limit,
    )
    return _cases(framework, found)


async def of_one(
    session: Session, framework: Framework, round_: RoundFacts, applicant: str, measure: str
) -> Case | None:
    """Return what a panel says of one applicant and measure, awaiting adjudication or not.

    None where it says nothing.
    """
    found = await adjudications.line(session, round_.id, applicant, measure)
    return None if found is None else _cases(framework, [found])[0]


def _panels(framework: Framework) -> dict[str, Panel]:
    return {code: each.panel for code, each in framework.measures.items() if each.panel}


def _cases(framework: Framework, found: Sequence[PanelLine]) -> list[Case]:
    panels = _panels(framework)
    return [
        Case(each, panels[each.measure], combined, _spread(each.marks))
        for each, combined in zip(found, _combined(framework, found), strict=True)
    ]


def _spread(marks: Sequence[float]) -> float | None:
    """Say how far *marks*, ascending, lie apart, as the decimals that they are."""
    if not marks:
        return None
    return nearest(written(marks[-1]) - written(marks[0]))


def _combined(framework: Framework, lines: Sequence[PanelLine]) -> list[float | None]:
    """Combine each line's marks as a run does where nobody adjudicates."""
    sizes = [len(each.marks) for each in lines]
    columns = [framework.measure_codes.index(each.measure) for each in lines]
    rows = np.repeat(np.arange(len(lines)), sizes)
    evidence = Evidence(
        applicant=rows,
        measure=np.repeat(np.array(columns, np.int64), sizes),
        kind=np.full(len(rows), KINDS.index(ReporterKind.EXPERT)),
        as_of=np.zeros(len(rows), np.int64),
        id=np.arange(len(rows)),
        value=np.array([mark for each in lines for mark in each.marks], np.float64),
        revised=np.zeros(len(rows), np.bool_),
    )
    values = resolve(framework, evidence, len(lines)).values[np.arange(len(lines)), columns]
    return [None if np.isnan(value) else float(value) for value in values]
