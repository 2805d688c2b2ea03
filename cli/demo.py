"""`pilotzone demo`: a round with made-up applicants, pushed through the HTTP interface."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import typer
from rich.console import Console
from rich.table import Table

from cli import demo_data
from cli.applicants import register_divisions
from cli.context import OPERATOR, in_transaction
from cli.demo_data import ROUND
from cli.errors import CommandError
from cli.keys import end_demonstration
from cli.options import DataDir, settings_with
from shared import reference
from shared.access import service as keys
from shared.access.store import Terms
from shared.core.hosts import is_loopback
from shared.database import Session
from shared.frameworks import yaml_document
from shared.sessions import service as sessions

A_DAY = timedelta(days=1)
WAIT_SECONDS = 30
WIDE = 115  # columns of a terminal that has room for the dimensions
TIMEOUT = httpx.Timeout(60.0)

BOARD = "demo-admin"  # whose eyes the board is opened with: nothing is hidden from them
BOARD_OPENED = """\
The board, signed in; the link opens once, in a browser on this machine:

  {url}/board/enter/{link}
"""
BOARD_CLOSED = """\
The board: sign in with the key below, from another machine by TLS alone, at {url}/board/sign-in

  {key}
"""

Keys = dict[str, str]
Said = set[tuple[str, str, str]]


async def _prepare(session: Session, *, linked: bool) -> tuple[Keys, str | None]:
    """Load the county-level divisions; make each of the demonstration's reporters its one key.

    Returns the keys, and if the board is to be *linked* a token that opens it once.
    """
    await register_divisions(session)
    await end_demonstration(session)
    terms = Terms(expires_at=datetime.now(UTC) + A_DAY)
    made = {
        name: await keys.issue(session, OPERATOR, name, role, terms)
        for name, role in demo_data.REPORTERS.items()
    }
    link = None
    if linked:
        link = await sessions.link(session, OPERATOR, made[BOARD].number, A_DAY)
    return {name: each.key for name, each in made.items()}, link


class Gateway:
    """The service as its users see it."""

    def __init__(self, url: str, made: Keys) -> None:
        """Call the gateway at *url* with the keys that were *made*, by reporter."""
        self._http = httpx.Client(base_url=f"{url}/v1", timeout=TIMEOUT)
        self._keys = made

    def knows(self, path: str) -> bool:
        """Say whether there is something at *path*: whatever became of it since, it stays so."""
        return self._send("demo-admin", "GET", path).status_code != httpx.codes.NOT_FOUND

    def call(self, who: str, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Send one request and return its answer. Raises: CommandError for a problem."""
        answer = self._send(who, method, path, json=body, params=params)
        if answer.is_error:
            raise CommandError(f"{method} {path} was answered {answer.status_code}: {answer.text}")
        return answer.json()

    def _send(self, who: str, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._keys[who]}"}
        return self._http.request(method, path, headers=headers, **request)

    def said(self) -> set[tuple[str, str, str]]:
        """Return reporter, applicant and measure of everything that was submitted before."""
        found = self.call("demo-admin", "GET", f"/rounds/{ROUND}/submissions", limit=1000)
        return {(each["reporter"], each["applicant"], each["measure"]) for each in found["items"]}

    def push(self, who: str, rows: Iterable[demo_data.Row], said: Said) -> int:
        """Push in one batch what *who* has not *said* yet; return the last submission's id, or 0.

        What was corrected since an earlier demonstration stays corrected.
        """
        items = [row for row in rows if (who, row["applicant"], row["measure"]) not in said]
        if not items:
            return 0
        receipt = self.call(who, "POST", f"/rounds/{ROUND}/submissions/batch", {"items": items})
        last: int = receipt["greatest_submission"]
        return last


def demonstrate(url: str, made: Keys, link: str | None, console: Console) -> None:
    """Open the round, push everything, wait for the worker, show it and the way to the board."""
    gateway = Gateway(url, made)
    framework = _framework(gateway)
    _open_round(gateway, framework)
    said = gateway.said()
    last = max(
        gateway.push("demo-source", demo_data.statistics(), said),
        gateway.push("demo-portal", demo_data.own_reports(), said),
        *(
            gateway.push(name, demo_data.marks(at), said)
            for at, name in enumerate(demo_data.EXPERTS)
        ),
    )
    until = {"wait_for": last, "wait": WAIT_SECONDS} if last else {}
    ranking = gateway.call("demo-portal", "GET", f"/rounds/{ROUND}/scores", **until)
    if ranking["state"] != "current":
        raise CommandError(f"the worker did not answer: the ranking is {ranking['state']}")
    wide = console.width >= WIDE
    console.print(ranking_table(framework, ranking, wide=wide))
    card = gateway.call("demo-portal", "GET", f"/rounds/{ROUND}/scores/{demo_data.SHOWN}")
    console.print(scorecard_table(framework, card, wide=wide))
    rank = next(each["rank"] for each in ranking["items"] if each["applicant"] == demo_data.RISING)
    console.print(_what_next(url, made, link, rank), soft_wrap=True, highlight=False)


def _framework(gateway: Gateway) -> dict[str, Any]:
    """Return the guide's framework as it is registered, be it by a release before this one."""
    ours: dict[str, Any] = yaml_document.parse(reference.framework_text())
    path = f"/frameworks/{ours['code']}/{ours['version']}"
    known: dict[str, Any] = (
        gateway.call("demo-admin", "GET", path)
        if gateway.knows(path)
        else gateway.call("demo-admin", "POST", "/frameworks", ours)
    )
    return known


