"""Who reads a page: the language, what links keep, how numbers and moments are written."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request
from starlette.types import Scope

from api.http import negotiation
from shared.core.principal import Principal, Role
from shared.reference import unit_in_words
from shared.scoring.framework import Name
from web.access import session_of

LANGUAGES = ("zh", "en")
PROVINCE = timezone(timedelta(hours=8))
"""The clock of Liaoning: whoever reads a printed page must not have to ask which one it was."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is shown the same page: all of a *role* who read it in a *language*.

    *chosen*: the language was named in the address, so that the page's links keep it.
    """

    language: Language
    chosen: bool
    role: Role


@dataclass(frozen=True, slots=True)
class Reader:
    """One who reads a page. *chosen*: the language was named in the address, and links keep it.

    *principal* is None and *session* empty where a page is public.
    """

    language: Language
    chosen: bool
    principal: Principal | None = None
    session: str = field(default="", repr=False)

    def say(self, name: Name) -> str:
        """Return *name* in the reader's language; of a name that lacks it, the other."""
        return (name.zh or name.en) if self.language == "zh" else (name.en or name.zh)

    def unit(self, code: str) -> str:
        """Return what a framework's unit of this *code* is called; empty where it is."""
        words = unit_in_words(code)
        return "" if words is None else self.say(Name(words["zh"], words["en"]))

    def link(self, *path: str, **query: str | int | None) -> str:
        """Return the address of a page of the board: each of *path* is one segment of it."""
        kept = {name: str(each) for name, each in query.items() if each is not None}
        if self.chosen:
            kept.setdefault("lang", self.language)
        place = "/".join(["/board", *(quote(each, safe="") for each in path)])
        return f"{place}?{urlencode(kept)}" if kept else place

    def moment(self, moment: datetime | None) -> str:
        """Write *moment* to the minute, by the province's clock."""
        if moment is None:
            return "–"
        local = moment.astimezone(PROVINCE)
        return f"{self.day(local.date())} {local:%H:%M}"

    def day(self, day: date | None) -> str:
        """Write *day* as the reader's language does."""
        if day is None:
            return "–"
        if self.language == "zh":
            return f"{day:%Y-%m-%d}"
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    @staticmethod
    def number(value: float | None, places: int | None = None) -> str:
        """Write *value* with its thousands parted, with so many *places* or as many as it has."""
        if value is None or value != value:  # noqa: PLR0124 -- NaN stands for none
            return "–"
        if places is not None:
            return f"{value:,.{places}f}"
        return f"{value:,.10g}" if abs(value) < 1e10 else f"{value:,.0f}"  # noqa: PLR2004

    def audience(self) -> Audience:
        """Return whom a page for this reader may be shown to as well."""
        role = Role.PORTAL if self.principal is None else self.principal.role
        return Audience(self.language, self.chosen, role)


def language_of(scope: Scope) -> tuple[Language, bool]:
    """Return the language that a request asks for, and whether its address names it."""
    request = Request(scope)
    named = request.query_params.get("lang")
    if named in LANGUAGES:
        return ("zh" if named == "zh" else "en"), True
    header = request.headers.get("accept-language")
    preferred = negotiation.language(header, LANGUAGES, "zh")
    return ("zh" if preferred == "zh" else "en"), False


async def reader_of(
    request: Request,
    lang: Annotated[Language | None, Query()] = None,  # noqa: ARG001 -- `language_of` reads it
) -> Reader:
    """Return who reads the page that is asked for."""
    language, chosen = language_of(request.scope)
    principal = getattr(request.state, "principal", None)
    return Reader(language, chosen, principal, session_of(request))


Reading = Annotated[Reader, Depends(reader_of)]
