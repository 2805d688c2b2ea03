"""An explanation as text: what its JSON says, in sentences, in Chinese or English."""

from collections.abc import Iterable, Iterator, Mapping

from shared.explanations.formula import moment, number
from shared.explanations.sentences import Document, Sentences, read_by
from shared.explanations.values import value_in_words
from shared.explanations.verdicts import Verdict
from shared.explanations.width import fill, plain, width, wrap
from shared.explanations.words import Language

COLUMNS = 100

LANGUAGES: Mapping[str, Language] = {"zh": "zh", "en": "en"}


def render(document: Document, language: Language) -> str:
    """Return the explanation *document* as lines of at most `COLUMNS` columns."""
    return _Text(document, language).render()


class _Text:
    """One rendering: the document, the language, and which measures were shown already."""

    def __init__(self, document: Document, language: Language) -> None:
        self._document = document
        self._language = language
        self._told = Sentences(document, language)
        self._shown: set[str] = set()

    def render(self) -> str:
        lines = [*self._head(), ""]
        for dimension in self._document["dimensions"]:
            lines += [*self._dimension(dimension), ""]
        lines += self._wrapped(self._told.say("check", **self._document["framework"]), 0)
        return "\n".join(lines) + "\n"

    def _head(self) -> Iterator[str]:
        document = self._document
        as_of = moment(document["as_of"])
        name = self._told.name(document["name"])
        kind = self._told.kind(document["kind"])
        yield from self._wrapped(f"{self._told.aside(name, document['applicant'])} · {kind}", 0)
        about = (
            self._told.say("round", round=document["round"]),
            self._told.say("as of run", run=document["run"], as_of=as_of),
            self._told.say("reference date", date=document["reference_date"]),
        )
        yield from self._wrapped(" · ".join(about), 0)
        yield from self._wrapped(" · ".join(self._place()), 0)
        for side in ("above", "below"):
            if (other := document[side]) is not None:
                yield from self._wrapped(self._neighbour(side, other), 2)
                yield from self._ahead(other)

    def _place(self) -> Iterator[str]:
        document = self._document
        total, full = self._told.points(document["total"]), self._told.points(document["full"])
        yield self._told.say("total", total=total, full=full)
        if document["cohort_size"] is None:
            yield self._told.say("place withheld")
        elif document["rank"] is None:
            yield self._told.say("unranked")
        else:
            yield self._told.say("rank", rank=document["rank"], size=document["cohort_size"])
            if document["tied"] > 1:
                yield self._told.say("tied", tied=document["tied"])
        yield self._told.say("coverage", coverage=f"{document['coverage']:.1%}")

    def _neighbour(self, side: str, other: Document) -> str:
        codes = self._list(other["applicants"])
        if other["tied"] > len(other["applicants"]):
            codes = self._told.say("and others", codes=codes, tied=other["tied"])
        return self._told.say(
            side,
            rank=other["rank"],
            applicants=codes,
            total=self._told.points(other["total"]),
            distance=self._told.points(other["distance"]),
        )

    def _ahead(self, other: Document) -> Iterator[str]:
        """Say in which lines the first of the neighbours earns more, where that was told."""
        names = {each["indicator"]: each["name"] for each in self._document["lines"]}
        for each in other.get("ahead_in") or ():
            sentence = self._told.say(
                "ahead",
                applicant=other["applicants"][0],
                indicator=each["indicator"],
                name=self._told.name(names[each["indicator"]]),
                theirs=self._told.points(each["theirs"]),
                points=self._told.points(each["points"]),
            )
            yield from self._wrapped(sentence, 4)

    def _dimension(self, dimension: Document) -> Iterator[str]:
        lines = [each for each in self._document["lines"] if each["dimension"] == dimension["code"]]
        yield from self._heading(0, dimension["code"], dimension)
        if dimension["full"] != dimension["own_full"]:
            yield from self._wrapped(self._passed_on(dimension), 2)
        for line in lines:
            yield from self._heading(2, line["indicator"], line)
            for sentence in self._told.line(line):
                yield from self._wrapped(sentence, 6)
            for code in read_by(line):
                yield from self._measure(code)

    def _passed_on(self, dimension: Document) -> str:
        """Say where the points of an empty dimension go, or what one has of others."""
        own = number(dimension["own_full"])
        if not dimension["full"]:
            return self._told.say("passed on", own=own)
        others = [each["own_full"] for each in self._document["dimensions"] if each["full"]]
        return self._told.say(
            "taken over",
            full=number(dimension["full"]),
            own=own,
            total=number(self._document["full"]),
            counted=number(sum(others)),
        )

    def _heading(self, indent: int, code: str, item: Document) -> Iterator[str]:
        """Set what is earned against the right margin, the rest of a long name below."""
        points, full = self._told.points(item["points"]), self._told.points(item["full"])
        right = self._told.say("of", points=points, full=full)
        name = plain(f"{code} {self._told.name(item['name'])}")
        room = COLUMNS - width(right)
        first, *rest = wrap(name, room - 1, " " * indent, " " * (indent + 2))
        yield fill(first, max(room, width(first) + 1)) + right
        yield from rest

    def _measure(self, code: str) -> Iterator[str]:
        measure = self._told.measures[code]
        if not measure["submissions"] and not measure.get("withheld"):
            name = self._told.names[code]
            yield from self._wrapped(self._told.say("no submission", name=name, code=code), 6)
            return
        head = self._told.resolved(code)
        if code in self._shown:
            yield from self._wrapped(self._told.aside(head, self._told.say("see above")), 6)
            return
        self._shown.add(code)
        yield from self._wrapped(self._told.aside(head, self._told.rule(measure["rule"])), 6)
        for each in measure["submissions"]:
            yield from self._submission(each)

    def _submission(self, each: Document) -> Iterator[str]:
        statement = self._told.say(
            "statement",
            id=each["id"],
            kind=self._told.kind(each["kind"]),
            reporter=each["reporter"],
            date=each["as_of"],
            value=value_in_words(self._language, each["value"]),
        )
        mark = "+" if each["verdict"] == Verdict.COUNTS else "-"
        judged = self._told.say(
            "judged", statement=statement, reason=self._told.name(each["reason"])
        )
        yield from self._wrapped(f"{mark} {judged}", 8)
        yield from self._wrapped(self._told.say("recorded", time=moment(each["recorded_at"])), 10)
        for key in ("reference", "comment"):
            if each[key]:
                text = " ".join(each[key].split())
                yield from self._wrapped(self._told.say(key, text=text), 10)

    def _wrapped(self, text: str, indent: int) -> list[str]:
        return wrap(plain(text), COLUMNS, " " * indent, " " * (indent + 2))

    def _list(self, items: Iterable[str]) -> str:
        return self._told.say("comma").join(items)
