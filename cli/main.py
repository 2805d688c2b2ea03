"""`pilotzone`: the operator's command, and what becomes of an error or a signal in it."""

import signal
import sys
from collections.abc import Callable
from importlib import import_module, metadata
from types import FrameType
from typing import Annotated

import typer

COMMANDS = {
    "up": "cli.up",
    "database": "cli.database",
    "api": "cli.serve",
    "worker": "cli.serve",
    "migrate": "cli.serve",
    "prepare": "cli.serve",
    "health": "cli.serve",
    "recompute": "cli.serve",
    "keys": "cli.keys",
    "frameworks": "cli.frameworks",
    "applicants": "cli.applicants",
    "explain": "cli.explanation",
    "seals": "cli.audit.seals",
    "audit": "cli.audit.trail",
    "backup": "cli.backups.command",
    "restore": "cli.backups.command",
    "demo": "cli.demo",
    "push": "cli.push.command",
}
"""The module that registers each command; only what was asked for is imported."""


def application(command: str | None = None) -> typer.Typer:
    """Return the application with the modules of *command*, or with all of them."""
    app = typer.Typer(name="pilotzone", add_completion=False, pretty_exceptions_enable=False)
    app.callback()(pilotzone)
    modules = [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values())
    for module in modules:
        import_module(module).register(app)
    return app


def show_version(asked: bool) -> None:
    """Print which version is installed and end, where that is all that was asked."""
    if asked:
        typer.echo(f"pilotzone {metadata.version('pilotzone')}")
        raise typer.Exit


def pilotzone(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Score counties and industrial parks, and show why."""


def main() -> None:
    """Run a command; the exit status is 0 only if it succeeded, 2 if it was called wrongly."""
    on_signals(interrupt)
    try:
        sys.exit(application(*sys.argv[1:2])(standalone_mode=False))
    except typer.TyperException as error:
        said = error.format_message().rstrip(".")  # nothing, where the help was shown instead
        sys.exit(error.exit_code) if not said else complain(f"{said}; try --help", error.exit_code)
    except Exception as error:
        from cli.failures import explain  # noqa: PLC0415 — slow, and most commands succeed

        line = explain(error)
        if line is None:
            raise
        complain(line)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        on_signals(signal.SIG_IGN)  # it is over; a signal now would only garble the end


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Unwind, once: a second signal must not cut short what the first one began."""
    on_signals(signal.SIG_IGN)
    raise KeyboardInterrupt


def on_signals(action: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    """Have *action* taken on Ctrl-C and SIGTERM."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, action)


def complain(line: str, status: int = 1) -> None:
    """End the process with *status* and *line* on standard error."""
    print(f"error: {line}", file=sys.stderr)  # noqa: T201
    sys.exit(status)


if __name__ == "__main__":
    main()
