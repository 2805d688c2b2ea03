"""`pilotzone applicants`: load applicants from CSV."""

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from cli.context import OPERATOR, in_transaction
from cli.errors import CommandError
from cli.options import DataDir
from shared import reference
from shared.applicants import service as applicants
from shared.applicants import store as stored
from shared.applicants.service import Imported
from shared.applicants.store import Applicant
from shared.database import Session
from shared.scoring.framework import Name

KINDS = ("county", "park")
CODE_LENGTH = 64

app = typer.Typer(help="Load applicants.", no_args_is_help=True)


def read_csv(text: str) -> list[Applicant]:
    """Read applicants from CSV with the columns code, name_zh, name_en, and kind or level.

    *division* is optional. In a table of divisions (a column `level`, none `kind`) the rows of
    level `county` are counties and the others are passed over. Raises: CommandError, naming every
    bad line.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = set(rows.fieldnames or ())
    missing = {"code", "name_zh", "name_en"} - columns
    if missing or not columns & {"kind", "level"}:
        needed = sorted(missing) or ["kind"]
        raise CommandError(f"the file lacks the column {', '.join(needed)}")
    found: dict[str, Applicant] = {}
    findings = []
    for row in rows:
        if "kind" not in columns and row["level"] != "county":
            continue
        applicant = Applicant(
            code=(row["code"] or "").strip(),
            kind=(row.get("kind") or "county").strip(),
            name=Name((row["name_zh"] or "").strip(), (row["name_en"] or "").strip()),
            division=(row.get("division") or "").strip() or None,
        )
        if fault := _fault(applicant, found):
            findings.append(f"line {rows.line_num}: {fault}")
        found[applicant.code] = applicant
    if findings:
        raise CommandError("; ".join(findings[:10]))
    return list(found.values())


def _fault(applicant: Applicant, earlier: dict[str, Applicant]) -> str | None:
    if not applicant.code or len(applicant.code) > CODE_LENGTH or not applicant.code.isascii():
        return "the code is empty, too long or not ASCII"
    if applicant.code in earlier:
        return f"{applicant.code} occurs twice"
    if applicant.kind not in KINDS:
        return f"the kind is one of {', '.join(KINDS)}"
    if not applicant.name.zh or not applicant.name.en:
        return "a name is empty"
    return None


def _read(file: Path | None) -> str:
    if file is None:
        return reference.divisions_text()
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not UTF-8") from None


async def register_divisions(session: Session) -> None:
    """Register the province's county-level divisions; a code that is there stays as it is."""
    divisions = read_csv(reference.divisions_text())
    known = await stored.some(session, [each.code for each in divisions])
    await applicants.register(
        session, OPERATOR, [each for each in divisions if each.code not in known]
    )


@app.command("import")
def import_csv(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV in UTF-8: code, kind, name_zh, name_en, if need be division;"
            " without it, the province's county-level divisions."
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Register the applicants of a CSV file, all or none; the same again changes nothing."""
    wanted = read_csv(_read(file))

    async def verb(session: Session) -> Imported:
        return await applicants.register(session, OPERATOR, wanted)

    imported = in_transaction(data_dir, verb)
    typer.echo(f"registered: {len(imported.created)}, unchanged: {len(imported.unchanged)}")


def register(main: typer.Typer) -> None:
    """Add the commands of this module."""
    main.add_typer(app, name="applicants")
