"""Whether a reported value fits its measure."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as member

import msgspec

from shared.core.errors import Finding, Param
from shared.scoring.framework import Framework, Measure, MeasureType, ReporterKind

Value = bool | float | str | list[str] | None


class Reported(msgspec.Struct, frozen=True, gc=False):
    """A value as kept: a number (a flag is 1 or 0) or codes in order; neither is a withdrawal."""

    number: float | None = None
    codes: tuple[str, ...] | None = None

    @property
    def status(self) -> str:
        """Whether a value was reported or taken back."""
        return "withdrawn" if self.number is None and self.codes is None else "reported"

    def value(self, measure: Measure) -> Value:
        """Return the value as it was reported."""
        if self.codes is not None:
            return self.codes[0] if measure.type is MeasureType.CATEGORY else list(self.codes)
        if measure.type is MeasureType.FLAG and self.number is not None:
            return self.number == 1
        return self.number


WITHDRAWN = Reported()
NUMBERS = (int, float)

OBS_STATUSES = frozenset("ABDEFGHIJKLMNOPQSUVW")
"""SDMX's code list CL_OBS_STATUS, version 2.2."""

WITHOUT_VALUE = frozenset("HLMOQ")
"""Those that say that there is no value."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submission is not taken: the field at fault, a stable code, words and their params."""

    field: str
    code: str
    message: str
    forbidden: bool = False
    params: Mapping[str, Param] = member(default_factory=dict, hash=False)

    def finding(self, pointer: str | None = None) -> Finding:
        """Return the refusal as a finding in the submission, or where *pointer* says."""
        at = f"/{self.field}" if pointer is None else pointer
        return Finding(at, self.code, self.message, self.params)


UNKNOWN_MEASURE = Refusal("measure", "unknown-measure", "The framework has no such measure.")


def read(
    framework: Framework, reporter: ReporterKind, measure_code: str, value: Value, status: str
) -> Reported | Refusal:
    """Turn what *reporter* says of a measure into what is kept, or say why it is refused.

    *value* is as the JSON says it. A withdrawal carries no value, every other status does.
    """
    measure = framework.measures.get(measure_code)
    if measure is None:
        return UNKNOWN_MEASURE
    return not_admitted(reporter, measure) or of(measure, value, status)


def of(measure: Measure, value: Value, status: str) -> Reported | Refusal:
    """Turn what is said of *measure*, by who may, into what is kept, or say why it is refused."""
    if status == "withdrawn":
        if value is None:
            return WITHDRAWN
        return Refusal("value", "withdrawn-with-value", "A withdrawal carries no value.")
    if value is None:
        return Refusal(
            "value",
            "value-missing",
            "There is no value; what is taken back has the status withdrawn.",
        )
    return READERS[measure.type](measure, value)


def not_admitted(reporter: ReporterKind, measure: Measure) -> Refusal | None:
    """Say that *measure* is reported by others, if it is."""
    if reporter in measure.reported_by:
        return None
    kinds = [str(each) for each in measure.reported_by]
    message = f"This measure is reported by: {', '.join(kinds)}."
    params = {"reported_by": kinds}
    return Refusal("measure", "reporter-not-admitted", message, forbidden=True, params=params)


def contradicted(value: Value, obs_status: str | None) -> Refusal | None:
    """Refuse a value beside a remark that says that there is none."""
    if value is None or obs_status not in WITHOUT_VALUE:
        return None
    message = f"The status {obs_status} says that there is no value."
    params = {"obs_status": str(obs_status)}
    return Refusal("obs_status", "value-with-missing", message, params=params)


def _number(measure: Measure, value: Value) -> Reported | Refusal:
    if isinstance(value, bool) or not isinstance(value, NUMBERS):
        return Refusal("value", "not-a-number", "The value is a number.")
    number = float(value)
    if not math.isfinite(number):
        return Refusal("value", "not-finite", "The value is a finite number.")
    if measure.type is MeasureType.COUNT and not number.is_integer():
        return Refusal("value", "not-whole", "A count is a whole number.")
    low, high = measure.range.min, measure.range.max
    if low is not None and number < low:
        message = f"The value is at least {low:g}."
        return Refusal("value", "below-range", message, params={"least": low})
    if high is not None and number > high:
        message = f"The value is at most {high:g}."
        return Refusal("value", "above-range", message, params={"most": high})
    return Reported(number=number + 0.0)  # never a negative zero


def _flag(_: Measure, value: Value) -> Reported | Refusal:
    if not isinstance(value, bool):
        return Refusal("value", "not-a-flag", "The value is true or false.")
    return Reported(number=float(value))


def _category(measure: Measure, value: Value) -> Reported | Refusal:
    if not isinstance(value, str) or value not in measure.codes:
        message = f"The value is one of: {_list(measure)}."
        return Refusal("value", "unknown-category", message, params={"codes": measure.codes})
    return Reported(codes=(value,))


def _codes(measure: Measure, value: Value) -> Reported | Refusal:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return Refusal("value", "not-codes", "The value is a list of codes.")
    if len(set(value)) != len(value):
        return Refusal("value", "repeated-code", "A code occurs once.")
    if not set(value) <= set(measure.codes):
        message = f"The codes are among: {_list(measure)}."
        return Refusal("value", "unknown-code", message, params={"codes": measure.codes})
    return Reported(codes=tuple(sorted(value)))


def _list(measure: Measure) -> str:
    return ", ".join(measure.codes)


READERS: dict[MeasureType, Callable[[Measure, Value], Reported | Refusal]] = {
    MeasureType.COUNT: _number,
    MeasureType.NUMBER: _number,
    MeasureType.MARK: _number,
    MeasureType.FLAG: _flag,
    MeasureType.CATEGORY: _category,
    MeasureType.CODES: _codes,
}
