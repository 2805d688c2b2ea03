"""The same rows as files of each format."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date

Row = tuple[str, str, date, float]
"""Applicant, measure, date and value."""

SDMX = ("STRUCTURE", "STRUCTURE_ID", "ACTION", "REF_AREA", "INDICATOR", "TIME_PERIOD", "OBS_VALUE")


def _object(row: Row) -> str:
    applicant, measure, day, value = row
    said = {"applicant": applicant, "measure": measure, "as_of": day.isoformat(), "value": value}
    return json.dumps(said)


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode()


def as_json(rows: Sequence[Row]) -> bytes:
    """Write *rows* as JSON."""
    return f'{{"items":[{",".join(map(_object, rows))}]}}'.encode()


def as_json_lines(rows: Sequence[Row]) -> bytes:
    """Write *rows* as JSON Lines."""
    return "\n".join(map(_object, rows)).encode()


def as_csv(rows: Sequence[Row]) -> bytes:
    """Write *rows* as CSV."""
    return _table(("applicant", "measure", "as_of", "value"), rows)


def as_sdmx_csv(rows: Sequence[Row]) -> bytes:
    """Write *rows* as SDMX-CSV."""
    return _table(SDMX, [("dataflow", "X", "M", *row) for row in rows])


FORMATS: Mapping[str, Callable[[Sequence[Row]], bytes]] = {
    "application/json": as_json,
    "application/jsonl": as_json_lines,
    "text/csv": as_csv,
    "application/vnd.sdmx.data+csv": as_sdmx_csv,
}
