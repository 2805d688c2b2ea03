"""Entries of logs as they are made: their bytes, one behind the other, and what a run says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from pilotzone_verify import manifests
from pilotzone_verify.canonical import canonical
from pilotzone_verify.leaves import doubles
from pilotzone_verify.trees import leaf_hash
from shared.core.moments import in_microseconds
from shared.seals.places import Places
from shared.seals.store import Head, NewEntry
from shared.seals.unsealed_store import Run

TICK = timedelta(microseconds=1)
UNKNOWN = "moment"
"""Stands for a moment that is yet to come; no text of an entry is this one."""


class Log:
    """A log as it grows, from its *head* on; *name* begins the origin of one that begins."""

    def __init__(self, head: Head, name: str = "") -> None:
        """Stand where the *head* does."""
        self.entries: list[NewEntry] = []
        self.moments: list[datetime] = []
        self.head, self._name = head, name

    def begin(self, code: str, **said: Any) -> None:
        """Add the first entry, of the round of this *code*."""
        epoch = self.head.epoch
        self.head = replace(self.head, origin=f"{self._name}/{code}/{epoch}")
        self.add("begun", round=code, epoch=epoch, **said)

    def add(self, kind: str, **said: Any) -> None:
        """Add an entry of this *kind*; *run* is the number of the run that it seals, if it does."""
        moment, number = self.head.now, said.get("run")
        body = written(self.head, kind, in_microseconds(moment), said)
        leaf = leaf_hash(body)
        self.entries.append(NewEntry(kind, body.decode(), leaf, number))
        self.moments.append(moment)
        run = self.head.run if number is None else number
        size = self.head.size + 1
        self.head = replace(self.head, size=size, leaf=leaf, run=run, now=moment + TICK)


def written(head: Head, kind: str, moment: str, said: Mapping[str, Any]) -> bytes:
    """Write the entry of this *kind* that comes behind the *head*, as it is hashed."""
    return manifests.write(
        {
            "type": kind,
            "origin": head.origin,
            "suite": manifests.SUITE,
            "position": head.size,
            "previous": head.leaf.hex(),
            "time": moment,
            **said,
        }
    )


def around_moment(head: Head, kind: str, said: Mapping[str, Any]) -> tuple[str, str]:
    """Write an entry as `written` does, but for its moment: what is before it, and behind."""
    before, _, behind = written(head, kind, UNKNOWN, said).decode().partition(f'"{UNKNOWN}"')
    return before, behind


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a run took from its cohorts, each part as it is hashed, and the hash of all."""

    parts: Mapping[tuple[str, str], tuple[Any, str]]
    digest: bytes

    @classmethod
    def of(cls, said: Mapping[str, Mapping[str, Any]], before: "Parameters | None") -> "Parameters":
        """Hash what is *said*, as `pilotzone_verify.leaves.parameters_hash` does.

        A part that was there *before*, that is the same object, is not written again.
        """
        known, parts, kinds = before.parts if before else {}, {}, list[str]()
        for kind, indicators in sorted(said.items()):
            written = list[str]()
            for code, taken in sorted(indicators.items()):
                part = known.get((kind, code))
                if part is None or part[0] is not taken:
                    part = taken, canonical({code: doubles(taken)}).decode()[1:-1]
                parts[kind, code] = part
                written.append(part[1])
            kinds.append(f"{json.dumps(kind)}:{{{','.join(written)}}}")
        return cls(parts, sha256(f"{{{','.join(kinds)}}}".encode()).digest())


def of_run(run: Run, inputs: dict[str, Any], ranking: Places, parameters: bytes) -> dict[str, Any]:
    """Return what is said of a *run*; of its *parameters* their hash."""
    return {
        "run": run.number,
        "framework": run.framework,
        "code": scoring_digest(),
        "inputs": inputs,
        "parameters": parameters.hex(),
        "ranking": {"count": len(ranking.levels[0]), "root": ranking.root.hex()},
        "reason": {"submissions": run.submissions, "other_changes": run.other_changes},
    }


PACKAGE = "shared.scoring"


@cache
def scoring_digest() -> str:
    """Return the SHA-256 over names and contents of the modules of `shared.scoring`."""
    whole = sha256()
    for name, module in sorted(_modules("", resources.files(PACKAGE))):
        whole.update(f"{name}\n{sha256(module.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _modules(within: str, folder: Traversable) -> list[tuple[str, Traversable]]:
    found = []
    for each in folder.iterdir():
        name = f"{within}{each.name}"
        if each.is_dir():
            found += _modules(f"{name}/", each)
        elif name.endswith(".py"):
            found.append((name, each))
    return found
