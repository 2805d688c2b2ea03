"""Submissions, one or many."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field
from typing_extensions import TypeAliasType

from api.http.members import (
    ApplicantRef,
    Count,
    Id,
    MeasureRef,
    Pointer,
    ReporterName,
    RequestId,
    RoundRef,
    RunNumber,
    SubmissionKind,
    SubmissionStatus,
    one_of,
)
from api.http.schemas import Code, Date, Items, Line, Moment, Schema, Text, Word, one_finding
from shared.core.moments import MOMENT
from shared.core.principal import Principal
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.submissions import remarks
from shared.submissions.list_store import StoredSubmission
from shared.submissions.values import OBS_STATUSES
from shared.visibility import sees_names, shown_name

OfReporter = Annotated[
    str | None,
    Query(
        max_length=500,
        description="Of this reporter alone, by name; experts and adjudicators are found by who is"
        " told their names.",
    ),
]
Value = TypeAliasType(
    "Value",
    Annotated[
        bool | float | Word | list[Word] | None,
        one_finding(
            "not-a-value", "A value is a number, true or false, a text or a list of texts."
        ),
        Field(
            description="A number of at most 15 significant digits, true or false, a category, or"
            " codes of a closed list: as the measure has it. Null: no value."
        ),
    ],
)


ZonedMoment = Annotated[datetime, Field(json_schema_extra={"pattern": f"^{MOMENT.pattern}$"})]
ObsStatus = TypeAliasType(
    "ObsStatus",
    Annotated[
        str,
        one_of(sorted(OBS_STATUSES)),
        Field(description="A remark of SDMX's code list CL_OBS_STATUS, version 2.2."),
    ],
)


class SubmissionIn(Schema):
    """One value of one measure for one applicant, as of one date.

    As the contract shows it; `shared.submissions.drafts` reads it.
    """

    applicant: Code = Field(
        description="Whom the value is of; it takes part in the round, or may yet."
    )
    measure: Code = Field(description="What is measured, as the round's framework names it.")
    value: Value = Field(
        None,
        description="In the measure's own unit: a number that a double says again, true or false,"
        " a category, or a list of codes. Null, the same as left out, goes with the status"
        " `withdrawn` and is else refused (`value-missing`).",
    )
    as_of: Date = Field(description="The date that the value describes.")
    status: SubmissionStatus = Field(
        "reported",
        description="`withdrawn` takes back what was said of the date, and needs no value.",
    )
    reference: Text | None = Field(
        None,
        description="Where the figure is from: document and page, or register and date.",
        examples=["Monthly register, July 2023"],
    )
    comment: Text | None = Field(
        None,
        description="Whatever else there is to say of the value; for readers whose key reaches it.",
    )
    expected_revision: Annotated[int, Field(ge=0, lt=10**9)] | None = Field(
        None,
        description="The revision of this applicant, measure and date that must stand, 0 for none:"
        " so that a request which is repeated late does not undo a correction.",
    )

    reported_at: ZonedMoment | None = Field(
        None,
        description="The source's own moment. What is older than what stands of the same applicant,"
        " measure and date is kept and does not count.",
        examples=["2026-06-30T23:00:00+08:00"],
    )
    obs_status: ObsStatus | None = Field(
        None,
        description="SDMX's remark on the value (CL_OBS_STATUS): `P` is provisional. It is kept and"
        " given back, and changes no score.",
        examples=["A"],
    )
    confirm: bool = Field(
        default=False,
        description="The number holds although it is implausible: it was held before and counts.",
    )


Result = TypeAliasType(
    "Result",
    Annotated[
        Literal["created", "revised", "unchanged"],
        Field(
            description="What became of a submission: the first of its applicant, measure and date,"
            " another value than stood, or the same."
        ),
    ],
)
RemarkCode = TypeAliasType(
    "RemarkCode",
    Annotated[
        str,
        one_of(remarks.CODES),
        Field(
            description="What is noticed about a submission. More may be added: show the detail of"
            " one that you do not know."
        ),
    ],
)
Confirmer = TypeAliasType(
    "Confirmer",
    Annotated[
        Literal["reporter", "administrator"],
        Field(description="As what somebody says that an implausible number holds."),
    ],
)


class Remark(Schema):
    """What is noticed about a submission that was taken; it changes nothing."""

    pointer: Pointer = Field(description="JSON pointer (RFC 6901) into the submission.")
    code: RemarkCode = Field(
        description="What; docs/problems.md says what each means.",
    )
    detail: str = Field(description="The same in a sentence of English, for people.")


SetAside = TypeAliasType(
    "SetAside",
    Annotated[
        str,
        one_of(remarks.REASONS),
        Field(
            description="Why it does not count, and what counted before goes on counting:"
            " `superseded`, the source said something later; others, the number is held until it is"
            " confirmed."
        ),
    ],
)


class SubmissionReceipt(Schema):
    """What became of a submission."""

    id: Id = Field(description="May be given as `wait_for` when reading the ranking.")
    result: Result = Field(
        description="`unchanged`: the same value stands already and no row was added."
    )
    round: RoundRef
    applicant: ApplicantRef
    measure: MeasureRef
    as_of: Date = Field(description="The date that the value describes.")
    set_aside: SetAside | None = Field(
        description="Why it does not count; null: it counts, unless something later does."
    )
    warnings: list[Remark] = Field(
        description="What was noticed; empty: nothing. They change nothing."
    )


class ConfirmationIn(Schema):
    """Lets a held number count, in the name of its reporter."""

    reason: Line = Field(description="Kept in the audit event.")


class SubmissionOut(Schema):
    """A submission as recorded; it never changes."""

    id: Id = Field(description="The submission's id; a later one is greater.")
    applicant: ApplicantRef
    measure: MeasureRef
    value: Value = Field(
        description="In the measure's own unit, as it was said; null: a value is taken back."
    )
    as_of: Date = Field(description="The date that the value describes.")
    status: SubmissionStatus = Field(description="Whether it says a value or takes one back.")
    revision: Count = Field(description="Counts what the reporter said of this date, from 1.")
    reporter: ReporterName = Field(
        description="An expert has a pseudonym, the same within a round, and whoever adjudicates is"
        " called `adjudicator`; administrators, auditors and the reporter itself see the name."
    )
    kind: SubmissionKind = Field(description="As what it was made.")
    reference: str | None = Field(
        description="Where the figure is from; null: nothing was said, or the key does not"
        " reach it."
    )
    comment: str | None = Field(
        description="What the reporter noted; null: nothing, or the key does not reach it."
    )
    recorded_at: Moment = Field(description="When it was recorded.")
    reported_at: Moment | None = Field(description="The source's own moment; null: it gave none.")
    obs_status: ObsStatus | None = Field(
        description="SDMX's remark on the value (CL_OBS_STATUS); null: none was made."
    )
    set_aside: SetAside | None = Field(
        description="Why it does not count; null: it counts, unless something later does."
    )
    confirmed_by: Confirmer | None = Field(
        description="Who says that an implausible number holds; the audit trail has the name."
    )
    request_id: RequestId | None = Field(
        description="Of the request that brought it; null but for administrators, auditors and the"
        " reporter itself."
    )
    run: RunNumber | None = Field(
        description="The run that took it in; null: none did yet, or it is set aside."
    )

    @classmethod
    def of(
        cls, stored: StoredSubmission, framework: Framework, round_: RoundFacts, who: Principal
    ) -> "SubmissionOut":
        """Show *stored* in the measure's own terms, as far as *who* may see where it came from."""
        shown = {name: getattr(stored, name) for name in cls.model_fields if name != "value"}
        told = sees_names(who) or who.reporter == stored.reporter
        shown |= {
            "value": stored.reported.value(framework.measures[stored.measure]),
            "reporter": shown_name(round_, who, stored.reporter, stored.reporter_name, stored.kind),
            "confirmed_by": _confirmer(stored),
            "request_id": stored.request_id if told else None,
        }
        return cls.model_validate(shown)


def _confirmer(stored: StoredSubmission) -> str | None:
    if stored.confirmed_by is None:
        return None
    return "reporter" if stored.confirmed_by == stored.reporter else "administrator"


class SubmissionPage(Items[SubmissionOut]):
    """A page of submissions."""
