"""An explanation as text: what its JSON says, in sentences, in Chinese or English."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.domain.explain import Verdict
from shared.domain.flags import Flag
from shared.explanation import words
from shared.explanation.width import fill, plain, width, wrap
from shared.explanation.words import Language, phrase, say

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
        self._shown: set[str] = set()

    def render(self) -> str:
        lines = [*self._head(), ""]
        for dimension in self._document["dimensions"]:
            lines += [*self._dimension(dimension), ""]
        lines += self._wrapped(self._say("check", **self._document["framework"]), 0)
        return "\n".join(lines) + "\n"

    def _head(self) -> Iterator[str]:
        document = self._document
        as_of = document["as_of"].replace("T", " ")[:19] + " UTC"
        name = self._name(document["name"])
        kind = say(self._language, words.KINDS[document["kind"]])
        yield from self._wrapped(f"{name} ({document['applicant']}) · {kind}", 0)
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

    def _place(self) -> Iterator[str]:
        document = self._document
        total, full = self._points(document["total"]), self._points(document["full"])
        yield self._say("total", total=total, full=full)
        if document["rank"] is None:
            yield self._say("unranked")
        else:
            yield self._say("rank", rank=document["rank"], size=document["cohort_size"])
            if document["tied"] > 1:
                yield self._say("tied", tied=document["tied"])
        yield self._say("coverage", coverage=f"{document['coverage']:.1%}")

    def _neighbour(self, side: str, other: Document) -> str:
        codes = ", ".join(other["applicants"])
        if other["tied"] > len(other["applicants"]):
            codes = self._say("and others", codes=codes, tied=other["tied"])
        return self._say(
            side,
            rank=other["rank"],
            applicants=codes,
            total=self._points(other["total"]),
            distance=self._points(other["distance"]),
        )

    def _dimension(self, dimension: Document) -> Iterator[str]:
        lines = [each for each in self._document["lines"] if each["dimension"] == dimension["code"]]
        yield self._heading(0, dimension["code"], dimension)
        for line in lines:
            yield self._heading(2, line["indicator"], line)
            for sentence in self._line(line):
                yield from self._wrapped(sentence, 6)
            for code in self._read(line):
                yield from self._measure(code)

    def _heading(self, indent: int, code: str, item: Document) -> str:
        """Set what is earned against the right margin."""
        left = plain(f"{' ' * indent}{code} {self._name(item['name'])}")
        points, full = self._points(item["points"]), self._points(item["full"])
        right = self._say("of", points=points, full=full)
        return fill(left, max(COLUMNS - width(right), width(left) + 1)) + right

    def _line(self, line: Document) -> Iterator[str]:
        formula = self._formula(line["derivation"])
        if line["value"] is None:
            yield self._say("raw missing", formula=formula)
            missing = ", ".join(line["missing_measures"])
            yield self._say("costs", costs=self._points(line["costs_at_most"]), measures=missing)
        else:
            value = _in_words(line["value"], line["normalisation"]["rule"].get("grades"))
            yield self._say("raw", value=value, formula=formula)
            yield self._share(line)
        if line["in_force"] is not None:
            yield self._say(
                "in force",
                full=_number(line["full"]),
                own=_number(line["own_full"]),
                dimension=_number(line["in_force"]["dimension"]),
                counted=_number(line["in_force"]["counted"]),
            )
        if line["share"] is not None:
            yield self._say(
                "points",
                share=_number(line["share"]),
                full=_number(line["full"]),
                unrounded=_number(line["unrounded"]),
                points=self._points(line["points"]),
            )
        if (more := line["one_more"]) is not None:
            gain = f"{more['gain']:+.{self._document['precision']}f}"
            points = self._points(more["points"])
            yield self._say("one more", value=_number(more["value"]), points=points, gain=gain)
        for flag in line["flags"]:
            yield say(self._language, words.FLAGS[Flag[flag.upper()]])

    def _formula(self, derivation: Document) -> str:
        terms = derivation["terms"]
        match derivation["kind"]:
            case "sum":
                formula = " + ".join(f"{_number(each['weight'])} × {_term(each)}" for each in terms)
            case "ratio":
                over = _term(derivation["denominator"])
                formula = f"{_term(terms[0])} / {over} × {_number(derivation['per'])}"
            case "distinct":
                formula = self._say("distinct", code=terms[0]["measure"])
            case _:
                formula = terms[0]["measure"]
        if derivation["cap"] is not None:
            formula += f"; {self._say('cap', cap=_number(derivation['cap']))}"
        return formula

    def _share(self, line: Document) -> str:
        scale = line["normalisation"]
        known = {**scale["rule"], **(scale["cohort"] or {})}
        numbers = {
            name: _number(each) for name, each in known.items() if isinstance(each, int | float)
        }
        method = say(self._language, words.METHODS[scale["method"]], **numbers)
        notes = [method]
        if scale["direction"] == "lower":
            notes.append(self._say("lower"))
        if scale["cohort"] is not None:
            notes.append(self._say("cohort", n=scale["cohort"]["n"]))
        return self._say("share", share=_number(line["share"]), method="; ".join(notes))

    def _read(self, line: Document) -> Iterator[str]:
        derivation = line["derivation"]
        yield from (each["measure"] for each in derivation["terms"])
        if derivation["denominator"] is not None:
            yield derivation["denominator"]["measure"]

    def _measure(self, code: str) -> Iterator[str]:
        measure = self._measures[code]
        value = self._say("nothing")
        if measure["value"] is not None:
            grades = measure["codes"] if measure["type"] in {"category", "flag"} else None
            value = f"{_in_words(measure['value'], grades)} {measure['unit']}".rstrip()
        head = self._say("resolved", name=self._name(measure["name"]), code=code, value=value)
        if code in self._shown:
            yield from self._wrapped(f"{head} ({self._say('see above')})", 6)
            return
        self._shown.add(code)
        yield from self._wrapped(f"{head} ({self._rule(measure['rule'])})", 6)
        for each in measure["submissions"]:
            yield from self._submission(each)
        if not measure["submissions"]:
            yield from self._wrapped(self._say("no submission"), 8)

    def _rule(self, rule: Document) -> str:
        if rule["kind"] == "authority":
            kinds = (say(self._language, words.KINDS[each]) for each in rule["order"])
            return self._say("authority", kinds=" > ".join(kinds))
        combine = say(self._language, words.COMBINE[rule["combine"]])
        said = self._say("panel", combine=combine, least=rule["at_least"])
        if rule["combine"] == "trimmed_mean":
            trim = {"trim": rule["trim"], "from": rule["trim_from"]}
            said += f"; {self._say('trim', **trim)}"
        return said

    def _submission(self, each: Document) -> Iterator[str]:
        statement = self._say(
            "statement",
            id=each["id"],
            kind=say(self._language, words.KINDS[each["kind"]]),
            reporter=each["reporter"],
            date=each["as_of"],
            value=self._value(each["value"]),
        )
        mark = "+" if each["verdict"] == Verdict.COUNTS else "-"
        reason = self._name(each["reason"])
        yield from self._wrapped(f"{mark} {statement} — {reason}", 8)
        for key in ("reference", "comment"):
            if each[key]:
                text = " ".join(each[key].split())
                yield from self._wrapped(self._say(key, text=text), 10)

    def _value(self, value: Any) -> str:
        match value:
            case None:
                return self._say("withdrawn")
            case bool():
                return self._say("yes" if value else "no")
            case list():
                return ", ".join(value) or self._say("none of the codes")
            case str():
                return value
            case _:
                return _number(value)

    def _wrapped(self, text: str, indent: int) -> list[str]:
        return wrap(plain(text), COLUMNS, " " * indent, " " * (indent + 2))

    def _say(self, key: str, /, **values: object) -> str:
        return phrase(self._language, key, **values)

    def _name(self, name: Document) -> str:
        chosen: str = name[self._language]
        return " ".join(chosen.split())

    def _points(self, points: float) -> str:
        return f"{points:.{self._document['precision']}f}"


def _term(term: Document) -> str:
    value = "?" if term["value"] is None else _number(term["value"])
    return f"{term['measure']} ({value})"


def _number(value: float) -> str:
    return f"{value:.10g}"


def _in_words(value: float, grades: Sequence[Any] | None) -> str:
    """Return a number, or the grade that it stands for."""
    if grades is None:
        return _number(value)
    grade = grades[int(value)]
    return str(grade["grade"] if isinstance(grade, Mapping) else grade)
