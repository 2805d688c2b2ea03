"""Entries of logs as they are made: their bytes, one behind the other, and what a run says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
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


class Log:
    """The end of a log as it grows; *name* begins the origin of one that begins."""

    def __init__(self, head: Head, name: str = "") -> None:
        """Stand where the *head* does."""
        self.entries: list[NewEntry] = []
        self.moments: list[datetime] = []
        self.epoch, self.size, self.leaf = head.epoch, head.size, head.leaf
        self._origin, self._name, self._now = head.origin, name, head.now

    def begin(self, code: str, **said: Any) -> None:
        """Add the first entry, of the round of this *code*."""
        self._origin = f"{self._name}/{code}/{self.epoch}"
        self.add("begun", round=code, epoch=self.epoch, **said)

    def add(self, kind: str, number: int | None = None, **said: Any) -> None:
        """Add an entry of this *kind*; *number* is the run's that it seals, if it does."""
        moment = self._now + len(self.entries) * TICK
        if number is not None:
            said["run"] = number
        body = manifests.write(
            {
                "type": kind,
                "origin": self._origin,
                "suite": manifests.SUITE,
                "position": self.size,
                "previous": self.leaf.hex(),
                "time": in_microseconds(moment),
                **said,
            }
        )
        self.leaf = leaf_hash(body)
        self.size += 1
        self.entries.append(NewEntry(kind, body.decode(), self.leaf, number))
        self.moments.append(moment)


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
