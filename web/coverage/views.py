"""The two ways to look at coverage: by indicator, and by who reports."""

from collections.abc import Mapping

import htpy as h

from shared.core.principal import Role
from shared.scoring.framework import Name
from web.reader import Reader

VIEWS = {"indicator": Name("按指标", "By indicator"), "source": Name("按来源", "By source")}
CHOOSE = Name("查看方式", "View")

SEES_SOURCES = (Role.ADMIN, Role.AUDITOR, Role.SOURCE, Role.PORTAL)
"""Whom the interface tells how complete what is reported is."""


def views(reader: Reader, code: str, shown: str, kept: Mapping[str, str | int | None]) -> h.Node:
    """Return links to both views of the round *code*, which keep a query, for who may see both."""
    if reader.principal is None or reader.principal.role not in SEES_SOURCES:
        return None
    addresses = {"indicator": ("coverage",), "source": ("coverage", "sources")}
    return h.nav(".views", aria_label=reader.say(CHOOSE))[
        (
            h.a(
                href=reader.link("rounds", code, *addresses[view], **kept),
                aria_current="true" if view == shown else None,
            )[reader.say(name)]
            for view, name in VIEWS.items()
        )
    ]
