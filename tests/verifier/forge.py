"""A small round with its log and its archive, made by hand, so that tests can alter each byte."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np

from pilotzone_verify import leaves, manifests, notes, trees
from pilotzone_verify.canonical import canonical
from shared.scoring.arrays import FloatArray, IntArray
from shared.scoring.document.reader import read
from shared.scoring.framework import Framework
from shared.scoring.rank import rank
from shared.scoring.score import Sheet, score

Json = dict[str, Any]

APPLICANTS = ["C1", "C2", "C3", "P1"]
KINDS = ["county", "county", "county", "park"]
ORIGIN = "example.org/pilotzone/R/1"
SIGNER = notes.generate("example.org/pilotzone")
KEYS = [SIGNER.verifier]


def named(name: str) -> Json:
    """Return a name in both languages."""
    return {"zh": name, "en": name}


DOCUMENT = {
    "code": "forged",
    "version": "1",
    "name": named("forged"),
    "points": 10,
    "precision": 2,
    "measures": {
        "stations": {
            "name": named("stations"), "unit": "station", "type": "count",
            "reported_by": ["source"],
        },
        "mark": {
            "name": named("mark"), "unit": "mark", "type": "mark",
            "range": {"min": 0, "max": 100}, "panel": {},
        },
    },
    "dimensions": [
        {
            "code": "D",
            "name": named("D"),
            "categories": [
                {
                    "name": named("C"),
                    "indicators": [
                        {
                            "code": "I-1", "name": named("I-1"), "points": 6,
                            "derive": {"value": "stations"}, "normalise": {"best": {}},
                            "basis": "test",
                        },
                        {
                            "code": "I-2", "name": named("I-2"), "points": 4,
                            "derive": {"value": "mark"},
                            "normalise": {"target": {"floor": 0, "target": 100}}, "basis": "test",
                        },
                    ],
                }
            ],
        }
    ],
}  # fmt: skip


def salt(what: object) -> bytes:
    """Return a salt that only this file knows."""
    return sha256(repr(what).encode()).digest()[: leaves.SALT_LENGTH]


def record(number: int, applicant: str, measure: str, value: float) -> Json:
    """Return the record of a submission."""
    return {
        "applicant": applicant,
        "as_of": "2026-06-30",
        "codes": None,
        "comment": None,
        "confirmed_by": None,
        "id": number,
        "kind": "expert" if measure == "mark" else "source",
        "measure": measure,
        "number": leaves.double(value),
        "obs_status": None,
        "recorded_at": f"2026-07-01T00:00:{number:02d}.000000Z",
        "reference": "公报",
        "reported_at": None,
        "reporter": 1,
        "reporter_name": "bureau",
        "request_id": f"r{number}",
        "revision": 1,
        "status": "reported",
    }


@dataclass
class Forged:
    """A round's archive as lines, to be altered; `sealed` signs and closes it."""

    records: dict[int, list[Json]]
    origin: str = ORIGIN
    lines: list[Json] = field(default_factory=list)
    tree: list[bytes] = field(default_factory=list)
    salts: dict[int, bytes] = field(default_factory=dict)

    def alter(self, member: str, change: Callable[[Json], object], at: int = 0) -> "Forged":
        """Return a copy of which the line number *at* with this *member* is changed."""
        other = deepcopy(self)
        change([line for line in other.lines if member in line][at])
        return other

    def without(self, member: str, at: int = 0) -> "Forged":
        """Return a copy without the line number *at* that has this *member*."""
        other = deepcopy(self)
        other.lines.remove([line for line in other.lines if member in line][at])
        return other

    def written(self) -> list[bytes]:
        """Write the archive with its end."""
        body = [json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in self.lines]
        end = {"lines": len(body), "sha256": sha256(b"".join(body)).hexdigest()}
        return [*body, json.dumps({"end": end}).encode() + b"\n"]

    def checkpoint(self, size: int, signer: notes.Signer = SIGNER) -> str:
        """Sign a checkpoint of the first *size* entries."""
        said = notes.Checkpoint(self.origin, size, trees.root(self.tree[:size]))
        return str(notes.sign(str(said), [signer]))


def forged(epoch: int = 1, continues: Json | None = None) -> Forged:
    """Return the archive of a round after two runs, with its framework, events and checkpoint."""
    records = {
        1: [
            record(1, "C1", "stations", 40.0),
            record(2, "C2", "stations", 30.0),
            record(3, "P1", "stations", 7.0),
            record(4, "C1", "mark", 81.5),
        ],
        2: [record(5, "C3", "stations", 50.0)],
    }
    made = Forged(records, f"{ORIGIN[:-1]}{epoch}")
    written = canonical(DOCUMENT).decode()
    framework = sha256(written.encode()).hexdigest()
    made.lines += [
        {
            "format": "pilotzone-archive/1", "origin": made.origin, "round": "R", "run": 2,
            "reference_date": "2026-06-30",
        },
        {"framework": written},
    ]  # fmt: skip
    enter(
        made,
        "begun",
        round="R",
        epoch=epoch,
        framework=framework,
        reference_date="2026-06-30",
        continues=continues,
    )
    event = {
        "action": "round.opened", "actor": "province", "detail": "{}", "id": 1,
        "recorded_at": "2026-07-01T00:00:00.000000Z", "request_id": "r0", "subject": "R",
    }  # fmt: skip
    made.lines.append({"event": event, "salt": salt("event").hex(), "position": 1})
    hashed = trees.root([leaves.record_hash(salt("event"), event)])
    enter(made, "events", events={"count": 1, "root": hashed.hex()}, last=1)
    for run in records:
        _run(made, run, framework)
    made.lines.append({"checkpoint": made.checkpoint(len(made.tree))})
    return made


