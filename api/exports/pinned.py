"""Exports of a run have a validator: who has the file already is not sent it again.

What is of a run never changes, so that what decides every row says which file it is, before any row
was read. The tag is weak: what stands around the rows, such as when a workbook was written, is not
of it. Nothing is in it that its reader does not know: the run, and the reach of the own key.
"""

import json
from importlib import metadata
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.answers.validators import REVALIDATED, WEAK, etag_of, unless_known
from shared.core.principal import Principal
from shared.rankings.store import Freshness
from shared.submissions.list_store import Reach
from shared.visibility import reach_of, sees_names

RELEASE = metadata.version("pilotzone")
"""Another one may write the same rows otherwise."""

Decides = list[Any]
"""What decides the rows of an export beside its round and run, as JSON knows it."""


def by_names(fresh: Freshness) -> Decides | None:
    """Return what decides scores as of a run; None: it kept no names, and shows those of now."""
    return None if fresh.names.as_of is None else [fresh.names.as_of]


def by_reader(who: Principal) -> Decides | None:
    """Return what decides which submissions *who* is shown, and how.

    None: of an expert, what it is shown grows with its own marks.
    """
    reach = reach_of(who)
    if reach.expert is not None:
        return None
    return [*by_reach(reach), sees_names(who), who.reporter]


def by_reach(reach: Reach) -> Decides:
    """Return the limits of a key."""
    return [None if each is None else sorted(each) for each in (reach.applicants, reach.measures)]


def tag_of(round_id: int, fresh: Freshness, form: str, what: str, decides: Decides) -> str:
    """Return the `ETag` of an export of the run that is *fresh*.

    After a restore the same number may name another run: its moment tells them apart.
    """
    moment = None if fresh.recorded_at is None else fresh.recorded_at.isoformat()
    said = [RELEASE, round_id, fresh.run, moment, form, what, *decides]
    return WEAK + etag_of(json.dumps(said).encode())


def validators(tag: str) -> dict[str, str]:
    """Return the headers of an export that has this *tag*."""
    return {"ETag": tag, "Cache-Control": REVALIDATED, "Vary": "Authorization, Accept-Encoding"}


def unchanged(request: Request, tag: str | None) -> Response | None:
    """Return 304 where the *request* names this *tag*, before anything is made; None: send it."""
    if tag is None:
        return None
    whole = Response(headers=validators(tag))
    answer = unless_known(request.scope, whole)
    return None if answer is whole else answer
