"""How gateway and worker begin: settings, logs, the tie to the parent, and errors on one line."""

import argparse
import gc
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from shared import log
from shared.database import SchemaUnknown, UrlUnusable, reason, refusal
from shared.process import orphan
from shared.process.listening import AddressUnusable
from shared.settings import LAST_PORT, Settings, SettingUnusable

SWITCH_SECONDS = 0.0005
"""How long a thread at work keeps the interpreter from the event loop, which gives it away with
each packet that it sends or takes: at Python's 5 ms, ten packets take as long as any request may at
most, and PostgreSQL waits as long for what it sends."""


def begin(name: str) -> tuple[Settings, str]:
    """Read the settings, send logs under *name*, and end with the parent if it says so.

    Returns the settings and the database's URL, without which neither process runs: it exits.
    """
    settings = Settings()
    if settings.database_url is None:
        raise SystemExit("error: PILOTZONE_DATABASE_URL is not set")
    log.configure(name, settings.log_format, settings.log_level)
    orphan.watch_parent()
    return settings, settings.database_url


def give_way() -> None:
    """Have threads at work give way to the event loop ten times as often as they would."""
    sys.setswitchinterval(SWITCH_SECONDS)


def loop_factory() -> Callable[[], AbstractEventLoop] | None:
    """Return what makes an event loop for whoever waits for many small answers; None: asyncio does.

    uvloop's, which the gateway has, takes a twentieth off a run; it is not made for every system.
    """
    if find_spec("uvloop") is None:
        return None
    factory: Callable[[], AbstractEventLoop] = import_module("uvloop").new_event_loop
    return factory


def built() -> None:
    """Say that all that stays has been built, so that the garbage collector never sees it again.

    Going through it would hold up requests by more than a tenth of a second every now and then.
    """
    gc.collect()
    gc.freeze()


def port_number(text: str) -> int:
    """Read a port from the command line; 0 is a free one.

    Raises: argparse.ArgumentTypeError for what the system would take modulo 65536.
    """
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port: 0 to {LAST_PORT}")
    return int(text)


@contextmanager
def faults_on_one_line() -> Iterator[None]:
    """Exit with status 1 and a line that says what to do where something needed is of no use."""
    try:
        yield
    except (SchemaUnknown, SettingUnusable, UrlUnusable, AddressUnusable) as error:
        raise SystemExit(f"error: {error}") from None
    except OSError as error:
        raise SystemExit(f"error: PostgreSQL does not answer: {reason(error)}") from None
    except Exception as error:
        words = refusal(error)
        if words is None:
            raise
        raise SystemExit(f"error: PostgreSQL says: {words}") from None
