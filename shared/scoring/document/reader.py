"""Reading of a framework document: all of its findings at once, or a framework that has none.

The shape is a parsed YAML or JSON document: objects, lists, text, numbers, true, false and null.
Structure and meaning are checked on the same walk, each part where it is read.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import isnan

from shared.core.errors import Finding, FrameworkInvalid
from shared.scoring.document.derivations import Known, read_derivation
from shared.scoring.document.measures import (
    Combine,
    note_repeats,
    read_code_lists,
    read_measures,
    read_name,
)
from shared.scoring.document.nodes import Node, exact
from shared.scoring.document.normalisations import read_normalisation
from shared.scoring.framework import (
    QUANTITIES,
    Category,
    Dimension,
    Direction,
    Empty,
    Framework,
    Indicator,
    Missing,
)

GREATEST_POINTS = 1e9  # with 6 decimals still a whole number of units that a float holds
LONGEST_BASIS = 200


def read(document: object) -> Framework:
    """Return the framework that *document* describes.

    Points become whole units of 10 ** -precision. A category's codes are its grades, in the order
    of the first indicator that grades it.

    Raises: FrameworkInvalid, with every finding; nothing else, whatever the document is.
    """
    root = Node(document, "", [])
    framework = _framework(root)
    if root.findings:
        raise FrameworkInvalid(
            f"the framework document has {len(root.findings)} findings", tuple(root.findings)
        )
    return framework


def warnings(framework: Framework) -> tuple[Finding, ...]:
    """Return what a framework may contain but hardly means, in the document's order."""
    return (
        *_unused_lists(framework),
        *_doubtful_measures(framework),
        *_doubtful_directions(framework),
        *_nothing_to_pass_on(framework),
    )


def _unused_lists(framework: Framework) -> Iterator[Finding]:
    chosen_from = {each.codes for each in framework.measures.values()}
    for name, items in framework.code_lists.items():
        if tuple(code for code, _ in items) not in chosen_from:
            message = "no measure chooses from this list"
            yield Finding(f"/code_lists/{name}", "code-list-unused", message)


def _doubtful_measures(framework: Framework) -> Iterator[Finding]:
    denominators = {each.derivation.denominator for each in framework.indicators}
    for code, measure in framework.measures.items():
        at, least, panel = f"/measures/{code}", measure.range.min, measure.panel
        if measure.type in QUANTITIES and not measure.unit:
            yield Finding(f"{at}/unit", "unit-missing", "a quantity without a unit")
        if code in denominators and (least is None or least <= 0):
            message = "a ratio is missing where this is 0; begin the range above it"
            yield Finding(f"{at}/range", "denominator-may-be-zero", message)
        if panel and panel.combine == Combine.TRIMMED_MEAN and panel.at_least < panel.trim_from:
            message = f"fewer than {panel.trim_from} marks count, but are not trimmed"
            yield Finding(f"{at}/panel", "panel-may-be-untrimmed", message)


def _doubtful_directions(framework: Framework) -> Iterator[Finding]:
    for at, indicator in _places(framework):
        rule = indicator.normalisation
        if rule.method == "grades" and rule.direction is Direction.LOWER:
            message = "grades say their shares themselves; a direction has no effect"
            yield Finding(f"{at}/normalise", "direction-without-effect", message)


def _nothing_to_pass_on(framework: Framework) -> Iterator[Finding]:
    skipped = [
        all(each.missing is Missing.SKIP for each in dimension.indicators)
        for dimension in framework.dimensions
    ]
    if framework.empty is Empty.PASS_ON and (len(skipped) == 1 or not any(skipped)):
        message = "no dimension can be empty beside another; empty has no effect"
        yield Finding("/empty", "empty-without-effect", message)


def _places(framework: Framework) -> Iterator[tuple[str, Indicator]]:
    for d, dimension in enumerate(framework.dimensions):
        for c, category in enumerate(dimension.categories):
            for i, indicator in enumerate(category.indicators):
                yield f"/dimensions/{d}/categories/{c}/indicators/{i}", indicator


def _framework(root: Node) -> Framework:
    fields = root.fields(
        "code", "version", "name", "points", "precision", "measures", "dimensions",
        optional=("code_lists", "empty"),
    )  # fmt: skip
    code, version = fields["code"].code(), fields["version"].code()
    name = read_name(fields["name"])
    precision = fields["precision"].whole(least=0, most=6)
    full = _units(fields["points"], precision)
    lists = read_code_lists(fields["code_lists"])
    known = Known(read_measures(fields["measures"], lists))
    dimensions = tuple(_dimension(each, precision, known) for each in fields["dimensions"].items())
    note_repeats(known.dimensions)
    note_repeats(known.indicators)
    _note_total(fields["points"], full, dimensions, precision or 0)
    _note_unused(fields["measures"], known)
    measures = {
        code: replace(measure, codes=known.grades.get(code, measure.codes))
        for code, measure in known.measures.items()
        if measure
    }
    empty = fields["empty"].choice(Empty) or Empty.ZERO
    return Framework(code, version, name, full, precision or 0, lists, measures, dimensions, empty)


def _dimension(node: Node, precision: int | None, known: Known) -> Dimension:
    fields = node.fields("code", "name", "categories")
    code, name = fields["code"].code(), read_name(fields["name"])
    known.dimensions.append((fields["code"], code))
    categories = (_category(each, precision, known) for each in fields["categories"].items())
    return Dimension(code, name, tuple(categories))


def _category(node: Node, precision: int | None, known: Known) -> Category:
    fields = node.fields("name", "indicators")
    name = read_name(fields["name"])
    indicators = (_indicator(each, precision, known) for each in fields["indicators"].items())
    return Category(name, tuple(indicators))


def _indicator(node: Node, precision: int | None, known: Known) -> Indicator:
    fields = node.fields(
        "code", "name", "points", "derive", "normalise", "basis", optional=("missing",)
    )
    code = fields["code"].code()
    known.indicators.append((fields["code"], code))
    derivation = read_derivation(fields["derive"], known)
    return Indicator(
        code=code,
        name=read_name(fields["name"]),
        full=_units(fields["points"], precision),
        derivation=derivation,
        normalisation=read_normalisation(fields["normalise"], derivation, known),
        missing=fields["missing"].choice(Missing) or Missing.ZERO,
        basis=fields["basis"].text(LONGEST_BASIS),
    )


def _units(node: Node, precision: int | None) -> int:
    """Return points as whole units, 0 if unreadable."""
    points = node.number(above=0, most=GREATEST_POINTS)
    if isnan(points) or precision is None:
        return 0
    units = exact(points).scaleb(precision)
    if units != int(units):
        message = f"points have at most {precision} decimals here"
        node.note("points-too-fine", message, precision=precision)
        return 0
    return int(units)


def _note_total(node: Node, full: int, dimensions: tuple[Dimension, ...], precision: int) -> None:
    """Compare the declared points with the sum of the indicators', if all of them were read."""
    lines = [each.full for dimension in dimensions for each in dimension.indicators]
    if full and lines and all(lines) and sum(lines) != full:
        total = Decimal(sum(lines)).scaleb(-precision).normalize()
        message = f"the indicators add up to {total:f} points"
        node.note("points-total-differs", message, sum=float(total))


def _note_unused(node: Node, known: Known) -> None:
    """Note the measures no indicator reads, if what every indicator reads is known."""
    if "" in known.used or not known.used:
        return
    for code in (each for each in known.measures if each not in known.used):
        node.at(code, None).note("measure-unused", "no indicator reads this measure")
