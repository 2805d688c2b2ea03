"""Which requests are noted for the audit trail, and what of them."""

import re
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.types import Scope

from api.http.access import address_of, bearer
from api.http.metrics import METHODS
from api.http.problems import Unauthorized
from api.http.state import Gateway
from shared.access import written
from shared.access.service import fingerprint
from shared.access.signing import CHANGES_NOTHING
from shared.audit.request_store import NOBODY
from shared.audit.requests import Noted
from shared.core.principal import Principal, Role
from shared.visibility.policy import is_told_all

REFUSED = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def note(scope: Scope, status: int) -> None:
    """Note a request that was refused or was to change something, and what an auditor read.

    What was not found counts where it may be there and not for whoever asked: the answer does not
    tell the two apart, and neither does what is noted.
    """
    principal: Principal | None = scope["state"].get("principal")
    if status in REFUSED:
        if status != HTTPStatus.NOT_FOUND or not (principal is None or is_told_all(principal)):
            _gateway(scope).refusals.note(_noted(scope, principal, status))
    elif principal is not None and status < HTTPStatus.BAD_REQUEST:
        if scope["method"] not in CHANGES_NOTHING:
            _gateway(scope).changes.note(_noted(scope, principal, status))
        elif principal.role is Role.AUDITOR:
            _gateway(scope).reads.note(_noted(scope, principal, status))


def _gateway(scope: Scope) -> Gateway:
    held: Gateway = scope["app"].state.gateway
    return held


def _noted(scope: Scope, principal: Principal | None, status: int) -> Noted:
    method = scope["method"]
    return Noted(
        actor=NOBODY if principal is None else principal.name,
        key=None if principal is None else principal.key,
        role=None if principal is None else principal.role,
        sha256=None if principal is not None else _sha256(scope),
        method=method if method in METHODS else "other",
        path=getattr(scope.get("route"), "path", "unknown"),
        status=status,
        problem=scope["state"].get("problem", ""),
        address=address_of(scope),
        round=_round(scope),
        request_id=scope["state"]["request_id"],
        at=datetime.now(UTC),
    )


def _sha256(scope: Scope) -> bytes | None:
    """Return what would be stored of the key that was sent, if it is written as one of ours.

    Who signs in types it into a form. Of anything else, which may be a secret of somebody else's,
    nothing is noted.
    """
    try:
        key = scope["state"].get("typed_key") or bearer(scope)
    except Unauthorized:
        return None
    return fingerprint(key) if written.may_be_one(key) else None


def _round(scope: Scope) -> str | None:
    """Return what stands for the round in the path, read here since a repetition was not routed."""
    pattern: re.Pattern[str] | None = getattr(scope.get("route"), "path_regex", None)
    found = None if pattern is None else pattern.match(scope["path"])
    code = None if found is None else found.groupdict().get("round")
    return code if code is not None and CODE.fullmatch(code) else None
