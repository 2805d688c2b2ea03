"""verdicts: why each submission counts or does not."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from shared.scoring.arrays import IntArray
from shared.scoring.framework import (
    ADJUDICATOR,
    KINDS,
    Framework,
    Measure,
    MeasureType,
    Panel,
    ReporterKind,
)
from shared.scoring.resolve import Evidence, trim_of
from shared.submissions.values import Reported

EPOCH = date(1970, 1, 1)


class Verdict(StrEnum):
    """What became of one submission on the way to its measure's value."""

    COUNTS = "counts"
    AFTER_REFERENCE_DATE = "after-reference-date"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    OLDER = "older"
    RECORDED_EARLIER = "recorded-earlier"
    NOT_ADMITTED = "not-admitted"
    OUTRANKED = "outranked"
    REPLACED = "replaced-by-adjudication"
    TOO_FEW = "too-few-marks"
    TRIMMED = "trimmed"
    NOT_MIDDLE = "not-middle"


@dataclass(frozen=True, slots=True)
class Statement:
    """One submission, as far as the rules read it: *number* None takes the date's value back."""

    id: int
    reporter: int
    kind: str
    as_of: date
    revision: int
    number: float | None


Marks = Mapping[str, AbstractSet[int]]
"""By measure, the reporters whose mark is meant."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A verdict, and the submission that it is owed to, if it is owed to a single one."""

    verdict: Verdict
    by: int | None = None


Reasons = dict[int, Reason]
"""By the submission's id."""


def number_of(measure: Measure, reported: Reported) -> float | None:
    """Give the number that stands for what was reported of *measure*, as `Evidence` has it."""
    if reported.codes is None:
        return reported.number
    if measure.type is MeasureType.CATEGORY:
        return float(measure.codes.index(reported.codes[0]))
    return float(len(reported.codes))


def standing(said: Sequence[Statement], reference_date: date) -> tuple[list[Statement], Reasons]:
    """Find what each reporter stands by on *reference_date*, and why not the rest of *said*.

    Of one date the last revision holds, a withdrawal takes the date away, and of what remains the
    latest date counts.
    """
    reasons: Reasons = {}
    last: dict[tuple[int, date], Statement] = {}
    for each in sorted(said, key=lambda each: each.revision):
        if each.as_of > reference_date:
            reasons[each.id] = Reason(Verdict.AFTER_REFERENCE_DATE)
        else:
            last[each.reporter, each.as_of] = each
    latest: dict[int, Statement] = {}
    for each in sorted(last.values(), key=lambda each: each.as_of):
        if each.number is None:
            reasons[each.id] = Reason(Verdict.WITHDRAWN)
        else:
            latest[each.reporter] = each
    for each in said:
        holds = last.get((each.reporter, each.as_of), each)
        if holds.id != each.id:
            reasons[each.id] = Reason(Verdict.SUPERSEDED, holds.id)
        elif each.id not in reasons and latest[each.reporter].id != each.id:
            reasons[each.id] = Reason(Verdict.OLDER, latest[each.reporter].id)
    return list(latest.values()), reasons


def judge(measure: Measure, stands: Sequence[Statement]) -> Reasons:
    """Say of what reporters stand by which counts for *measure*, and why the others do not."""
    kinds = (ReporterKind.EXPERT, ADJUDICATOR) if measure.panel else measure.reported_by
    admitted = [each for each in stands if each.kind in kinds]
    reasons = {each.id: Reason(Verdict.NOT_ADMITTED) for each in stands if each.kind not in kinds}
    if measure.panel is None:
        return reasons | _by_authority(admitted, [str(kind) for kind in kinds])
    marks = [each for each in admitted if each.kind == ReporterKind.EXPERT]
    settling = [each.id for each in admitted if each.kind == ADJUDICATOR]
    if not settling:
        return reasons | _by_panel(measure.panel, marks)
    last = max(settling)
    reasons |= {each: Reason(Verdict.RECORDED_EARLIER, last) for each in settling}
    reasons |= {each.id: Reason(Verdict.REPLACED, last) for each in marks}
    return reasons | {last: Reason(Verdict.COUNTS)}


def _by_authority(admitted: Iterable[Statement], kinds: Sequence[str]) -> Reasons:
    """Let the first kind's latest date count, of equal dates what was recorded last."""
    order = sorted(admitted, key=lambda each: (each.as_of, each.id), reverse=True)
    order.sort(key=lambda each: kinds.index(each.kind))
    reasons: Reasons = {}
    for each in order:
        first = order[0]
        if each.id == first.id:
            reasons[each.id] = Reason(Verdict.COUNTS)
        elif each.kind != first.kind:
            reasons[each.id] = Reason(Verdict.OUTRANKED, first.id)
        elif each.as_of != first.as_of:
            reasons[each.id] = Reason(Verdict.OLDER, first.id)
        else:
            reasons[each.id] = Reason(Verdict.RECORDED_EARLIER, first.id)
    return reasons


def _by_panel(panel: Panel, marks: Sequence[Statement]) -> Reasons:
    """Let the marks count that the panel combines; of equal marks those recorded first go first."""
    if len(marks) < panel.at_least:
        return {each.id: Reason(Verdict.TOO_FEW) for each in marks}
    trim, trim_from = trim_of(panel)
    drop = min(trim, (len(marks) - 1) // 2) if len(marks) >= trim_from else 0
    verdict = Verdict.NOT_MIDDLE if panel.combine == "median" else Verdict.TRIMMED
    order = sorted(marks, key=lambda each: (each.number or 0.0, each.id))
    return {
        each.id: Reason(Verdict.COUNTS if drop <= at < len(order) - drop else verdict)
        for at, each in enumerate(order)
    }


def evidence_of(
    framework: Framework, stands: Mapping[str, Sequence[Statement]], revised: Marks
) -> Evidence:
    """Write what the reporters of one applicant stand by, by measure, as columns.

    *revised* are the marks that were changed when others' could be read.
    """
    position = {code: at for at, code in enumerate(framework.measure_codes)}
    rows = [(position[code], each) for code, said in stands.items() for each in said]

    def integers(numbers: Iterable[int]) -> IntArray:
        return np.fromiter(numbers, np.int64, len(rows))

    return Evidence(
        applicant=np.zeros(len(rows), np.int64),
        measure=integers(at for at, _ in rows),
        kind=integers(KINDS.index(each.kind) for _, each in rows),
        as_of=integers((each.as_of - EPOCH).days for _, each in rows),
        id=integers(each.id for _, each in rows),
        value=np.array([each.number for _, each in rows], np.float64),
        revised=np.array(
            [
                each.reporter in revised.get(code, ())
                for code, said in stands.items()
                for each in said
            ],
            np.bool_,
        ),
    )
