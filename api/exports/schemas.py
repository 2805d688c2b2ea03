"""What an export may be asked for, and what the contract says of its answer."""

from typing import Annotated, Any, Literal

from fastapi import Query

from api.exports.formats import json_lines, workbook
from api.http.headers import sends

Format = Annotated[
    Literal["csv", "xlsx", "jsonl"],
    Query(
        description="`csv`: for spreadsheets and programs, in UTF-8 with a byte order mark. `xlsx`:"
        " a sheet with typed cells. `jsonl`: the items of the list, one to a line."
    ),
]
HEADERS = ("Content-Disposition", "Cache-Control", "Vary")
OF_A_RUN = "Pilotzone-Run"
TAG = {
    "description": "Of a run that was asked for, whose rows never change. Weak: of the rows, not of"
    " the bytes. Send it as `If-None-Match`. Left out where what is shown may yet change.",
    "schema": {"type": "string"},
}
SAID = (
    "The whole of it, as it is made: without its last chunk it was broken off. Columns are named by"
    " the members of the list's items."
)

RANKING = (
    "applicant,name.zh,name.en,kind,rank,…\r\n210213,金州区,Jinzhou District,county,1,…\r\n",
    '{"applicant":"210213","name":{"zh":"金州区","en":"Jinzhou District"},"kind":"county",…}\n',
)
SCORES = (
    "applicant,…,lines.INF-1.value,lines.INF-1.share,…\r\n210213,…,3480.0,1.0,…\r\n",
    '{"applicant":"210213",…,"lines":[{"indicator":"INF-1","value":3480.0,"share":1.0,…},…]}\n',
)
SUBMISSIONS = (
    "id,applicant,measure,value,as_of,…\r\n8,210212,scenarios,S02;S06,2026-10-31,…\r\n",
    '{"id":8,"applicant":"210212","measure":"scenarios","value":["S02","S06"],…}\n',
)
DISCREPANCIES = (
    "applicant,measure,unit,counted.kind,…\r\n210212,base_stations_5g,station,source,…\r\n",
    '{"applicant":"210212","measure":"base_stations_5g","unit":"station",…}\n',
)
EVENTS = (
    "id,recorded_at,actor,action,subject,…\r\n7,2026-11-03T08:00:00Z,admin,round.transition,2026-1,…\r\n",
    '{"id":7,"recorded_at":"2026-11-03T08:00:00Z","actor":"admin","action":"round.transition",…}\n',
)
"""The first line of each, in CSV and in JSON Lines."""


def answers(examples: tuple[str, str], *headers: str) -> dict[int | str, dict[str, Any]]:
    """Return what an operation's `responses` say of an export, which *examples* show."""
    csv, jsonl = examples
    content = {
        media_type: {"schema": {"type": "string"} | form, "example": example}
        for media_type, form, example in (
            ("text/csv", {}, csv),
            (workbook.MEDIA_TYPE, {"format": "binary"}, "PK\u2026"),
            (json_lines.MEDIA_TYPE, {}, jsonl),
        )
    }
    said: dict[int | str, dict[str, Any]] = {
        200: {"description": SAID, "content": content, **sends(*HEADERS, *headers)}
    }
    if OF_A_RUN in headers:
        said[200]["headers"]["ETag"] = TAG
        said[304] = {"description": "The reader has this file already."}
    return said