def enter(made: Forged, kind: str, **said: Any) -> None:
    """Append an entry to the log, which ends with it."""
    at = len(made.tree)
    body = manifests.write({
        "type": kind, "origin": made.origin, "suite": manifests.SUITE, "position": at,
        "previous": (made.tree[-1] if made.tree else trees.EMPTY).hex(),
        "time": f"2026-07-01T00:01:{at:02d}.000000Z", **said,
    })  # fmt: skip
    made.lines.append({"entry": body.decode()})
    made.tree.append(trees.leaf_hash(body))


def _run(made: Forged, run: int, framework: str) -> None:
    inputs = []
    for each in made.records[run]:
        made.lines.append({"submission": each, "salt": salt(each["id"]).hex(), "run": run})
        inputs.append(leaves.record_hash(salt(each["id"]), each))
    known = read(DOCUMENT)
    sheet, cohort = _scored(known, [each for n in range(1, run + 1) for each in made.records[n]])
    parameters = dict(zip(["county", "park"], map(_plain, sheet.parameters), strict=True))
    made.lines.append({"parameters": parameters, "run": run})
    places = _places(sheet, cohort)
    if run == max(made.records):
        made.lines += places
    ranking = [leaves.record_hash(bytes.fromhex(line["salt"]), line["place"]) for line in places]
    enter(
        made, "run", run=run, framework=framework, code="00" * 32,
        inputs={"count": len(inputs), "root": trees.root(inputs).hex()},
        parameters=leaves.parameters_hash(parameters).hex(),
        ranking={"count": len(ranking), "root": trees.root(ranking).hex()},
        reason={"kind": "automatic"},
    )  # fmt: skip


def _plain(parameters: Any) -> Json:
    return {
        code: {name: float(each) for name, each in taken.items()}
        for code, taken in parameters.items()
    }


def _scored(framework: Framework, said: list[Json]) -> tuple[Sheet, IntArray]:
    """Score what was said by the service's own rules; here each measure is one indicator."""
    values: FloatArray = np.full((len(APPLICANTS), 2), np.nan)
    for each in said:
        column = ["stations", "mark"].index(each["measure"])
        values[APPLICANTS.index(each["applicant"]), column] = leaves.from_double(each["number"])
    cohort = np.array([0, 0, 0, 1])
    return score(framework, values, np.isnan(values).astype(np.int32), cohort), cohort


def _places(sheet: Sheet, cohort: IntArray) -> list[Json]:
    own = rank(sheet.totals, cohort, sheet.blocked)
    overall = rank(sheet.totals, np.zeros_like(cohort), sheet.blocked)
    lines = []
    for at, code in enumerate(APPLICANTS):
        columns = [
            getattr(sheet, name)[at].tolist() for name in ("values", "shares", "units", "flags")
        ]
        place = {
            "applicant": code,
            "kind": KINDS[at],
            "blocked": bool(sheet.blocked[at]),
            "total": int(sheet.totals[at]),
            "rank": int(own.rank[at]),
            "tied": int(own.tied[at]),
            "overall_rank": int(overall.rank[at]),
            "overall_tied": int(overall.tied[at]),
            "card": leaves.card_hash(salt(code), *columns).hex(),
        }
        values, shares, units, flags = columns
        card = {"values": _nulls(values), "shares": _nulls(shares), "units": units, "flags": flags}
        lines.append({"place": place, "salt": salt(code).hex(), "scorecard": card})
    return lines


def _nulls(column: list[float]) -> list[float | None]:
    return [None if each != each else each for each in column]  # noqa: PLR0124 -- NaN


def proof(made: Forged, applicant: str = "C1") -> Json:
    """Return the proof file of an applicant's place in the last run."""
    places = [line for line in made.lines if "place" in line]
    hashes = [leaves.record_hash(bytes.fromhex(line["salt"]), line["place"]) for line in places]
    at = APPLICANTS.index(applicant)
    entries = [line["entry"] for line in made.lines if "entry" in line]
    return {
        "format": "pilotzone-proof/1",
        "round": "R",
        "run": max(made.records),
        **places[at],
        "ranking": {"index": at, "size": len(hashes), "path": _hex(trees.inclusion(hashes, at))},
        "manifest": entries[-1],
        "log": _in_log(made, len(entries) - 1),
        "beginning": {"manifest": entries[0], "log": _in_log(made, 0)},
        "checkpoint": made.checkpoint(len(entries)),
    }


def _in_log(made: Forged, at: int) -> Json:
    return {"index": at, "size": len(made.tree), "path": _hex(trees.inclusion(made.tree, at))}


def receipt(made: Forged, number: int, sealed_by: str, signer: notes.Signer = SIGNER) -> Json:
    """Return the receipt file of a submission."""
    said = next(each for run in made.records.values() for each in run if each["id"] == number)
    leaf = leaves.record_hash(salt(number), said)
    accepted = "2026-07-01T00:00:00.000000Z"
    lines = ("example.org/pilotzone/R", "receipt", number, leaf.hex(), accepted, sealed_by)
    note = notes.sign("".join(f"{line}\n" for line in lines), [signer])
    return {"note": str(note), "record": said, "salt": salt(number).hex()}


def _hex(path: list[bytes]) -> list[str]:
    return [each.hex() for each in path]
