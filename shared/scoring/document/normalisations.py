"""Reading of how an indicator's raw value earns its share."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from math import isnan
from typing import Final

from shared.scoring.document.derivations import Known, Scale, least_of, scale_of
from shared.scoring.document.nodes import Node, exact
from shared.scoring.framework import Band, Derivation, Direction, Normalisation

NORMALISATIONS: Final = (
    "target", "steps", "grades", "best", "min_max", "percent_rank", "z_score",
)  # fmt: skip
YES_NO: Final = {"no", "yes"}
METHODS_OF: Final[Mapping[Scale, frozenset[str]]] = {
    Scale.NUMBER: frozenset(NORMALISATIONS) - {"grades"},
    Scale.FLAG: frozenset({"grades", "target"}),
    Scale.CATEGORY: frozenset({"grades"}),
}


def read_normalisation(node: Node, derivation: Derivation, known: Known) -> Normalisation:
    """Read raw value → share; one that is unreadable has the method "".

    The direction stands inside the method's braces, or beside the method: a list has no braces.
    """
    method, whole, beside = node.only(NORMALISATIONS, "direction")
    place, inside = whole.split("direction")
    if not inside.absent and not beside.absent:
        beside.note("direction-given-twice", "the direction stands inside the method's braces")
    given = beside if inside.absent else inside
    direction = Direction.HIGHER if given.absent else given.choice(Direction)
    scale = scale_of(derivation, known)
    if method and scale and method not in METHODS_OF[scale]:
        message = f"{method} does not fit a raw value that is a {scale}"
        place.note("normalisation-unfit", message, method=method, scale=str(scale))
    match method:
        case "target":
            normalisation = _target(place)
        case "steps":
            bands = _bands(place, direction, least_of(derivation, known))
            normalisation = Normalisation(method, bands=bands)
        case "grades":
            normalisation = Normalisation(method, grades=_grades(place, derivation, known))
        case "min_max":
            base = place.fields(optional=("base",))["base"]
            lowest = 0.0 if base.absent else base.number(least=0, below=1)
            normalisation = Normalisation(method, base=lowest)
        case "z_score":
            within = place.fields("within")["within"].number(above=0)
            normalisation = Normalisation(method, within=within)
        case _:
            place.fields()
            normalisation = Normalisation(method)
    return replace(normalisation, direction=direction or Direction.HIGHER)


def _target(node: Node) -> Normalisation:
    fields = node.fields("floor", "target", optional=("step",))
    floor, target = fields["floor"].number(), fields["target"].number()
    step = fields["step"].optional_number(above=0)
    if target <= floor:
        fields["target"].note("target-not-above-floor", "the target must be above the floor")
    elif step is not None and _longer(step, floor, target):
        fields["step"].note("step-too-long", "one step leads beyond the target")
    return Normalisation("target", floor=floor, target=target, step=step)


def _longer(step: float, floor: float, target: float) -> bool:
    """Compare in decimals: as floats 0.3 - 0.1 is less than a step of 0.2."""
    if any(map(isnan, (step, floor, target))):
        return False
    return exact(step) > exact(target) - exact(floor)


def _bands(node: Node, direction: Direction | None, least: float) -> tuple[Band, ...]:
    places = [place.fields("share", optional=("from", "inclusive")) for place in node.items()]
    bands = tuple(
        Band(
            place["from"].optional_number(),
            place["share"].number(least=0, most=1),
            place["inclusive"].truth(default=True),
        )
        for place in places
    )
    if not bands:
        return ()
    if _begins_above(bands[0], least):
        places[0]["from"].note("steps-leave-gap", "smaller values are possible and have no band")
    turn = {Direction.HIGHER: 1, Direction.LOWER: -1, None: 0}[direction]
    for (lower, upper), place in zip(pairwise(bands), places[1:], strict=True):
        place["from"].require()
        if upper.edge is not None and lower.edge is not None and upper.edge <= lower.edge:
            place["from"].note("steps-not-ascending", "a band begins above the band before it")
        if turn * upper.share < turn * lower.share:
            message = f"shares go one way: {direction} is better"
            place["share"].note("steps-not-monotone", message, direction=str(direction))
    return bands


def _begins_above(first: Band, least: float) -> bool:
    if first.edge is None:
        return False
    return first.edge > least or (first.edge == least and not first.inclusive)


def _grades(node: Node, derivation: Derivation, known: Known) -> tuple[tuple[str, float], ...]:
    grades = tuple(
        (Node(name, place.pointer, node.findings).text(64), place.number(least=0, most=1))
        for name, place in node.entries()
    )
    names = tuple(name for name, _ in grades)
    if not all(names) or not names:
        return grades
    scale = scale_of(derivation, known)
    if scale is Scale.FLAG and set(names) != YES_NO:
        node.note("grades-not-yes-no", "the grades of a flag are yes and no")
    if scale is Scale.CATEGORY:
        (code,) = derivation.measures
        if set(known.grades.setdefault(code, names)) != set(names):
            node.note("grades-differ", "another indicator grades this measure by other names")
    return grades
