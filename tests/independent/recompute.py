"""Compute an explained score again, from its JSON alone, and compare to the last digit.

The JSON is in the file that is named, or on standard input. Each check prints a line; the exit
status is 0 if all hold, 1 if not, 2 without an explanation. It needs nothing but Python itself.
"""

import json
import sys
from pathlib import Path

from tests.independent.rules import (
    Json,
    Number,
    derive,
    half_up,
    in_original_unit,
    normalise,
    resolve,
    revised_after_sight,
    share_out,
)

Scored = list[tuple[float, float, int]]


class Recomputation:
    """One document, computed again; units are whole numbers of 10 ** -precision points."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.measures: list[Json] = document["measures"]
        self.lines: list[Json] = document["lines"]
        self.unit = 10 ** document["precision"]
        self.own = [round(line["own_full"] * self.unit) for line in self.lines]
        self.failures = 0

    def equal(self, what: str, stated: object, computed: object) -> None:
        """Print a comparison, and count it if it fails."""
        holds = stated == computed
        self.failures += not holds
        difference = "" if holds else f", but is {computed!r}"
        print(f"{'ok  ' if holds else 'FAIL'} {what}: {stated!r}{difference}")  # noqa: T201

    def score(self, shares: list[Number]) -> Scored:
        """Give maximum in force, amount and units of each line, had they these shares."""
        found, of = [], [line["dimension"] for line in self.lines]
        skipped = self.skipped(shares)
        dimensions = self.dimensions(skipped)
        for at in range(len(of)):
            peers = [i for i, code in enumerate(of) if code == of[at]]
            full = float(self.own[at])
            whole = dimensions[of[at]]
            if any(skipped[i] for i in peers) or whole != sum(self.own[i] for i in peers):
                counted = [0 if skipped[i] else self.own[i] for i in peers]
                full = float(share_out(whole, counted)[peers.index(at)])
            amount = (shares[at] or 0.0) * full
            found.append((full, amount, half_up(amount, full)))
        return found

    def skipped(self, shares: list[Number]) -> list[bool]:
        """Say which lines are skipped, had they these shares."""
        lines = zip(self.lines, shares, strict=True)
        return [line["missing_rule"] == "skip" and share is None for line, share in lines]

    def dimensions(self, skipped: list[bool]) -> dict[str, int]:
        """Give the units in force of each dimension: empty ones pass theirs on, if so ruled."""
        own: dict[str, int] = {}
        left: dict[str, int] = {}
        for line, full, gone in zip(self.lines, self.own, skipped, strict=True):
            code = line["dimension"]
            own[code] = own.get(code, 0) + full
            left[code] = left.get(code, 0) + (0 if gone else full)
        if self.document["empty_rule"] == "zero" or all(left.values()):
            return own
        counted = [full if left[code] else 0 for code, full in own.items()]
        return dict(zip(own, share_out(sum(own.values()), counted), strict=True))

    def check(self) -> bool:
        """Compute all of it again; say whether everything is as stated."""
        values: dict[str, Number] = {}
        for measure in self.measures:
            name = measure["measure"]
            if measure.get("withheld"):
                values[name] = measure["value"]
                continue
            values[name], verdict = resolve(measure, self.document["reference_date"])
            for each in measure["submissions"]:
                self.equal(f"{name} #{each['id']}", each["verdict"], verdict[each["id"]])
            self.equal(f"{name} value", measure["value"], values[name])
            if measure["rule"]["kind"] == "panel":
                stated = "revised_after_sight" in measure["flags"]
                revised = revised_after_sight(measure, self.document["reference_date"])
                self.equal(f"{name} revised after sight", stated, revised)
        shares = []
        for line in self.lines:
            rule, name = line["derivation"], line["indicator"]
            for term in [*rule["terms"], *filter(None, [rule["denominator"]])]:
                self.equal(f"{name} reads", term["value"], values[term["measure"]])
            raw = derive(rule, values)
            self.equal(f"{name} raw value", line["value"], raw)
            shares.append(normalise(raw, line["normalisation"]))
        scored = self.score(shares)
        for at in range(len(self.lines)):
            self.check_line(at, shares, scored)
        self.check_sums(shares, scored)
        return self.failures == 0

    def check_line(self, at: int, shares: list[Number], scored: Scored) -> None:
        """Check what a line earns, lacks, and would earn."""
        line, share, (full, amount, units) = self.lines[at], shares[at], scored[at]
        name, scale, more = line["indicator"], line["normalisation"], line["one_more"]
        self.equal(f"{name} share", line["share"], share)
        for what, computed in (("full", full), ("unrounded", amount), ("points", units)):
            self.equal(f"{name} {what}", line[what], computed / self.unit)
        best = self.score([*shares[:at], 1.0, *shares[at + 1 :]])
        rise = sum(each[2] for each in best) - sum(each[2] for each in scored)
        cost = max(rise, 0) / self.unit if share is None else None
        self.equal(f"{name} costs at most", line["costs_at_most"], cost)
        if scale["method"] == "z_score" and share is not None:
            stated = scale["cohort"]["mean"], scale["cohort"]["deviation"]
            self.equal(f"{name} mean, deviation", stated, in_original_unit(scale["cohort"]))
        if more is not None:
            if scale["cohort"] is None:
                share = normalise(more["value"], scale)
                self.equal(f"{name} share with one more", more["share"], share)
            then = half_up(more["share"] * full, full)
            self.equal(f"{name} points with one more", more["points"], then / self.unit)
            self.equal(f"{name} gain of one more", more["gain"], (then - units) / self.unit)

    def check_sums(self, shares: list[Number], scored: Scored) -> None:
        """Check dimensions, total, coverage, and the distances to the neighbours."""
        document, unit = self.document, self.unit
        units = [each for _, _, each in scored]
        whole = self.dimensions(self.skipped(shares))
        for each in document["dimensions"]:
            mine = [at for at, line in enumerate(self.lines) if line["dimension"] == each["code"]]
            points, own = (sum(of[at] for at in mine) / unit for of in (units, self.own))
            self.equal(f"{each['code']} points", each["points"], points)
            self.equal(f"{each['code']} own full", each["own_full"], own)
            self.equal(f"{each['code']} full", each["full"], whole[each["code"]] / unit)
        total = sum(units)
        self.equal("total", document["total"], total / unit)
        self.equal("full", document["full"], sum(self.own) / unit)
        known = sum(own for own, share in zip(self.own, shares, strict=True) if share is not None)
        self.equal("coverage", document["coverage"], known / sum(self.own))
        for side in filter(document.get, ("above", "below")):
            away = abs(round(document[side]["total"] * unit) - total) / unit
            self.equal(f"distance {side}", document[side]["distance"], away)


def main(arguments: list[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        print(f"usage: python3 -m tests.independent.recompute [FILE]\n\n{__doc__}", end="")  # noqa: T201
        return 0
    try:
        text = Path(arguments[0]).read_bytes() if arguments else sys.stdin.buffer.read()
        recomputation = Recomputation(json.loads(text))
    except (OSError, ValueError, LookupError, TypeError) as error:
        print(f"error: no explanation to check: {error!r}", file=sys.stderr)  # noqa: T201
        return 2
    return 0 if recomputation.check() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
