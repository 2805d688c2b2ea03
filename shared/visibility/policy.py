"""Given who asks, the round's state and the reader's own marks: what may be shown. Pure.

Experts mark blindly. While a round is open, an expert must not learn a mark that it may yet give
itself, nor anything that moves with one. docs/panels.md has the whole as a table.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.core.principal import Principal, Role
from shared.database import RowReach
from shared.panels.pseudonym import pseudonym
from shared.rounds.store import RoundFacts
from shared.scoring.framework import ADJUDICATOR, Framework, ReporterKind
from shared.submissions.list_store import Reach

SEES_NAMES = frozenset({Role.ADMIN, Role.AUDITOR})


class OwnMarks(StrEnum):
    """How far a reader has given the marks that it could give."""

    OUTSTANDING = "outstanding"  # some of the applicant asked for are missing
    APPLICANT = "applicant"  # all of the applicant asked for stand, some of others are missing
    EVERYBODY = "everybody"  # all stand, or the reader gives none


@dataclass(frozen=True, slots=True)
class View:
    """What may be shown of an applicant's score.

    *score*: anything of it at all. *places*: ranks, counts, percentile, index, neighbours, and
    what runs wrote: all that moves with other applicants. *cohorts*: what is measured against a
    cohort of marks, and so the total that rests on it.
    """

    score: bool
    places: bool
    cohorts: bool


WHOLE = View(score=True, places=True, cohorts=True)
ALONE = View(score=True, places=False, cohorts=False)
NOTHING = View(score=False, places=False, cohorts=False)

VIEWS = {
    OwnMarks.OUTSTANDING: NOTHING,
    OwnMarks.APPLICANT: ALONE,
    OwnMarks.EVERYBODY: WHOLE,
}


def view_of(reader: Principal, state: str, own: OwnMarks) -> View:
    """Return what *reader* may see of a score while the round is in *state*."""
    return VIEWS[own] if marks_blindly(reader, state) else WHOLE


def marks_blindly(reader: Principal, state: str) -> bool:
    """Say whether *reader* may yet give marks, and so must not learn others'."""
    return reader.role == Role.EXPERT and state == "open"


def judged(framework: Framework) -> list[str]:
    """Return the measures that experts mark."""
    return [
        each.code for each in framework.measures.values() if ReporterKind.EXPERT in each.reported_by
    ]


def rests_on_marks_of_others(framework: Framework) -> list[bool]:
    """Say of each indicator whether its line moves with the marks of other applicants."""
    marked = set(judged(framework))
    return [
        each.normalisation.depends_on_cohort and not marked.isdisjoint(each.derivation.measures)
        for each in framework.indicators
    ]


def reach_of(reader: Principal) -> Reach:
    """Return which submissions *reader* may see; an expert's own marks open others' one by one.

    `shared.submissions.sight` says which marks were changed once this opened others'.
    """
    return Reach(
        applicants=reader.applicants,
        measures=reader.measures,
        expert=reader.reporter if reader.role == Role.EXPERT else None,
    )


def rows_of(reader: Principal) -> RowReach | None:
    """Return which rows the database gives to *reader*, whatever a route asks for; None: all.

    It stands behind what routes leave out themselves, and knows no more than the key's limits.
    """
    if not reader.limited:
        return None
    return RowReach(reader.applicants, reader.measures, reader.rounds, whose_receipts(reader))


def streams_whole(reader: Principal) -> bool:
    """Say whether a stream of events tells *reader* who moved, and of operations.

    An expert is told that a run was made and no more, since what it may see may change while it
    listens; it then reads movements, which ask for what it sees now.
    """
    return reader.role != Role.EXPERT


def whose_receipts(reader: Principal) -> int | None:
    """Return the reporter whose receipts of batches *reader* may read; None: everybody's."""
    return None if sees_names(reader) else reader.reporter


def sees_combined_marks(reader: Principal, state: str) -> bool:
    """Say whether *reader* is told, before any run says it, what a panel's marks come to."""
    return state != "open" or reader.role in SEES_NAMES


def is_told_all(reader: Principal) -> bool:
    """Say whether nothing is hidden from *reader* as if it did not exist."""
    return reader.role in SEES_NAMES and not reader.limited


def sees_names(reader: Principal) -> bool:
    """Say whether *reader* is told who experts, adjudicators and requesters are."""
    return reader.role in SEES_NAMES


def shown_name(round_: RoundFacts, reader: Principal, reporter: int, name: str, kind: str) -> str:
    """Return the name under which *reader* sees the reporter of a submission of this *kind*.

    Experts have a pseudonym and adjudicators none, but for administrators, auditors and themselves.
    """
    if sees_names(reader) or reader.reporter == reporter:
        return name
    if kind == ReporterKind.EXPERT:
        return pseudonym(round_.salt, reporter)
    return ADJUDICATOR if kind == ADJUDICATOR else name
