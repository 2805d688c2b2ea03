"""Submissions, discrepancies and audit events to be exported: a row for each."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from api.audit.schemas import AuditEventOut
from api.discrepancies.schemas import DiscrepancyOut, StatementOut
from api.exports.tables import Cell, Row, Table, codes
from api.http.schemas import Name
from api.submissions.schemas import SubmissionOut
from shared.audit.list_store import Event, Wanted
from shared.core.principal import Principal
from shared.database import Database
from shared.discrepancies.service import scope
from shared.discrepancies.store import Discrepancy
from shared.exports import service as exports
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.submissions.list_store import StoredSubmission
from shared.visibility import reach_of

Found = TypeVar("Found")
NESTED: dict[str, type[BaseModel]] = {
    "counted": StatementOut,
    "other": StatementOut,
    "unit_name": Name,
}
"""Members of a discrepancy that have members of their own."""


def submissions(
    database: Database, framework: Framework, round_: RoundFacts, who: Principal, run: int | None
) -> Table[list[StoredSubmission]]:
    """Return every submission, of a *run* if given, that *who* reaches, with names it may see."""

    def shown(each: StoredSubmission) -> SubmissionOut:
        return SubmissionOut.of(each, framework, round_, who)

    pages = exports.submissions(database, round_.id, reach_of(who), run)
    return _table(list(SubmissionOut.model_fields), pages, shown)


def discrepancies(
    database: Database,
    framework: Framework,
    round_: RoundFacts,
    who: Principal,
    *,
    run: int | None,
    only_beyond: bool,
) -> Table[list[Discrepancy]]:
    """Return where kinds of reporters differ, or did as of *run*, as far as *who* reaches."""
    columns = [
        path
        for name in DiscrepancyOut.model_fields
        for path in (
            [f"{name}.{each}" for each in NESTED[name].model_fields] if name in NESTED else [name]
        )
    ]
    compared = scope(framework, who, None, None, only_beyond=only_beyond, run=run)
    pages = exports.discrepancies(database, round_, compared)
    return _table(columns, pages, lambda each: DiscrepancyOut.of(each, framework))


def events(database: Database, wanted: Wanted) -> Table[list[Event]]:
    """Return the events of the audit trail that are *wanted*."""
    pages = exports.events(database, wanted)
    return _table(list(AuditEventOut.model_fields), pages, AuditEventOut.of)


def _table(
    columns: list[str], pages: Any, shown: Callable[[Found], BaseModel]
) -> Table[list[Found]]:
    return Table(
        columns=columns,
        pages=pages,
        rows=lambda page: (_row(shown(each), columns) for each in page),
        documents=lambda page: (shown(each).model_dump_json().encode() for each in page),
    )


def _row(item: BaseModel, columns: list[str]) -> Row:
    return [_cell(item, *path.split(".")) for path in columns]


def _cell(item: Any, name: str, *below: str) -> Cell:
    found = getattr(item, name)
    if below:
        return None if found is None else _cell(found, *below)
    if isinstance(found, dict):
        return json.dumps(found, ensure_ascii=False)
    return codes(found) if isinstance(found, list) else found
