"""Reading of the part of a framework document that says what is reported: lists and measures."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from math import inf
from typing import Final

from shared.scoring.document.nodes import Node
from shared.scoring.framework import (
    QUANTITIES,
    AfterSight,
    Measure,
    MeasureType,
    Name,
    Panel,
    Plausible,
    Range,
    ReporterKind,
)

CodeLists = Mapping[str, tuple[tuple[str, Name], ...]]

NUMERIC: Final = QUANTITIES | {MeasureType.MARK}
ADMITTED_BY: Final[Mapping[str, frozenset[MeasureType]]] = {
    "range": NUMERIC,
    "plausible": QUANTITIES,
    "tolerance": frozenset(MeasureType) - {MeasureType.MARK},  # a panel has its own
    "list": frozenset({MeasureType.CODES}),
    "panel": frozenset({MeasureType.MARK}),
}


class Combine(StrEnum):
    """How a panel's marks become one."""

    MEAN = "mean"
    MEDIAN = "median"
    TRIMMED_MEAN = "trimmed_mean"


def read_name(node: Node) -> Name:
    """Read a name, which both languages must have."""
    fields = node.fields("zh", "en")
    return Name(fields["zh"].text(), fields["en"].text())


def note_repeats(codes: Iterable[tuple[Node, str]]) -> None:
    """Note each code, beside its place, that has stood before."""
    seen: set[str] = set()
    for node, code in codes:
        if code and code in seen:
            node.note("code-repeated", "this code stands twice")
        seen.add(code)


def read_code_lists(node: Node) -> CodeLists:
    """Read the closed lists from which `codes` measures choose."""
    return {} if node.absent else {code: _code_list(place) for code, place in node.coded()}


def _code_list(node: Node) -> tuple[tuple[str, Name], ...]:
    items = [item.fields("code", "name") for item in node.items()]
    codes = [item["code"].code() for item in items]
    note_repeats(zip((item["code"] for item in items), codes, strict=True))
    return tuple((code, read_name(item["name"])) for code, item in zip(codes, items, strict=True))


def read_measures(node: Node, lists: CodeLists) -> dict[str, Measure | None]:
    """Read every measure; None stands for one whose type is unreadable."""
    return {code: _measure(code, place, lists) for code, place in node.coded()}


def _measure(code: str, node: Node, lists: CodeLists) -> Measure | None:
    fields = node.fields("name", "type", optional=("unit", "reported_by", *ADMITTED_BY))
    name, unit = read_name(fields["name"]), fields["unit"].text(64)
    type_ = fields["type"].choice(MeasureType)
    range_ = _range(fields["range"], type_)
    panel = _panel(fields["panel"], type_)
    reported_by = _reported_by(fields["reported_by"], type_)
    codes = _codes(fields["list"], type_, lists)
    tolerance = fields["tolerance"].optional_number(least=0)
    plausible = _plausible(fields["plausible"], range_)
    if type_ is None:
        return None
    for key, types in ADMITTED_BY.items():
        if type_ not in types and not fields[key].absent:
            fields[key].note("key-not-applicable", f"a {type_} has no {key}", type=str(type_))
    return Measure(code, name, unit, type_, reported_by, range_, codes, panel, tolerance, plausible)


def _range(node: Node, type_: MeasureType | None) -> Range:
    """Read the admitted values; a count's begin at 0 at the least, a mark's have both ends."""
    is_count = type_ is MeasureType.COUNT
    required = ("min", "max") if type_ is MeasureType.MARK else ()
    if required:
        node.require()
    ends = node.fields(*required, optional=("min", "max"))
    least = ends["min"].optional_number(least=0 if is_count else -inf)
    most = ends["max"].optional_number()
    if least is None and is_count:
        least = 0.0
    if least is not None and most is not None and least > most:
        node.note("range-reversed", "the least value is above the greatest")
    return Range(least, most)


def _plausible(node: Node, admitted: Range) -> Plausible:
    """Read which numbers count at once; none of them is a number that is refused anyway."""
    ends = node.fields(optional=("min", "max", "change"))
    least, most = ends["min"].optional_number(), ends["max"].optional_number()
    low = admitted.min if least is None else least
    high = admitted.max if most is None else most
    if not node.absent and low is not None and high is not None and low > high:
        node.note("plausible-empty", "no number is admitted and plausible")
    return Plausible(least, most, ends["change"].optional_number(above=1))


def _panel(node: Node, type_: MeasureType | None) -> Panel | None:
    if type_ is MeasureType.MARK:
        node.require()
    if node.absent:
        return None
    fields = node.fields(
        optional=("combine", "at_least", "trim", "trim_from", "tolerance", "after_sight")
    )
    combine = Combine.MEAN if fields["combine"].absent else fields["combine"].choice(Combine)
    at_least = fields["at_least"].whole(least=1) or 1
    trim = fields["trim"].whole(least=1) or 1
    trim_from = fields["trim_from"].whole(least=1) or 2 * trim + 1
    if combine in {Combine.MEAN, Combine.MEDIAN}:
        for each in (fields["trim"], fields["trim_from"]):
            if not each.absent:
                each.note("key-not-applicable", "only a trimmed_mean is trimmed")
    elif trim_from <= 2 * trim:
        fields["trim_from"].note("trim-leaves-nothing", "more marks are dropped than are given")
    tolerance = fields["tolerance"].optional_number(least=0)
    after_sight = AfterSight.FLAG
    if not fields["after_sight"].absent:
        after_sight = fields["after_sight"].choice(AfterSight) or after_sight
    return Panel(combine or Combine.MEAN, at_least, trim, trim_from, tolerance, after_sight)


def _reported_by(node: Node, type_: MeasureType | None) -> tuple[ReporterKind, ...]:
    if node.absent and type_ is MeasureType.MARK:
        return (ReporterKind.EXPERT,)
    node.require()
    places = node.items()
    reporters = [place.choice(ReporterKind) for place in places]
    note_repeats(zip(places, (each or "" for each in reporters), strict=True))
    known = tuple(each for each in reporters if each)
    if type_ is MeasureType.MARK and set(known) - {ReporterKind.EXPERT}:
        node.note("reporter-not-expert", "a mark is reported by experts alone")
    return known


def _codes(node: Node, type_: MeasureType | None, lists: CodeLists) -> tuple[str, ...]:
    """Return the codes a value may have; a category's are the grades of its indicators."""
    if type_ is not MeasureType.CODES:
        return ("no", "yes") if type_ is MeasureType.FLAG else ()
    node.require()
    name = node.code()
    if name and name not in lists:
        node.note("code-list-undefined", "no code list has this name")
    return tuple(code for code, _ in lists.get(name, ()))
