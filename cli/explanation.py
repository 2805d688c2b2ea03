"""`pilotzone explain`: why an applicant has the score that it has."""

import json
from functools import partial
from typing import Annotated, Any

import typer

from cli.context import OPERATOR, in_transaction
from cli.errors import CommandError
from cli.options import DataDir
from shared.core.principal import Principal, Role
from shared.database import Session
from shared.explanations import cohorts, text
from shared.explanations import service as explanation
from shared.explanations.cohorts import Scored
from shared.frameworks.service import Library
from shared.rankings import ranking
from shared.rankings import store as standings
from shared.rounds import store as rounds
from shared.runs import store as runs

READER = Principal(0, OPERATOR.name, Role.ADMIN, applicants=None, measures=None)
"""The command reads the database itself, and so everything."""


def explain(
    round_: Annotated[str, typer.Argument(metavar="ROUND", help="The round's code.")],
    applicant: Annotated[str, typer.Argument(help="The applicant's code.")],
    run: Annotated[int | None, typer.Option(help="As of this run, not the last.", min=1)] = None,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "en",
    as_json: Annotated[
        bool, typer.Option("--json", help="What a script computes the score from.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Say what an applicant's score rests on, step by step, and what would change it."""
    if lang not in text.LANGUAGES:
        raise CommandError(f"{lang} is no language of the service; choose zh or en")

    async def verb(session: Session) -> dict[str, Any]:
        return await _document(session, round_, applicant, run)

    document = in_transaction(data_dir, verb)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        typer.echo(text.render(document, text.LANGUAGES[lang]), nl=False)


async def _document(session: Session, code: str, applicant: str, run: int | None) -> dict[str, Any]:
    stored = await rounds.get(session, code)
    framework = await Library().get(session, stored.framework)
    names = None
    if run is None:
        run, _ = await runs.latest(session, stored.id)
    else:
        now = (await standings.freshness(session, stored.id)).names
        names = (await standings.past(session, stored.id, run, now)).names.as_of
    whole = await ranking.as_of(session, stored.id, run)
    cohort = partial(cohorts.read, session, framework, stored.id, run)
    scored = Scored(run, whole, cohort, names)
    return await explanation.explain(session, framework, stored, scored, applicant, READER)


def register(main: typer.Typer) -> None:
    """Add the command of this module."""
    main.command("explain")(explain)
