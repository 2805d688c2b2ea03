"""The document that explains one score: everything that a script needs to compute it again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import isnan
from typing import Any

import numpy as np

from shared.core import moments
from shared.core.principal import Principal
from shared.explanations import lines as explain
from shared.explanations import verdicts
from shared.explanations.lines import OneMore
from shared.explanations.sight import revised_after_sight
from shared.explanations.store import Input
from shared.explanations.verdicts import Reason, Reasons, Statement
from shared.explanations.words import VERDICTS, say
from shared.rankings.store import Lines
from shared.reference import unit_in_words
from shared.scoring import flags
from shared.scoring.arrays import FloatArray, number
from shared.scoring.flags import Flag
from shared.scoring.framework import Framework, Indicator, Measure, Missing
from shared.scoring.points import by_dimension, dimension_points, in_points, points
from shared.scoring.resolve import resolve
from shared.visibility.policy import rests_on_marks_of_others

Json = dict[str, Any]
Show = Callable[[Input], Json]
"""Says who reported an input and what they noted, as far as the reader may know."""


def measures(
    framework: Framework, reference_date: date, inputs: Sequence[Input], show: Show
) -> list[Json]:
    """Say of each measure what was submitted, what of it counts, and the value that results."""
    said: dict[str, list[Input]] = {code: [] for code in framework.measure_codes}
    numbers: dict[int, int] = {}
    for each in inputs:
        said[each.measure].append(each)
        numbers.setdefault(each.reporter, len(numbers) + 1)
    stands: dict[str, list[Statement]] = {}
    revised: dict[str, frozenset[int]] = {}
    reasons: Reasons = {}
    for code, measure in framework.measures.items():
        statements = [_statement(measure, each) for each in said[code]]
        stands[code], passed_over = verdicts.standing(statements, reference_date)
        revised[code] = revised_after_sight(measure, statements, reference_date)
        reasons |= passed_over | verdicts.judge(measure, stands[code])
    resolved = resolve(framework, verdicts.evidence_of(framework, stands, revised), 1)
    return [
        {
            "measure": code,
            "name": asdict(measure.name),
            "unit": measure.unit,
            "unit_name": unit_in_words(measure.unit),
            "type": str(measure.type),
            "codes": list(measure.codes),
            "rule": _rule(measure),
            "value": number(resolved.values[0, at]),
            "flags": flags.names(int(resolved.flags[0, at])),
            "submissions": [
                _submission(measure, each, reasons[each.id])
                | {"reporter_number": numbers[each.reporter]}
                | show(each)
                for each in said[code]
            ],
        }
        for at, (code, measure) in enumerate(framework.measures.items())
    ]


def _statement(measure: Measure, said: Input) -> Statement:
    value = verdicts.number_of(measure, said.reported)
    return Statement(said.id, said.reporter, said.kind, said.as_of, said.revision, value)


def _rule(measure: Measure) -> Json:
    if measure.panel is not None:
        return {"kind": "panel"} | asdict(measure.panel)
    order = [str(kind) for kind in measure.reported_by]
    return {"kind": "authority", "order": order, "tolerance": measure.tolerance}


def _submission(measure: Measure, said: Input, reason: Reason) -> Json:
    words = VERDICTS[reason.verdict]
    return {
        "id": said.id,
        "kind": said.kind,
        "as_of": said.as_of.isoformat(),
        "revision": said.revision,
        "recorded_at": moments.written(said.recorded_at),
        "run": said.run,
        "status": said.reported.status,
        "value": said.reported.value(measure),
        "verdict": str(reason.verdict),
        "by": reason.by,
        "reason": {"zh": say("zh", words, by=reason.by), "en": say("en", words, by=reason.by)},
    }


@dataclass(frozen=True)
class Published:
    """A score as published, and beside it what the cohort and the measures were.

    *cohort* are raw values, of shape (applicants, indicators), NaN where missing; the applicant's
    are in row *own*.
    """

    framework: Framework
    lines: Lines
    cohort: FloatArray
    own: int
    parameters: Mapping[str, Mapping[str, float]]
    measured: Mapping[str, float | None]


def lines(of: Published) -> list[Json]:
    """Say of each line how its value became points, and what would change that."""
    framework, shares = of.framework, np.array(of.lines.shares)
    full = points(framework, shares[np.newaxis]).full[0]
    whole = dimension_points(framework, np.isnan(shares)[np.newaxis])[0]
    more = explain.one_more(framework, of.cohort, of.own)
    costs = explain.costs(framework, shares)
    counted = _counted(framework, shares)
    return [
        {
            "indicator": indicator.code,
            "name": asdict(indicator.name),
            "dimension": framework.dimensions[framework.dimension_of[at]].code,
            "basis": indicator.basis,
            "derivation": _derivation(of, indicator),
            "value": number(of.lines.values[at]),
            "normalisation": _normalisation(of, indicator, at),
            "share": number(of.lines.shares[at]),
            "own_full": in_points(framework, indicator.full),
            "in_force": _in_force(
                of, at, counted[framework.dimension_of[at]], whole[framework.dimension_of[at]]
            ),
            "full": in_points(framework, float(full[at])),
            "unrounded": in_points(framework, float(np.nan_to_num(shares[at]) * full[at])),
            "points": in_points(framework, of.lines.units[at]),
            "missing_rule": str(indicator.missing),
            "missing": bool(of.lines.flags[at] & Flag.MISSING),
            "missing_measures": [
                code for code in indicator.derivation.measures if of.measured[code] is None
            ],
            "costs_at_most": in_points(framework, int(costs[at])) if isnan(shares[at]) else None,
            "one_more": _one_more(of, at, more[at]),
            "flags": flags.names(of.lines.flags[at]),
            "withheld": False,
        }
        for at, indicator in enumerate(framework.indicators)
    ]


def _derivation(of: Published, indicator: Indicator) -> Json:
    rule = indicator.derivation
    return {
        "kind": rule.kind,
        "terms": [
            {"measure": code, "weight": weight, "value": of.measured[code]}
            for code, weight in rule.terms
        ],
        "denominator": rule.denominator
        and {"measure": rule.denominator, "value": of.measured[rule.denominator]},
        "per": rule.per,
        "cap": rule.cap,
    }


def _normalisation(of: Published, indicator: Indicator, at: int) -> Json:
    rule = indicator.normalisation
    cohort = None
    if rule.depends_on_cohort:
        column = of.cohort[:, at]
        added = explain.from_cohort(rule, column, of.lines.values[at])
        cohort = {**of.parameters[indicator.code], **added}
    return {
        "method": rule.method,
        "direction": str(rule.direction),
        "rule": explain.rule_of(of.framework, indicator),
        "cohort": cohort,
    }


def _counted(framework: Framework, shares: Any) -> list[int]:
    """Return the units of each dimension's lines that are not skipped."""
    counted = [0] * len(framework.dimensions)
    for at, indicator in enumerate(framework.indicators):
        if indicator.missing is not Missing.SKIP or not isnan(shares[at]):
            counted[framework.dimension_of[at]] += indicator.full
    return counted


