"""What moved totals, as the contract shows it."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.members import (
    ApplicantRef,
    Count,
    Id,
    OfCohort,
    Rank,
    RoundRef,
    RunNumber,
    said,
)
from api.http.schemas import Items, Kind, Points, Schema
from shared.attributions.attribution import MOST_NAMED, Attribution
from shared.attributions.stages import CAUSES
from shared.attributions.words import told
from shared.scoring.framework import Framework
from shared.scoring.points import in_points

ABSENT = "Null: not in the round."
UNRANKED = "Null: unranked, or not in the round."
Change = Annotated[float, said(**{"x-unit": "points"})]
Cause = TypeAliasType(
    "Cause",
    Annotated[
        str,
        said(**{"x-extensible-enum": [str(each) for each in CAUSES]}),
        Field(
            description="`entries`: who came into the cohort or left it; an applicant that did has"
            " its whole total here. `withdrawals`, `reports`, `marks`, `adjudications`: what was"
            " taken back and reported of the applicant itself. `others`: what was reported of"
            " others of its kind. `rules`: other scoring code."
        ),
    ],
)


class RankChangeOut(Schema):
    """Ranks in the earlier and in the later run."""

    before: Rank | None = Field(description=UNRANKED)
    after: Rank | None = Field(description=UNRANKED)


class TotalChangeOut(Schema):
    """Totals in the earlier and in the later run."""

    before: Points | None = Field(description=ABSENT)
    after: Points | None = Field(description=ABSENT)


class PartOut(Schema):
    """What one cause did to a total."""

    cause: Cause = Field(description="What was taken in.")
    points: Change = Field(description="Below 0 where it took points away.")
    submissions: Annotated[list[Id], Field(max_length=MOST_NAMED)] = Field(
        description="The ids of those behind it, the earliest of them."
    )
    submissions_count: Count = Field(description="How many there are.")


class WordsOut(Schema):
    """A sentence in both languages."""

    zh: str = Field(description="In Chinese.")
    en: str = Field(description="In English.")


class ChangeOut(Schema):
    """An applicant that moved from one run to another, and why."""

    applicant: ApplicantRef
    kind: OfCohort
    rank: RankChangeOut = Field(description="Its place then and now.")
    total: TotalChangeOut = Field(description="Its total then and now.")
    parts: Annotated[list[PartOut], Field(max_length=len(CAUSES))] = Field(
        description="In the order in which causes are taken in. They add up to the difference of"
        " the totals, 0 standing for none; those of 0 points are left out."
    )
    words: WordsOut = Field(description="The same, to be read.")


class ChangesPage(Items[ChangeOut]):
    """Who moved from one run to another, the largest change of a total first."""

    round: RoundRef
    since: RunNumber = Field(description="The earlier run; 0: before the first.")
    run: RunNumber = Field(description="The later run.")
    cohort: Kind | None = Field(description="Ranks are places within it; null: among all.")


def changes(
    framework: Framework, found: Attribution, rows: Sequence[int], *, within: bool
) -> Iterator[dict[str, Any]]:
    """Show *rows* as `ChangeOut`; ranks are those *within* the kind, or among all."""
    for row in rows:
        sides = found.before, found.after
        ranks = [int((each.own if within else each.overall)[row]) for each in sides]
        units = [int(each.total[row]) if each.present[row] else None for each in sides]
        totals = [None if each is None else in_points(framework, each) for each in units]
        parts = found.of(row)
        words = told(
            found.applicants[row],
            (ranks[0], ranks[1]),
            (units[0], units[1]),
            parts,
            framework.precision,
        )
        yield {
            "applicant": found.applicants[row],
            "kind": found.kinds[row],
            "rank": {"before": ranks[0] or None, "after": ranks[1] or None},
            "total": {"before": totals[0], "after": totals[1]},
            "parts": [
                {
                    "cause": str(each.cause),
                    "points": in_points(framework, each.units),
                    "submissions": list(each.submissions),
                    "submissions_count": each.count,
                }
                for each in parts
            ],
            "words": {"zh": words.zh, "en": words.en},
        }
