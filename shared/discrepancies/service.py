"""What different kinds of reporters say of the same, as far as a key reaches."""

from shared.core.principal import Principal
from shared.discrepancies.store import Scope
from shared.scoring.framework import Framework


def scope(
    framework: Framework,
    who: Principal,
    applicant: str | None,
    measure: str | None,
    *,
    only_beyond: bool,
    run: int | None = None,
    kind: str | None = None,
) -> Scope:
    """Return what *who* may compare: of one *applicant*, *measure* or *kind* where it is given.

    As of a *run*, or as it now is.

    A panel's marks are combined, not reconciled, and one kind alone has nobody to differ from.
    """
    applicants = who.applicants
    if applicant is not None:
        asked = frozenset({applicant})
        applicants = asked if applicants is None else applicants & asked
    return Scope(
        measures=[
            each
            for each in framework.measures.values()
            if each.panel is None
            and len(each.reported_by) > 1
            and (who.measures is None or each.code in who.measures)
            and measure in {None, each.code}
        ],
        applicants=None if applicants is None else sorted(applicants),
        only_beyond=only_beyond,
        run=run,
        kind=kind,
    )