def _in_force(of: Published, at: int, counted: int, whole: float) -> Json | None:
    """Say by what the line's maximum was changed: skipped lines, or what empty dimensions pass on.

    *counted* are the units of its dimension's lines that are not skipped, *whole* those in force.
    """
    dimension = of.framework.dimensions[of.framework.dimension_of[at]]
    if counted == dimension.full == whole:
        return None
    return {
        "dimension": in_points(of.framework, float(whole)),
        "counted": in_points(of.framework, counted),
    }


def _one_more(of: Published, at: int, more: OneMore | None) -> Json | None:
    if more is None:
        return None
    return {
        "value": more.value,
        "share": more.share,
        "points": in_points(of.framework, more.units),
        "gain": in_points(of.framework, more.units - of.lines.units[at]),
    }


def dimensions(framework: Framework, lines: Lines) -> list[Json]:
    """Return the sums of each dimension's lines, and their most as it is and as it is in force."""
    sums = by_dimension(framework, lines.units)
    whole = dimension_points(framework, np.isnan([lines.shares]))[0]
    return [
        {
            "code": dimension.code,
            "name": asdict(dimension.name),
            "points": in_points(framework, earned),
            "own_full": in_points(framework, dimension.full),
            "full": in_points(framework, float(full)),
        }
        for dimension, earned, full in zip(framework.dimensions, sums, whole, strict=True)
    ]


def reached(measure: Json, reader: Principal) -> Json:
    """Return *measure* without its submissions if the key does not reach it: its value stays."""
    withheld = reader.measures is not None and measure["measure"] not in reader.measures
    return measure | {"withheld": withheld} | ({"submissions": []} if withheld else {})


def withhold(framework: Framework, said: Json) -> None:
    """Take out of what is *said* whatever moves with the marks of other applicants."""
    hidden = rests_on_marks_of_others(framework)
    moved = {framework.dimension_of[at] for at, hides in enumerate(hidden) if hides}
    for line, hides in zip(said["lines"], hidden, strict=True):
        line["withheld"] = hides
        if hides:
            line.update(dict.fromkeys(("share", "unrounded", "points", "one_more")))
            line["normalisation"]["cohort"] = None
            line["flags"] = flags.own(line["flags"])
    for at in moved:
        said["dimensions"][at]["points"] = None
    if moved:
        said["total"] = None
