"""Bodies that ask much of whoever reads them: hostile ones, and the largest that are meant."""

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from bench.stage import INDICATORS, document

MOST_ROWS = 10_000
FIRST_DAY = date(2000, 1, 1)


def rows(count: int, applicants: int, day: int, **more: Any) -> bytes:
    """Return a batch of values of one day, each of another applicant and measure."""
    as_of = (FIRST_DAY + timedelta(day)).isoformat()
    items = [
        {
            "applicant": f"B{1 + at % applicants:06}",
            "measure": f"m{at // applicants % INDICATORS:02}",
            "as_of": as_of,
            "value": at,
            **more,
        }
        for at in range(count)
    ]
    return json.dumps({"items": items}).encode()


def framework(version: int, indicators: int = 900) -> bytes:
    """Return a framework document of 250 kB."""
    made = document()
    (measure, *_) = made["measures"].values()
    category = made["dimensions"][0]["categories"][0]
    (indicator, *_) = category["indicators"]
    category["indicators"] = [
        indicator | {"code": f"I-{at}", "derive": {"value": f"m{at}"}} for at in range(indicators)
    ]
    made |= {"code": "large", "version": str(version), "points": 4 * indicators}
    made["measures"] = {f"m{at}": measure for at in range(indicators)}
    return json.dumps(made, ensure_ascii=False).encode()


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "a million members": lambda: json.dumps(dict.fromkeys(map(str, range(1_000_000)))).encode()[
        : 8 * 2**20
    ],
    "100 000 members": lambda: json.dumps(
        {"items": [dict.fromkeys(map(str, range(100_000)), "x")]}
    ).encode(),
    "lists in lists": lambda: b"[" * 8 * 2**20,
    "110 000 numbers": lambda: b'{"items": [' + b"1.5," * 110_000 + b"1]}",
    "110 000 long numbers": lambda: b'{"items": [' + b"0.1234567890123456," * 110_000 + b"1]}",
    "8 MB of digits": lambda: b"1" * 8 * 2**20,
    "8 MB of text": lambda: b'{"items": ["' + b"x" * 8_000_000 + b'"]}',
    "8 MB of escapes": lambda: b'{"items": ["' + b"\\ud83d\\ude00" * 650_000 + b'"]}',
    "8 000 wrong rows": lambda: rows(8_000, 1_000, 1, **{f"x{at}": 0 for at in range(9)}),
}
"""What is refused, or answered row by row."""
