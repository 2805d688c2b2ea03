"""The rules by which an explained score comes about, written down a second time.

They need nothing but Python itself, and share nothing with the service.
"""

import math
import sys
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

Json = dict[str, Any]
Number = float | None

LARGEST = sys.float_info.max
LARGEST_OF_15_DIGITS = 1.79769313486231e308


def clip(x: float, low: float = -LARGEST, high: float = LARGEST) -> float:
    return min(max(x, low), high)


def decimal(number: float) -> Fraction:
    """Give the decimal that the JSON shows."""
    return Fraction(repr(float(number)))


def rounded(exact: Fraction) -> float:
    """Round to 15 significant digits, a half to the even one."""
    number = Context(prec=15).divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return clip(float(number), -LARGEST_OF_15_DIGITS, LARGEST_OF_15_DIGITS)


def as_number(measure: Json, value: Any) -> float:
    """Give the number that stands for a reported value."""
    if measure["type"] == "category":
        return float(measure["codes"].index(value))
    return float(len(value) if measure["type"] == "codes" else value)


def stands(measure: Json, reference_date: str, verdict: dict[int, str]) -> list[Json]:
    """Find what each reporter stands by: of one date the last revision, of dates the latest.

    Each sieve gives its verdict to all that reach it; the next one's replaces it for what passes.
    """
    said = sorted(measure["submissions"], key=lambda one: one["revision"])
    verdict |= {each["id"]: "after-reference-date" for each in said}
    said = [each for each in said if each["as_of"] <= reference_date]
    verdict |= {each["id"]: "superseded" for each in said}
    last = {(each["reporter_number"], each["as_of"]): each for each in said}
    said = sorted(last.values(), key=lambda one: one["as_of"])
    verdict |= {each["id"]: "withdrawn" for each in said}
    said = [each for each in said if each["status"] != "withdrawn"]
    verdict |= {each["id"]: "older" for each in said}
    return list({each["reporter_number"]: each for each in said}.values())


def by_authority(rule: Json, said: list[Json], verdict: dict[int, str]) -> list[Json]:
    """Let the kind that comes first count, of that the latest date, of that the last recorded."""
    kinds = [kind for kind in rule["order"] if any(each["kind"] == kind for each in said)]
    peers = [each for each in said if each["kind"] == kinds[0]]
    order = sorted(peers, key=lambda one: (one["as_of"], one["id"]))
    verdict |= {each["id"]: "outranked" for each in said}
    verdict |= {each["id"]: "recorded-earlier" for each in peers}
    verdict |= {each["id"]: "older" for each in peers if each["as_of"] < order[-1]["as_of"]}
    verdict |= {each["id"]: "counts" for each in order[-1:]}
    return order[-1:]


