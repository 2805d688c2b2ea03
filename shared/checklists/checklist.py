"""From what is said of one applicant to what each measure has, lacks and costs. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from shared.explanations.verdicts import Statement, Verdict, evidence_of, judge, number_of
from shared.scoring import flags
from shared.scoring.arrays import BoolArray, number
from shared.scoring.derive import derive
from shared.scoring.flags import Flag
from shared.scoring.framework import Framework, Indicator, Measure, Missing
from shared.scoring.resolve import resolve
from shared.submissions.values import Reported, Value

Row = Sequence[Any]
"""Measure, the first five of `Said`, number and codes, as they are read."""

Said = tuple[int, int, str, date, int, Reported]
"""Of a submission that stands: id, reporter, kind, as of when, revision, and what it says."""

HELD = "held"
NOTED = Flag.DISCREPANCY | Flag.FEW_MARKS | Flag.SPREAD
TOLD_BY_MARKS = {"spread"}
"""Of the problems, those that say more of a panel's marks than whether there are enough."""

PROBLEMS = (*flags.names(NOTED), HELD)


@dataclass(frozen=True, slots=True)
class Item:
    """One measure: what counts of it now, and what it costs that nothing does.

    *lost* are units: the full points of the indicators that read the measure and have no value, if
    it is missing; 0 if it is not. A sum some part of which is there has a value.
    """

    measure: Measure
    reported: bool
    value: Value
    as_of: date | None
    problems: tuple[str, ...]
    lost: int
    indicators: tuple[str, ...]

    def without_marks(self) -> "Item":
        """Return the item of a panel's measure without what its marks say."""
        told = tuple(each for each in self.problems if each not in TOLD_BY_MARKS)
        return Item(self.measure, self.reported, None, None, told, self.lost, self.indicators)


@dataclass(frozen=True, slots=True)
class Checklist:
    """All measures in the framework's order.

    *lost* are units of all indicators that have no value since a measure is missing, each counted
    once; *blocked_by* are those without a value that bar the applicant from the ranking.
    """

    items: list[Item]
    lost: int
    blocked_by: tuple[str, ...]


def checklist(framework: Framework, rows: Sequence[Row], held: AbstractSet[str]) -> Checklist:
    """Return the checklist of one applicant, of whom *rows* say what stands; *held* are measures.

    Of thousands of measures it takes some tenths of a second.
    """
    said = _by_measure(rows)
    stands = {
        code: [_statement(framework.measures[code], each) for each in said[code]]
        for code in framework.measures
        if code in said
    }
    resolved = resolve(framework, evidence_of(framework, stands, {}), 1)
    empty: BoolArray = np.isnan(derive(framework, resolved).values[0])
    values, noted = resolved.values[0].tolist(), resolved.flags[0].tolist()
    reading: defaultdict[str, list[int]] = defaultdict(list)
    for at, indicator in enumerate(framework.indicators):
        for code in dict.fromkeys(indicator.derivation.measures):
            reading[code].append(at)
    items = [
        _item(
            measure,
            number(values[at]),
            _counted(measure, said.get(measure.code, ()), stands.get(measure.code, ())),
            (*flags.names(noted[at] & NOTED), *([HELD] if measure.code in held else [])),
            [(framework.indicators[each], bool(empty[each])) for each in reading[measure.code]],
        )
        for at, measure in enumerate(framework.measures.values())
    ]
    missing = {item.measure.code for item in items if not item.reported}
    without = [each for each, lacks in zip(framework.indicators, empty, strict=True) if lacks]
    return Checklist(
        items,
        lost=sum(each.full for each in without if missing & {*each.derivation.measures}),
        blocked_by=tuple(each.code for each in without if each.missing is Missing.BLOCK),
    )


def _by_measure(rows: Sequence[Row]) -> dict[str, list[Said]]:
    said: defaultdict[str, list[Said]] = defaultdict(list)
    for measure, identity, reporter, kind, as_of, revision, number_, codes in rows:
        reported = Reported(number_, None if codes is None else tuple(codes))
        said[measure].append((identity, reporter, kind, as_of, revision, reported))
    return said


def _statement(measure: Measure, said: Said) -> Statement:
    identity, reporter, kind, as_of, revision, reported = said
    return Statement(identity, reporter, kind, as_of, revision, number_of(measure, reported))


def _counted(
    measure: Measure, said: Sequence[Said], stands: Sequence[Statement]
) -> list[tuple[date, Reported]]:
    """Return what counts, and as of when: of a panel each mark that is combined."""
    reasons = judge(measure, stands)
    return [
        (as_of, reported)
        for identity, _, _, as_of, _, reported in said
        if reasons[identity].verdict is Verdict.COUNTS
    ]


def _item(
    measure: Measure,
    resolved: float | None,
    counted: Sequence[tuple[date, Reported]],
    problems: tuple[str, ...],
    read_by: Sequence[tuple[Indicator, bool]],
) -> Item:
    missing = resolved is None
    value: Value = resolved
    if counted and measure.panel is None:
        value = counted[0][1].value(measure)
    return Item(
        measure=measure,
        reported=not missing,
        value=value,
        as_of=None if missing else max(as_of for as_of, _ in counted),
        problems=problems,
        lost=sum(each.full for each, empty in read_by if missing and empty),
        indicators=tuple(each.code for each, _ in read_by),
    )
