"""Each form of an administrator with what it is about, as a page."""

from starlette.requests import Request

from api.http.access import caller_of
from api.http.context import database_of, framework_of, gateway_of, round_of
from shared.core.errors import Finding
from shared.diagnostics import service as diagnostics
from shared.rounds import store as rounds
from shared.rounds.store import RoundFacts
from web.administration import entries_page, held_page, panel_page, reading, state_page
from web.administration.entries import read
from web.form_page import FormPage
from web.layout import Frame
from web.reader import Reader


async def state_form(request: Request, reader: Reader, code: str) -> FormPage:
    """Return the form that opens or closes a round, with what deserves a look before it opens."""
    held = gateway_of(request)
    async with database_of(request).reading() as session:
        stored = await rounds.get(session, code)
    warnings = list[Finding]()
    if stored.state != "open":
        warnings = await diagnostics.warnings_of(held.database, held.library, held.diagnoses, code)
    frame = _frame(reader.say(state_page.TITLE), stored, "state")
    return FormPage(
        frame,
        state_page.FIELDS,
        lambda filled: state_page.body(reader, stored, warnings, filled),
    )


async def entries_form(
    request: Request, reader: Reader, code: str, q: str | None, after: str | None
) -> FormPage:
    """Return who takes part, or who is found, each with a form of its own."""
    stored = await round_of(gateway_of(request), code)
    found = await read(database_of(request), stored, caller_of(request), q, after)
    frame = _frame(reader.say(entries_page.TITLE), stored, "entries")
    return FormPage(frame, (), lambda filled: entries_page.body(reader, stored, found, q, filled))


async def held_form(request: Request, reader: Reader, code: str, submission: int) -> FormPage:
    """Return the form that confirms what is held. Raises: NotFound, NotHeld."""
    held = gateway_of(request)
    stored = await round_of(held, code)
    framework = await framework_of(held, stored)
    about = await reading.held(
        database_of(request), framework, stored, caller_of(request), submission
    )
    frame = _frame(reader.say(held_page.TITLE), stored, "held", str(submission))
    return FormPage(
        frame, held_page.FIELDS, lambda filled: held_page.body(reader, stored, about, filled)
    )


async def panel_form(
    request: Request, reader: Reader, code: str, about: tuple[str, str]
) -> FormPage:
    """Return the form that settles a panel's line. Raises: NotFound."""
    held = gateway_of(request)
    stored = await round_of(held, code)
    framework = await framework_of(held, stored)
    found = await reading.panel(database_of(request), framework, stored, caller_of(request), about)
    frame = _frame(reader.say(panel_page.TITLE), stored, "panels", *about)
    return FormPage(
        frame, panel_page.FIELDS, lambda filled: panel_page.body(reader, stored, found, filled)
    )


def _frame(title: str, round_: RoundFacts, *where: str) -> Frame:
    path = ("rounds", round_.code, "work", *where)
    return Frame(title, round_, section="work", path=path, style="work.css")
