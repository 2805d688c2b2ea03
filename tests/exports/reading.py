"""Exports read back without what wrote them, as JSON values by column."""

import csv
import io
import json
import re
import zipfile
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a sheet's days have no zone
ESCAPED = re.compile(r"_x([0-9A-F]{4})_")

Rows = list[dict[str, Any]]


def of_csv(content: bytes) -> Rows:
    """Read CSV; every cell is a text, without the apostrophe that keeps it one."""
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    cells = [[each[each.startswith("'") :] for each in row] for row in rows]
    return [dict(zip(head, row, strict=True)) for row in cells]


def of_json_lines(content: bytes) -> Rows:
    """Read JSON Lines."""
    return [json.loads(line) for line in content.splitlines()]


def of_workbook(content: bytes) -> Rows:
    """Read the only sheet of a workbook; what has a format of its own is a day or a moment."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        root = ET.fromstring(file.read("xl/worksheets/sheet1.xml"))  # noqa: S314 -- ours
    assert root.find(f".//{SHEET}pane[@state='frozen']") is not None
    assert root.find(f".//{SHEET}f") is None
    head, *rows = [
        {_column(cell.attrib["r"]): _typed(cell) for cell in row}
        for row in root.findall(f".//{SHEET}row")
    ]
    return [{name: row.get(at) for at, name in head.items()} for row in rows]


def _column(place: str) -> str:
    return place.rstrip("0123456789")


def _typed(cell: ET.Element) -> Any:
    value = cell.findtext(f"{SHEET}v")
    match cell.get("t"), cell.get("s"):
        case "inlineStr", _:
            text = cell.findtext(f"{SHEET}is/{SHEET}t") or ""
            return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        case "b", _:
            return value == "1"
        case _, None:
            return float(value or "")
    moment = EPOCH + timedelta(milliseconds=round(float(value or "") * 86_400_000))
    return moment.isoformat(timespec="milliseconds")


def of_item(item: dict[str, Any], column: str) -> Any:
    """Return the member of a list's item that a column is named for."""
    found: Any = item
    match column.split("."):
        case ["dimensions" | "lines" as part, *code, name]:
            key = {"dimensions": "code", "lines": "indicator"}[part]
            (found,) = (each for each in item[part] if each[key] == ".".join(code))
            found = found[name]
        case path:
            for name in path:
                found = None if found is None else found[name]
    return ";".join(found) if isinstance(found, list) else found


def same(cell: Any, value: Any) -> bool:
    """Say whether a cell that was read back says *value*, a JSON value."""
    if value is None or value == "":
        return cell in (None, "")
    if isinstance(value, bool):
        return cell in (value, str(value).lower())
    if isinstance(value, int | float):
        return float(cell) == value or abs(float(cell) - value) < 1e-15 * abs(value)
    if cell == value:
        return True
    return _is_moment(cell, value)


def _is_moment(cell: str, value: str) -> bool:
    try:
        read, said = datetime.fromisoformat(cell), datetime.fromisoformat(value)
    except ValueError:
        return False
    return abs(read - said.replace(tzinfo=None)) <= timedelta(milliseconds=1)
