"""A refusal as a form shows it: in the reader's language, and beside the field that is at fault."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request

from api.answers.languages import in_chinese, texts
from api.http.problems import describe
from shared.core.errors import DomainError, Finding
from shared.scoring.framework import Name
from web.reader import Reader


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, as the interface says it: a stable code, and words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """Why what a form asked for was refused.

    *by_field* has the faults of each field in the order in which the form shows them, *others* what
    stands beside no field.
    """

    status: int
    title: str
    detail: str
    by_field: Mapping[str, Sequence[Fault]]
    others: Sequence[Fault]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is shown: what stands in its fields, and why it was refused, if it was.

    *focus* is the field that has the focus where nothing was refused, None: none has.
    """

    typed: Mapping[str, str] = field(default_factory=dict)
    told: Told | None = None
    focus: str | None = None

    def faults(self, name: str) -> Sequence[Fault]:
        """Return what is wrong with the field *name*."""
        return () if self.told is None else self.told.by_field.get(name, ())

    def begins(self, name: str) -> bool:
        """Say whether the reader begins with the field *name*: the first that is at fault."""
        begins = self.focus if self.told is None else next(iter(self.told.by_field), None)
        return begins == name


def told(request: Request, reader: Reader, error: DomainError, fields: Sequence[str]) -> Told:
    """Return *error* as a form with these *fields* shows it; the trail is told of it as well."""
    problem = describe(type(error)) | {"detail": str(error)}
    request.state.problem = problem["type"]
    if reader.language == "zh":
        problem = in_chinese(problem)
    found: defaultdict[str, list[Fault]] = defaultdict(list)
    for each in error.findings:
        found[each.pointer.rpartition("/")[2]].append(Fault(each.code, words(reader, each)))
    return Told(
        problem["status"],
        problem["title"],
        problem["detail"],
        {name: found[name] for name in fields if name in found},
        [fault for name, faults in found.items() if name not in fields for fault in faults],
    )


def words(reader: Reader, finding: Finding) -> str:
    """Return what *finding* says in the reader's language."""
    return remark(reader, finding.code, {finding.code: finding.message})


def remark(reader: Reader, code: str, english: Mapping[str, str]) -> str:
    """Return the words of *code* in the reader's language, given its *english* ones."""
    return reader.say(Name(texts()["codes"].get(code, ""), english.get(code, code)))
