"""What an explanation says, sentence by sentence: for a terminal, and for a page."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.explanations import words
from shared.explanations.formula import formula, number
from shared.explanations.values import in_words
from shared.explanations.words import Language, phrase, say
from shared.scoring.flags import Flag
from shared.scoring.framework import Missing

Document = Mapping[str, Any]


class Sentences:
    """The sentences of one explanation *document*, in one *language*."""

    def __init__(self, document: Document, language: Language) -> None:
        """Speak of *document*, which `service.prepared` describes."""
        self._document = document
        self._language = language
        self.measures: Mapping[str, Document] = {
            each["measure"]: each for each in document["measures"]
        }
        self.names = {code: self.name(each["name"]) or code for code, each in self.measures.items()}

    def line(self, line: Document) -> Iterator[str]:
        """Say step by step how the value of *line* became points, and what would change them."""
        if line["value"] is None:
            yield self._missing(line)
        else:
            value = self.raw(line)
            formed = formula(self._language, line["derivation"], self.names)
            yield self.say("raw", value=value, formula=formed)
            yield self.say("line withheld") if line.get("withheld") else self._share(line)
        if line["in_force"] is not None and not _skipped(line):
            yield self.say(
                "in force",
                full=number(line["full"]),
                own=number(line["own_full"]),
                dimension=number(line["in_force"]["dimension"]),
                counted=number(line["in_force"]["counted"]),
            )
        if line["share"] is not None:
            yield self.say(
                "points",
                share=number(line["share"]),
                full=number(line["full"]),
                unrounded=number(line["unrounded"]),
                points=self.points(line["points"]),
            )
        more = line["one_more"]
        if more is not None and (more["gain"] != 0 or line["share"] < 1):
            gain = f"{more['gain']:+.{self._document['precision']}f}"
            points = self.points(more["points"])
            yield self.say("one more", value=number(more["value"]), points=points, gain=gain)
        yield from self.flags(line)

    def raw(self, line: Document) -> str:
        """Write the raw value of *line*, which has one; of grades, the grade."""
        if "grades" in line["normalisation"]["rule"]:
            graded = self.measures[line["derivation"]["terms"][0]["measure"]]
            return in_words(self._language, graded, line["value"])
        return number(line["value"])

    def flags(self, line: Document) -> Iterator[str]:
        """Say what is remarked on *line*, but that it is missing."""
        for flag in line["flags"]:
            if flag != Flag.MISSING.name.lower():
                yield say(self._language, words.FLAGS[Flag[flag.upper()]])

    def resolved(self, code: str) -> str:
        """Say what the measure *code* came to."""
        measure = self.measures[code]
        value = self.say("nothing")
        if measure["value"] is not None:
            shown = in_words(self._language, measure, measure["value"])
            value = f"{shown} {self.unit(code)}".rstrip()
        return self.say("resolved", name=self.names[code], code=code, value=value)

    def unit(self, code: str) -> str:
        """Name the unit of the measure *code*; empty where it has none."""
        unit = self.measures[code]["unit_name"]
        return "" if unit is None else str(unit[self._language])

    def rule(self, rule: Document) -> str:
        """Say by which *rule* many submissions of a measure become one value."""
        if rule["kind"] == "authority":
            kinds = (self.kind(each) for each in rule["order"])
            return self.say("authority", kinds=" > ".join(kinds))
        combine = say(self._language, words.COMBINE[rule["combine"]])
        least = rule["at_least"]
        said = [self.say("panel of one" if least == 1 else "panel", combine=combine, least=least)]
        if rule["combine"] == "trimmed_mean":
            trim = {"trim": rule["trim"], "from": rule["trim_from"]}
            said.append(self.say("trim", **trim))
        return self._clauses(said)

    def kind(self, kind: str) -> str:
        """Name a *kind* of reporters or of applicants."""
        return say(self._language, words.KINDS[kind])

    def say(self, key: str, /, **values: object) -> str:
        """Return a phrase of `words.PHRASES`, filled."""
        return phrase(self._language, key, **values)

    def aside(self, text: str, aside: str) -> str:
        """Return *text* with an *aside* behind it."""
        return self.say("aside", text=text, aside=aside)

    def name(self, name: Document) -> str:
        """Return *name* on one line, in the language."""
        chosen: str = name[self._language]
        return " ".join(chosen.split())

    def points(self, points: float | None) -> str:
        """Write *points* with the framework's decimals; None is what the reader may not see."""
        if points is None:
            return self.say("withheld")
        return f"{points:.{self._document['precision']}f}"

    def _missing(self, line: Document) -> str:
        """Say once that there is no value, what becomes of the points, and what one could add."""
        formed = formula(self._language, line["derivation"], self.names)
        clauses = [self.say("raw missing", formula=formed)]
        if _skipped(line):
            moved = "skipped" if line["in_force"]["counted"] else "skipped with all"
            clauses.append(self.say(moved, own=number(line["own_full"])))
        if line["costs_at_most"]:
            clauses.append(self.say("costs", costs=self.points(line["costs_at_most"])))
        return self._clauses(clauses)

    def _share(self, line: Document) -> str:
        scale = line["normalisation"]
        share = self.say("share", share=number(line["share"]))
        notes = []
        if Flag.FLAT.name.lower() not in line["flags"]:  # between equal ends there is no place
            notes.append(self._method(scale))
            if scale["direction"] == "lower":
                notes.append(self.say("lower"))
        if scale["cohort"] is not None:
            n = int(scale["cohort"]["n"])
            notes.append(self.say("cohort of one" if n == 1 else "cohort", n=n))
        return self.say("explained", what=share, how=self._clauses(notes))

    def _method(self, scale: Document) -> str:
        known = {**scale["rule"], **(scale["cohort"] or {})}
        numbers = {
            name: number(each) for name, each in known.items() if isinstance(each, int | float)
        }
        return say(self._language, words.METHODS[scale["method"]], **numbers)

    def _clauses(self, clauses: Iterable[str]) -> str:
        return self.say("semicolon").join(clauses)


def read_by(line: Document) -> Iterator[str]:
    """Yield the code of each measure that *line* reads, as often as it does."""
    derivation = line["derivation"]
    yield from (each["measure"] for each in derivation["terms"])
    if derivation["denominator"] is not None:
        yield derivation["denominator"]["measure"]


def _skipped(line: Document) -> bool:
    return line["value"] is None and line["missing_rule"] == Missing.SKIP
