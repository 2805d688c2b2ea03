"""What deserves a look before a round's ranking is believed: it never keeps a round from opening.

A warning points into the framework's document. `docs/diagnostics.md` lists the codes.
"""

from collections.abc import Iterator, Mapping

from shared.core.errors import Finding
from shared.diagnostics.model import CohortBehaviour
from shared.scoring.framework import Framework

PLURALS = {"county": "counties", "park": "parks"}


def not_diagnosed() -> Finding:
    """Warn that nothing was looked for: the round opens all the same."""
    message = "Others are being diagnosed: read the round's diagnostics later."
    return Finding("", "not-diagnosed", message)


def of_entries(framework: Framework, cohort: Mapping[str, int]) -> Iterator[Finding]:
    """Warn of cohorts in which nobody can be compared; *cohort* counts applicants by kind."""
    if not any(cohort.values()):
        yield Finding("", "cohort-empty", "Nobody takes part in the round yet.")
    compared = sum(each.normalisation.depends_on_cohort for each in framework.indicators)
    if not compared:
        return
    for kind, size in cohort.items():
        if size == 1:
            message = (
                f"Only one {kind} takes part, and {_counted(compared, 'indicator')} would compare"
                f" it with other {PLURALS.get(kind, kind)}."
            )
            yield Finding("", "cohort-of-one", message)


def of_keys(framework: Framework, reached: Mapping[str, int], cohort: int) -> Iterator[Finding]:
    """Warn of measures that no valid key may report for some or all of a *cohort* of so many.

    *reached* counts by measure the applicants for which one may; a measure that is left out is in
    the reach of no key at all.
    """
    for code in framework.measure_codes:
        applicants = reached.get(code, 0)
        if code in reached and applicants == cohort:
            continue
        whom = f" for {cohort - applicants} of {cohort} applicants" if applicants else ""
        message = f"No valid key may report {code}{whom}."
        yield Finding(f"/measures/{code}", "no-reporter", message)


def of_scores(framework: Framework, cohorts: Mapping[str, CohortBehaviour]) -> Iterator[Finding]:
    """Warn of indicators that tell nobody apart, or what another says; *cohorts* are by kind."""
    places = _places(framework)
    codes = [each.code for each in framework.indicators]
    for kind, cohort in cohorts.items():
        kinds = PLURALS.get(kind, kind)
        for at, behaviour in enumerate(cohort.indicators):
            if behaviour.flat:
                message = (
                    f"{codes[at]} has one and the same value for all {behaviour.reported} {kinds}"
                    " that have one, so it ranks nobody."
                )
                yield Finding(places[at], "constant", message)
        for pair in cohort.redundant:
            order = "alike" if pair.correlation > 0 else "the opposite way"
            message = (
                f"{codes[pair.first]} and {codes[pair.second]} order {pair.applicants} {kinds}"
                f" {order} (rank correlation {pair.correlation:.2f}), so one of them adds little."
            )
            yield Finding(places[pair.first], "redundant", message)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _places(framework: Framework) -> list[str]:
    """Give each indicator's place in the document."""
    return [
        f"/dimensions/{d}/categories/{c}/indicators/{i}"
        for d, dimension in enumerate(framework.dimensions)
        for c, category in enumerate(dimension.categories)
        for i, _ in enumerate(category.indicators)
    ]