def _open_round(gateway: Gateway, framework: dict[str, Any]) -> None:
    for each in demo_data.APPLICANTS:
        body = {"code": each.code, "kind": each.kind, "name": {"zh": each.zh, "en": each.en}}
        if not gateway.knows(f"/applicants/{each.code}"):
            gateway.call("demo-portal", "POST", "/applicants", body)
    gateway.call(
        "demo-admin",
        "POST",
        "/rounds",
        {
            "code": ROUND,
            "framework": {"code": framework["code"], "version": framework["version"]},
            "title": {"zh": "示例申报批次", "en": "Demonstration round"},
            "reference_date": "2026-12-31",
        },
    )
    for each in demo_data.APPLICANTS:
        gateway.call("demo-portal", "PUT", f"/rounds/{ROUND}/entries/{each.code}")
    gateway.call(
        "demo-admin",
        "POST",
        f"/rounds/{ROUND}/transitions",
        {"to": "open", "reason": "demonstration"},
    )


def ranking_table(framework: dict[str, Any], ranking: dict[str, Any], *, wide: bool) -> Table:
    """Return the ranking as a table, each kind by itself; with dimensions if it is *wide*."""
    table = Table(title=f"Ranking of {ranking['round']}, run {ranking['run']}")
    for heading in ("cohort", "rank", "applicant", "name"):
        table.add_column(heading, no_wrap=True)
    for dimension in framework["dimensions"] if wide else ():
        table.add_column(dimension["code"], justify="right", no_wrap=True)
    for heading in ("total", "coverage"):
        table.add_column(heading, justify="right", no_wrap=True)
    for item in sorted(ranking["items"], key=lambda item: (item["kind"], item["rank"])):
        points = (f"{dimension['points']:.2f}" for dimension in item["dimensions"])
        table.add_row(
            item["kind"],
            str(item["rank"]),
            item["applicant"],
            item["name"]["zh"],
            *(points if wide else ()),
            f"{item['total']:.4f}",
            f"{item['coverage']:.0%}",
        )
    return table


def scorecard_table(framework: dict[str, Any], card: dict[str, Any], *, wide: bool) -> Table:
    """Return one scorecard with its lines; indicators' names are cut unless it is *wide*."""
    names = {
        indicator["code"]: indicator["name"]["zh"]
        for dimension in framework["dimensions"]
        for category in dimension["categories"]
        for indicator in category["indicators"]
    }
    table = Table(
        title=f"{card['name']['zh']} ({card['applicant']}): {card['total']:.4f} of"
        f" {card['full']:g} points, rank {card['rank']} of {card['cohort_size']}"
    )
    table.add_column("line", no_wrap=True)
    cut = 40 if wide else 16
    table.add_column("indicator", max_width=cut, no_wrap=True, overflow="ellipsis")
    for heading in ("value", "share", "points", "full"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("remarks", min_width=len("discrepancy"))
    for line in card["lines"]:
        table.add_row(
            line["indicator"],
            names[line["indicator"]],
            "—" if line["value"] is None else f"{line['value']:,.6g}",
            "—" if line["share"] is None else f"{line['share']:.4f}",
            f"{line['points']:.4f}",
            f"{line['full']:g}",
            ", ".join(line["flags"]),
        )
    return table


def _what_next(url: str, made: Keys, link: str | None, rank: int | None) -> str:
    """Say where to look, and how to move the ranking: up, or down again where it rose before."""
    path = f"{url}/v1/rounds/{ROUND}"
    value, move = (1800, "fall back") if rank in (1, 2) else (2600, "rise to the second place")
    body = (
        f'{{"applicant": "{demo_data.RISING}", "measure": "base_stations_5g", "value": {value},'
        f' "as_of": "{demo_data.AS_OF}"}}'
    )
    return f"""\
{_to_the_board(url, made, link)}
Push a count, put the id that is answered in place of ID, and see {demo_data.RISING} {move}:

  curl -s -X POST {path}/submissions \\
    -H 'Authorization: Bearer {made["demo-source"]}' \\
    -H 'Content-Type: application/json' -d '{body}'

  curl -s '{path}/scores?cohort=county&limit=3&wait_for=ID' \\
    -H 'Authorization: Bearer {made["demo-portal"]}'

The interface, to read and to try: {url}/docs
Ctrl-C stops everything and ends these keys; the data stay.
"""


def _to_the_board(url: str, made: Keys, link: str | None) -> str:
    if link is None:
        return BOARD_CLOSED.format(url=url, key=made[BOARD])
    return BOARD_OPENED.format(url=url, link=link)


def demo(
    url: Annotated[str, typer.Option(help="Where the gateway answers.")] = "http://127.0.0.1:8000",
    end: Annotated[
        bool, typer.Option("--end", help="Show nothing: end the keys of demonstrations.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Open a demonstration round on a running service; all of its applicants are made up.

    Its keys are valid for a day, until the next demonstration, or until `up --demo` ends.
    """
    if end:
        in_transaction(data_dir, end_demonstration)
        return
    opens = settings_with(data_dir).local_sessions and is_loopback(urlsplit(url).hostname or "")
    made, link = in_transaction(data_dir, partial(_prepare, linked=opens))
    console = Console(width=None if Console().is_terminal else 160)
    try:
        demonstrate(url.rstrip("/"), made, link, console)
    except httpx.TransportError as error:
        raise CommandError(f"{url} does not answer ({type(error).__name__}): is it up?") from None


def register(main: typer.Typer) -> None:
    """Add the commands of this module."""
    main.command()(demo)
