"""Which marks their experts changed when they could read others', from what was recorded."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from shared.explanations.verdicts import Statement
from shared.scoring.framework import ADJUDICATOR, Measure, ReporterKind

SEEN_BY_EXPERTS = {ReporterKind.EXPERT, ADJUDICATOR}


def revised_after_sight(
    measure: Measure, said: Iterable[Statement], reference_date: date
) -> frozenset[int]:
    """Return the reporters who stand by another mark than by the one that they gave blind.

    That is the mark by which an expert stood when the first mark of somebody else could be read:
    from then on both its own stands and another's is recorded. *said* is of one applicant and of
    *measure*; without a panel nobody gives marks.
    """
    if measure.panel is None:
        return frozenset()
    dates: defaultdict[int, dict[date, float | None]] = defaultdict(dict)
    stands: dict[int, float] = {}
    blind: dict[int, float] = {}
    seen: set[int] = set()
    for each in sorted(said, key=lambda each: each.id):
        if each.kind not in SEEN_BY_EXPERTS:
            continue
        if each.number is not None:
            seen.add(each.reporter)
        if each.kind == ReporterKind.EXPERT and each.as_of <= reference_date:
            own = dates[each.reporter]
            own[each.as_of] = each.number
            held = [day for day, number in own.items() if number is not None]
            stands.pop(each.reporter, None)
            if held:
                stands[each.reporter] = own[max(held)] or 0.0
        for expert, number in stands.items():
            if seen - {expert}:
                blind.setdefault(expert, number)
    return frozenset(
        expert for expert, number in stands.items() if blind.get(expert, number) != number
    )