def by_panel(rule: Json, said: list[Json], verdict: dict[int, str]) -> list[Json]:
    """Let the last adjudication count, or else the marks that the panel combines."""
    settled = [each for each in said if each["kind"] == "adjudicator"]
    marks = [each for each in said if each["kind"] == "expert"]
    drop, word = 0, "trimmed"
    if settled:
        verdict |= {each["id"]: "replaced-by-adjudication" for each in marks}
        verdict |= {each["id"]: "recorded-earlier" for each in settled}
        marks = [max(settled, key=lambda one: one["id"])]
    elif len(marks) < rule["at_least"]:
        verdict |= {each["id"]: "too-few-marks" for each in marks}
        marks = []
    elif rule["combine"] == "median":
        drop, word = (len(marks) - 1) // 2, "not-middle"
    elif rule["combine"] == "trimmed_mean" and len(marks) >= rule["trim_from"]:
        drop = min(rule["trim"], (len(marks) - 1) // 2)
    marks.sort(key=lambda one: (one["value"], one["id"]))
    verdict |= {each["id"]: word for each in marks}
    kept = marks[drop : len(marks) - drop]
    verdict |= {each["id"]: "counts" for each in kept}
    return kept


def resolve(measure: Json, reference_date: str) -> tuple[Number, dict[int, str]]:
    """Settle on a measure's value, and on what became of each submission."""
    rule = measure["rule"]
    verdict: dict[int, str] = {}
    said = stands(measure, reference_date, verdict)
    admitted = rule["order"] if rule["kind"] == "authority" else ["expert", "adjudicator"]
    verdict |= {each["id"]: "not-admitted" for each in said if each["kind"] not in admitted}
    said = [each for each in said if each["kind"] in admitted]
    decide = by_authority if rule["kind"] == "authority" else by_panel
    numbers = [as_number(measure, each["value"]) for each in decide(rule, said, verdict)]
    total = sum(map(decimal, numbers), Fraction())
    return (rounded(total / len(numbers)) if numbers else None), verdict


def revised_after_sight(measure: Json, reference_date: str) -> bool:
    """Say whether an expert stands by another mark than when somebody else's could first be read.

    That is when its own stands and another's is recorded. An adjudication hears no marks.
    """
    said = sorted(measure["submissions"], key=lambda one: one["id"])
    now: dict[int, Json] = {}
    blind: dict[int, float] = {}
    for end in range(len(said) + 1):
        past = {"submissions": said[:end]}
        now = {each["reporter_number"]: each for each in stands(past, reference_date, {})}
        valued = [each for each in said[:end] if each["status"] == "reported"]
        for number, own in now.items():
            if any(each["reporter_number"] != number for each in valued):
                blind.setdefault(number, own["value"])
    marks = {number: own["value"] for number, own in now.items() if own["kind"] == "expert"}
    settled = len(marks) < len(now)
    return not settled and any(blind.get(number, mark) != mark for number, mark in marks.items())


def derive(rule: Json, value_of: dict[str, Number]) -> Number:
    """Compute a raw value from its measures."""
    parts = [(decimal(term["weight"]), value_of[term["measure"]]) for term in rule["terms"]]
    value = parts[0][1]
    if rule["kind"] == "sum":
        known = [weight * decimal(part) for weight, part in parts if part is not None]
        value = rounded(sum(known, Fraction())) if known else None
    if rule["kind"] == "ratio":
        under = value_of[rule["denominator"]["measure"]]
        if value is not None:
            exact = decimal(value) * decimal(rule["per"])
            value = rounded(exact / decimal(under)) if under else None
    return value if value is None or rule["cap"] is None else min(value, rule["cap"])


def position(x: float, start: float, end: float) -> float:
    if math.isinf(end - start):
        x, start, end = x / 2, start / 2, end / 2
    return (x - start) / (end - start)


def fixed(x: float, scale: Json) -> float:
    """Give the share on a scale that the framework fixes."""
    rule = scale["rule"]
    if scale["method"] == "grades":
        return float(rule["grades"][int(x)]["share"])
    if scale["method"] == "steps":
        first, *others = rule["bands"]
        reached = [b for b in others if x > b["from"] or (b["inclusive"] and x == b["from"])]
        return float([first, *reached][-1]["share"])
    floor, target, step = rule["floor"], rule["target"], rule["step"]
    if step is not None:
        x = floor + math.floor((x - floor) / step + 1e-9) * step
    share = position(clip(x, floor, target), floor, target)
    return share if scale["direction"] == "higher" else 1.0 - share


def ratio_to_best(x: float, best: float, *, higher: bool) -> float:
    if best < 0 or (best == 0 and higher):
        return 0.0
    if higher:
        return max(x, 0.0) / best
    return 1.0 if x == 0 else best / x


def relative(x: float, scale: Json) -> float:
    """Give the share on a scale that rests on the cohort."""
    rule, cohort, higher = scale["rule"], scale["cohort"], scale["direction"] == "higher"
    if scale["method"] == "percent_rank":
        n, tied = int(cohort["n"]), int(cohort["tied"])
        below = int(cohort["below"]) if higher else n - int(cohort["below"]) - tied
        return (2 * below + tied - 1) / (2 * (n - 1)) if n > 1 else 1.0
    if scale["method"] == "best":
        return ratio_to_best(x, cohort["best"], higher=higher)
    worst, best = cohort["worst"], cohort["best"]
    if scale["method"] == "min_max":
        base, flat = rule["base"], 0.0 if best == 0 and higher else 1.0
        return flat if worst == best else base + (1.0 - base) * position(x, worst, best)
    if worst == best:
        return 0.5
    reach = rule["within"] * cohort["deviation_position"]
    distance = position(x, worst, best) - (cohort["mean_position"] - reach)
    return clip(distance / (2.0 * reach), 0.0, 1.0)


def normalise(x: Number, scale: Json) -> Number:
    return None if x is None else (fixed if scale["cohort"] is None else relative)(x, scale)


def in_original_unit(cohort: Json) -> tuple[float, float]:
    """Give mean and deviation as published, from those of the positions from worst to best."""
    worst, best = cohort["worst"], cohort["best"]
    if worst == best:
        return best, 0.0
    mean, deviation = cohort["mean_position"], cohort["deviation_position"]
    way = best - worst
    width = deviation * best - deviation * worst if math.isinf(way) else deviation * way
    return worst * (1.0 - mean) + best * mean, clip(abs(width))


def half_up(amount: float, full: float) -> int:
    """Round to a whole unit; what misses a half by a trace of the maximum is a half."""
    return (whole := math.floor(amount)) + (amount - whole >= 0.5 - min(full * 2**-47, 2**-10))


def share_out(whole: int, counted: list[int]) -> list[int]:
    """Lay parts end to end, stretched to the whole, and cut where a unit ends."""
    left = sum(counted) or 1
    ends = [
        math.floor(float(sum(counted[:end])) * whole / left + 0.5)
        for end in range(len(counted) + 1)
    ]
    return [after - before for before, after in pairwise(ends)]
