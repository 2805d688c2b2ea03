"""An explanation as text: what its JSON says, in sentences, in Chinese or English."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.explanations import words
from shared.explanations.formula import formula, moment, number
from shared.explanations.values import in_words, value_in_words
from shared.explanations.verdicts import Verdict
from shared.explanations.width import fill, plain, width, wrap
from shared.explanations.words import Language, phrase, say
from shared.scoring.flags import Flag
from shared.scoring.framework import Missing

COLUMNS = 100

LANGUAGES: Mapping[str, Language] = {"zh": "zh", "en": "en"}

Document = Mapping[str, Any]


def render(document: Document, language: Language) -> str:
    """Return the explanation *document* as lines of at most `COLUMNS` columns."""
    return _Text(document, language).render()


class _Text:
    """One rendering: the document, the language, and which measures were shown already."""

    def __init__(self, document: Document, language: Language) -> None:
        self._document = document
        self._language = language
        self._measures = {each["measure"]: each for each in document["measures"]}
        self._names = {
            code: self._name(each["name"]) or code for code, each in self._measures.items()
        }
        self._shown: set[str] = set()

    def render(self) -> str:
        lines = [*self._head(), ""]
        for dimension in self._document["dimensions"]:
            lines += [*self._dimension(dimension), ""]
        lines += self._wrapped(self._say("check", **self._document["framework"]), 0)
        return "\n".join(lines) + "\n"

    def _head(self) -> Iterator[str]:
        document = self._document
        as_of = moment(document["as_of"])
        name = self._name(document["name"])
        kind = say(self._language, words.KINDS[document["kind"]])
        yield from self._wrapped(f"{self._aside(name, document['applicant'])} · {kind}", 0)
        about = (
            self._say("round", round=document["round"]),
            self._say("as of run", run=document["run"], as_of=as_of),
            self._say("reference date", date=document["reference_date"]),
        )
        yield from self._wrapped(" · ".join(about), 0)
        yield from self._wrapped(" · ".join(self._place()), 0)
        for side in ("above", "below"):
            if (other := document[side]) is not None:
                yield from self._wrapped(self._neighbour(side, other), 2)
                yield from self._ahead(other)

    def _place(self) -> Iterator[str]:
        document = self._document
        total, full = self._points(document["total"]), self._points(document["full"])
        yield self._say("total", total=total, full=full)
        if document["cohort_size"] is None:
            yield self._say("place withheld")
        elif document["rank"] is None:
            yield self._say("unranked")
        else:
            yield self._say("rank", rank=document["rank"], size=document["cohort_size"])
            if document["tied"] > 1:
                yield self._say("tied", tied=document["tied"])
        yield self._say("coverage", coverage=f"{document['coverage']:.1%}")

    def _neighbour(self, side: str, other: Document) -> str:
        codes = self._list(other["applicants"])
        if other["tied"] > len(other["applicants"]):
            codes = self._say("and others", codes=codes, tied=other["tied"])
        return self._say(
            side,
            rank=other["rank"],
            applicants=codes,
            total=self._points(other["total"]),
            distance=self._points(other["distance"]),
        )

    def _ahead(self, other: Document) -> Iterator[str]:
        """Say in which lines the first of the neighbours earns more, where that was told."""
        names = {each["indicator"]: each["name"] for each in self._document["lines"]}
        for each in other.get("ahead_in") or ():
            sentence = self._say(
                "ahead",
                applicant=other["applicants"][0],
                indicator=each["indicator"],
                name=self._name(names[each["indicator"]]),
                theirs=self._points(each["theirs"]),
                points=self._points(each["points"]),
            )
            yield from self._wrapped(sentence, 4)

    def _dimension(self, dimension: Document) -> Iterator[str]:
        lines = [each for each in self._document["lines"] if each["dimension"] == dimension["code"]]
        yield from self._heading(0, dimension["code"], dimension)
        if dimension["full"] != dimension["own_full"]:
            yield from self._wrapped(self._passed_on(dimension), 2)
        for line in lines:
            yield from self._heading(2, line["indicator"], line)
            for sentence in self._line(line):
                yield from self._wrapped(sentence, 6)
            for code in self._read(line):
                yield from self._measure(code)

    def _passed_on(self, dimension: Document) -> str:
        """Say where the points of an empty dimension go, or what one has of others."""
        own = number(dimension["own_full"])
        if not dimension["full"]:
            return self._say("passed on", own=own)
        others = [each["own_full"] for each in self._document["dimensions"] if each["full"]]
        return self._say(
            "taken over",
            full=number(dimension["full"]),
            own=own,
            total=number(self._document["full"]),
            counted=number(sum(others)),
        )

    def _heading(self, indent: int, code: str, item: Document) -> Iterator[str]:
        """Set what is earned against the right margin, the rest of a long name below."""
        points, full = self._points(item["points"]), self._points(item["full"])
        right = self._say("of", points=points, full=full)
        name = plain(f"{code} {self._name(item['name'])}")
        room = COLUMNS - width(right)
        first, *rest = wrap(name, room - 1, " " * indent, " " * (indent + 2))
        yield fill(first, max(room, width(first) + 1)) + right
        yield from rest

    def _line(self, line: Document) -> Iterator[str]:
        if line["value"] is None:
            yield self._missing(line)
        else:
            value = number(line["value"])
            if "grades" in line["normalisation"]["rule"]:
                graded = self._measures[line["derivation"]["terms"][0]["measure"]]
                value = in_words(self._language, graded, line["value"])
            yield self._say("raw", value=value, formula=self._formula(line["derivation"]))
            yield self._say("line withheld") if line.get("withheld") else self._share(line)
        if line["in_force"] is not None and not _skipped(line):
            yield self._say(
                "in force",
                full=number(line["full"]),
                own=number(line["own_full"]),
                dimension=number(line["in_force"]["dimension"]),
                counted=number(line["in_force"]["counted"]),
            )
        if line["share"] is not None:
            yield self._say(
                "points",
                share=number(line["share"]),
                full=number(line["full"]),
                unrounded=number(line["unrounded"]),
                points=self._points(line["points"]),
            )
        more = line["one_more"]
        if more is not None and (more["gain"] != 0 or line["share"] < 1):
            gain = f"{more['gain']:+.{self._document['precision']}f}"
            points = self._points(more["points"])
            yield self._say("one more", value=number(more["value"]), points=points, gain=gain)
        for flag in line["flags"]:
            if flag != Flag.MISSING.name.lower():  # the line said so already
                yield say(self._language, words.FLAGS[Flag[flag.upper()]])

    def _missing(self, line: Document) -> str:
        """Say once that there is no value, what becomes of the points, and what one could add."""
        clauses = [self._say("raw missing", formula=self._formula(line["derivation"]))]
        if _skipped(line):
            moved = "skipped" if line["in_force"]["counted"] else "skipped with all"
            clauses.append(self._say(moved, own=number(line["own_full"])))
        if line["costs_at_most"]:
            clauses.append(self._say("costs", costs=self._points(line["costs_at_most"])))
        return self._clauses(clauses)

    def _formula(self, derivation: Document) -> str:
        return formula(self._language, derivation, self._names)

    def _share(self, line: Document) -> str:
        scale = line["normalisation"]
        share = self._say("share", share=number(line["share"]))
        notes = []
        if Flag.FLAT.name.lower() not in line["flags"]:  # between equal ends there is no place
            notes.append(self._method(scale))
            if scale["direction"] == "lower":
                notes.append(self._say("lower"))
        if scale["cohort"] is not None:
            n = int(scale["cohort"]["n"])
            notes.append(self._say("cohort of one" if n == 1 else "cohort", n=n))
        return self._say("explained", what=share, how=self._clauses(notes))

    def _method(self, scale: Document) -> str:
        known = {**scale["rule"], **(scale["cohort"] or {})}
        numbers = {
            name: number(each) for name, each in known.items() if isinstance(each, int | float)
        }
        return say(self._language, words.METHODS[scale["method"]], **numbers)

    def _read(self, line: Document) -> Iterator[str]:
        derivation = line["derivation"]
        yield from (each["measure"] for each in derivation["terms"])
        if derivation["denominator"] is not None:
            yield derivation["denominator"]["measure"]

    def _measure(self, code: str) -> Iterator[str]:
        measure = self._measures[code]
        if not measure["submissions"] and not measure.get("withheld"):
            name = self._names[code]
            yield from self._wrapped(self._say("no submission", name=name, code=code), 6)
            return
        value = self._say("nothing")
        if measure["value"] is not None:
            value = (
                f"{in_words(self._language, measure, measure['value'])} {measure['unit']}".rstrip()
            )
        head = self._say("resolved", name=self._names[code], code=code, value=value)
        if code in self._shown:
            yield from self._wrapped(self._aside(head, self._say("see above")), 6)
            return
        self._shown.add(code)
        yield from self._wrapped(self._aside(head, self._rule(measure["rule"])), 6)
        for each in measure["submissions"]:
            yield from self._submission(each)

    def _rule(self, rule: Document) -> str:
        if rule["kind"] == "authority":
            kinds = (say(self._language, words.KINDS[each]) for each in rule["order"])
            return self._say("authority", kinds=" > ".join(kinds))
        combine = say(self._language, words.COMBINE[rule["combine"]])
        least = rule["at_least"]
        said = [self._say("panel of one" if least == 1 else "panel", combine=combine, least=least)]
        if rule["combine"] == "trimmed_mean":
            trim = {"trim": rule["trim"], "from": rule["trim_from"]}
            said.append(self._say("trim", **trim))
        return self._clauses(said)

    def _submission(self, each: Document) -> Iterator[str]:
        statement = self._say(
            "statement",
            id=each["id"],
            kind=say(self._language, words.KINDS[each["kind"]]),
            reporter=each["reporter"],
            date=each["as_of"],
            value=value_in_words(self._language, each["value"]),
        )
        mark = "+" if each["verdict"] == Verdict.COUNTS else "-"
        judged = self._say("judged", statement=statement, reason=self._name(each["reason"]))
        yield from self._wrapped(f"{mark} {judged}", 8)
        yield from self._wrapped(self._say("recorded", time=moment(each["recorded_at"])), 10)
        for key in ("reference", "comment"):
            if each[key]:
                text = " ".join(each[key].split())
                yield from self._wrapped(self._say(key, text=text), 10)

    def _wrapped(self, text: str, indent: int) -> list[str]:
        return wrap(plain(text), COLUMNS, " " * indent, " " * (indent + 2))

    def _aside(self, text: str, aside: str) -> str:
        return self._say("aside", text=text, aside=aside)

    def _list(self, items: Iterable[str]) -> str:
        return self._say("comma").join(items)

    def _clauses(self, clauses: Iterable[str]) -> str:
        return self._say("semicolon").join(clauses)

    def _say(self, key: str, /, **values: object) -> str:
        return phrase(self._language, key, **values)

    def _name(self, name: Document) -> str:
        chosen: str = name[self._language]
        return " ".join(chosen.split())

    def _points(self, points: float | None) -> str:
        if points is None:
            return self._say("withheld")
        return f"{points:.{self._document['precision']}f}"


def _skipped(line: Document) -> bool:
    return line["value"] is None and line["missing_rule"] == Missing.SKIP
