"""`pilotzone keys`: API keys are made and revoked here, or by an administrator over HTTP."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import demo_data
from cli.context import OPERATOR, in_transaction
from cli.errors import CommandError
from cli.options import DataDir
from shared.access import list_store as listed
from shared.access import service as keys
from shared.access import signing
from shared.access.store import Terms
from shared.core.principal import Role
from shared.core.quota import Counted, Quota
from shared.database import Session
from shared.settings import GREATEST_QUOTA

ROLES = tuple(Role)

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@app.command()
def create(  # noqa: PLR0913 -- an option each
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(ROLES)}.")],
    name: Annotated[str, typer.Option(help="The reporter; a name keeps its role for ever.")],
    applicant: Annotated[
        list[str] | None, typer.Option(help="Limit the key to this applicant; repeatable.")
    ] = None,
    measure: Annotated[
        list[str] | None, typer.Option(help="Limit the key to this measure; repeatable.")
    ] = None,
    round_: Annotated[
        list[str] | None,
        typer.Option("--round", help="Limit the key to this round; repeatable."),
    ] = None,
    expires: Annotated[
        datetime | None,
        typer.Option(
            help="When it ends, in UTC; of a date alone, at its beginning.",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
        ),
    ] = None,
    signing_key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="An Ed25519 public key in PEM: whoever uses the key must sign by it.",
        ),
    ] = None,
    quota: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT=NUMBER",
            help="`requests=NUMBER` in a minute or `rows=NUMBER` in a day, 0 for any number;"
            " repeatable. Otherwise as the settings have it.",
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Print a new key, alone and once: only its hash is kept."""
    if role not in ROLES:
        raise CommandError(f'"{role}" is no role; choose one of: {", ".join(ROLES)}')
    if not name.strip():
        raise CommandError("a reporter needs a name: --name NAME")
    ends = None if expires is None else expires.replace(tzinfo=UTC)
    public = None if signing_key is None else _public_key(signing_key)
    most = quota_of(quota or [])
    terms = Terms(applicant or None, measure or None, round_ or None, ends, public, most)

    async def verb(session: Session) -> str:
        return (await keys.issue(session, OPERATOR, name.strip(), role, terms)).key

    typer.echo(in_transaction(data_dir, verb))


def quota_of(given: list[str]) -> Quota | None:
    """Return the quota that options say, None where there are none. Raises: CommandError."""
    said: dict[str, int] = {}
    for each in given:
        name, _, number = each.partition("=")
        if name not in tuple(Counted) or not number.isdecimal() or int(number) > GREATEST_QUOTA:
            raise CommandError(
                f'"{each}" is no quota: requests=NUMBER or rows=NUMBER, at most {GREATEST_QUOTA}'
            )
        said[name] = int(number)
    return Quota(**said) if said else None


def _public_key(file: Path) -> str:
    """Return the public key in *file* as it is stored. Raises: CommandError."""
    try:
        return signing.public_key(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    except signing.KeyUnusable as error:
        raise CommandError(f"{file} {error}") from None


async def end_demonstration(session: Session) -> None:
    """Revoke every key of the demonstration's reporters."""
    for name in demo_data.REPORTERS:
        await keys.revoke(session, OPERATOR, name)


@app.command("list")
def list_(data_dir: DataDir = None) -> None:
    """Print the keys that are neither revoked nor expired, a line each, in columns cut by tabs."""
    found = in_transaction(data_dir, listed.in_force)
    typer.echo(
        "number\tname\trole\tmade\tends\tapplicants\tmeasures\tsigns by\trounds\tlast used\tquota"
    )
    for key in found:
        columns = (
            str(key.number),
            key.name,
            key.role,
            _moment(key.created_at),
            "never" if key.expires_at is None else _moment(key.expires_at),
            "all" if key.applicants is None else ",".join(key.applicants),
            "all" if key.measures is None else ",".join(key.measures),
            key.signing_key or "nothing",
            "all" if key.rounds is None else ",".join(key.rounds),
            "never" if key.last_used_at is None else _moment(key.last_used_at),
            _quota(key.quota),
        )
        typer.echo("\t".join(columns))


def _quota(quota: Quota | None) -> str:
    """Say a quota as it is given to `keys create`."""
    if quota is None:
        return "as set"
    said = {"requests": quota.requests, "rows": quota.rows}
    return ",".join(f"{name}={most}" for name, most in said.items() if most is not None)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@app.command()
def revoke(
    name: Annotated[str | None, typer.Option(help="The reporter whose keys end.")] = None,
    number: Annotated[
        int | None, typer.Option(help="The one key that ends, by its number in `keys list`.", min=1)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Revoke every key of a reporter, or one key by its number."""
    if (name is None) == (number is None):
        raise CommandError("say whose keys end (--name NAME) or which key (--number N)")

    async def verb(session: Session) -> int:
        return await keys.revoke(session, OPERATOR, name, number)

    revoked = in_transaction(data_dir, verb)
    if not revoked:
        none = (
            f'"{name}" has no valid key' if name is not None else f"there is no valid key {number}"
        )
        raise CommandError(none)
    typer.echo(f"revoked: {revoked}")


def register(main: typer.Typer) -> None:
    """Add the commands of this module."""
    main.add_typer(app, name="keys")
