"""Many submissions → one value a measure → each indicator's raw value, of one applicant."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from pilotzone_verify.scoring.decimals import rounded, written
from pilotzone_verify.scoring.rules import Indicator, Measure, Rules

Json = dict[str, Any]


def raw_values(rules: Rules, said: Iterable[Json], reference_date: str) -> list[float | None]:
    """Return an applicant's raw value of each indicator, from its submissions' records.

    A record's *number* is a double or None, its *codes* a list or None.
    """
    by_measure: dict[str, list[Json]] = {}
    for each in said:
        by_measure.setdefault(each["measure"], []).append(each)
    values = {
        code: resolve(measure, by_measure[code], reference_date)
        for code, measure in rules.measures.items()
        if code in by_measure
    }
    return [derive(each, values) for each in rules.indicators]


def resolve(measure: Measure, said: list[Json], reference_date: str) -> float | None:
    """Settle on a measure's value."""
    standing = _standing([each for each in said if each["as_of"] <= reference_date])
    if measure.panel is not None:
        return _by_panel(measure.panel, standing)
    for kind in measure.reported_by:
        peers = [each for each in standing if each["kind"] == kind]
        if peers:
            return _number(measure, max(peers, key=lambda one: (one["as_of"], one["id"])))
    return None


def _standing(said: list[Json]) -> list[Json]:
    """Find what each reporter stands by: of one date the last revision, of dates the latest."""
    last: dict[tuple[int, str], Json] = {}
    for each in said:
        key = each["reporter"], each["as_of"]
        if key not in last or last[key]["revision"] < each["revision"]:
            last[key] = each
    latest: dict[int, Json] = {}
    for each in last.values():
        known = latest.get(each["reporter"])
        if each["status"] != "withdrawn" and (known is None or known["as_of"] < each["as_of"]):
            latest[each["reporter"]] = each
    return list(latest.values())


def _by_panel(panel: Json, standing: list[Json]) -> float | None:
    settled = [each for each in standing if each["kind"] == "adjudicator"]
    if settled:
        return float(max(settled, key=lambda one: one["id"])["number"])
    marks = sorted(each["number"] for each in standing if each["kind"] == "expert")
    if not marks or len(marks) < (panel.get("at_least") or 1):
        return None
    drop, most = 0, (len(marks) - 1) // 2
    if panel.get("combine") == "median":
        drop = most
    elif panel.get("combine") == "trimmed_mean":
        trim = panel.get("trim") or 1
        drop = min(trim, most) if len(marks) >= (panel.get("trim_from") or 2 * trim + 1) else 0
    if len(marks) == 1:
        return float(marks[0])
    kept = marks[drop : len(marks) - drop]
    return rounded(sum(map(written, kept), Fraction()) / len(kept))


def _number(measure: Measure, record: Json) -> float:
    if record["codes"] is None:
        return float(record["number"])
    if measure.type == "category":
        return float(measure.codes.index(record["codes"][0]))
    return float(len(record["codes"]))


def derive(indicator: Indicator, values: dict[str, float | None]) -> float | None:
    """Compute a raw value from its measures."""
    rule = indicator.derive
    if "sum" in rule:
        known = [
            written(weight) * written(value)
            for code, weight in rule["sum"].items()
            if (value := values.get(code)) is not None
        ]
        found = rounded(sum(known, Fraction())) if known else None
    elif "ratio" in rule:
        found = _ratio(rule["ratio"], values)
    else:
        found = values.get(rule.get("value") or rule["distinct"])
    cap = rule.get("cap")
    return found if found is None or cap is None else min(found, float(cap))


def _ratio(rule: Json, values: dict[str, float | None]) -> float | None:
    above, below, per = values.get(rule["of"]), values.get(rule["to"]), rule.get("per")
    if above is None or not below:
        return None
    return rounded(written(above) * written(1.0 if per is None else per) / written(below))
