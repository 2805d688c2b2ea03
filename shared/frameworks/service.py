"""Registering framework documents, and keeping the ones in use at hand."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import rfc8785

from shared.audit import store as audit
from shared.core.errors import Finding, FrameworkDiffers
from shared.core.principal import Actor
from shared.database import Session
from shared.frameworks import store as frameworks
from shared.frameworks.store import StoredFramework
from shared.scoring.document.reader import read, warnings
from shared.scoring.framework import Framework

Read = TypeVar("Read")

READER = ThreadPoolExecutor(1, "framework")
"""Documents are read here, one at a time: a large one takes longer than other requests may wait,
and several at once would leave them little of the processor."""


async def aside(read: Callable[[Any], Read], document: Any) -> Read:
    """Return what *read* makes of *document*, while others have their turn. Raises: as *read*."""
    return await asyncio.get_running_loop().run_in_executor(READER, read, document)


def fingerprint(document: Any) -> str:
    """Return the SHA-256 of the document's canonical JSON (RFC 8785), in hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


async def register(session: Session, actor: Actor, document: Any) -> tuple[StoredFramework, bool]:
    """Register *document* under its code and version; return it, and whether it is new.

    Raises: FrameworkInvalid with every finding, FrameworkDiffers.
    """
    framework = await aside(read, document)
    sha256 = await aside(fingerprint, document)
    created = await frameworks.add(session, framework.code, framework.version, sha256, document)
    stored = await frameworks.get(session, framework.code, framework.version)
    if stored.sha256 != sha256:
        raise FrameworkDiffers(
            f"another document stands as {framework.code} in version {framework.version}",
            sha256=stored.sha256,
        )
    if created:
        subject = f"{framework.code}/{framework.version}"
        await audit.record(session, actor, "framework.registered", subject, {"sha256": sha256})
    return stored, created


def doubtful(stored: StoredFramework) -> tuple[Finding, ...]:
    """Return what the document may contain but hardly means; the same whenever it is asked."""
    return warnings(read(stored.document))


class Library:
    """The frameworks that one process has read: immutable, so that each is read once."""

    def __init__(self) -> None:
        self._frameworks: dict[int, Framework] = {}

    def known(self, framework: int) -> Framework | None:
        """Return the framework of this id if it was read before."""
        return self._frameworks.get(framework)

    async def get(self, session: Session, framework: int) -> Framework:
        """Return the framework of this id."""
        if framework not in self._frameworks:
            stored = await frameworks.by_id(session, framework)
            self._frameworks[framework] = await aside(read, stored.document)
        return self._frameworks[framework]
