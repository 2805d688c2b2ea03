"""What of a round's completeness a key may see."""

from shared.completeness.store import Scope
from shared.core.principal import Principal
from shared.scoring.framework import Framework, ReporterKind
from shared.visibility import sees_names

COUNTED = (ReporterKind.SOURCE, ReporterKind.APPLICANT)


def scope(framework: Framework, who: Principal, measure: str | None) -> Scope:
    """Return what *who* may see, of one *measure* where it is given.

    Each expert by itself is for those who know the experts' names; of a panel's measure the others
    see what everybody together said, as they do in the list of submissions.
    """
    measures = [
        each
        for each in framework.measures.values()
        if (who.measures is None or each.code in who.measures) and measure in {None, each.code}
    ]
    return Scope(
        measures=[each.code for each in measures],
        at_least=[each.panel.at_least if each.panel else 1 for each in measures],
        applicants=None if who.applicants is None else sorted(who.applicants),
        kinds=(*COUNTED, ReporterKind.EXPERT) if sees_names(who) else COUNTED,
    )
