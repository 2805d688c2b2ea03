"""derive: from measures to an indicator's raw value."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.decimals import LARGEST
from shared.scoring.derive import derive
from shared.scoring.flags import Flag, names
from shared.scoring.framework import Derivation
from shared.scoring.resolve import Resolved
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import examples
from tests.scoring import oracle


def ratio(per: float = 1.0, cap: float | None = None) -> Derivation:
    """Divide measure A by measure B."""
    return Derivation("ratio", (("A", 1.0),), "B", per, cap)


def derived(
    derivation: Derivation, *measured: float | None, flags: int = 0
) -> tuple[float, list[str]]:
    """Derive one applicant's indicator from what was *measured*, in the derivation's order.

    *flags* are on every measure, beside the flag of what is missing.
    """
    framework = make.framework([make.indicator("X", derivation=derivation)])
    values = make.table(measured)
    missing = np.where(np.isnan(values), Flag.MISSING, 0) | flags
    result = derive(framework, Resolved(values, missing.astype(np.int32)))
    return result.values[0, 0], names(int(result.flags[0, 0]))


def is_missing(outcome: tuple[float, list[str]], *flags: str) -> bool:
    """Say whether there is no value, and besides exactly these *flags*."""
    value, given_flags = outcome
    return bool(np.isnan(value)) and given_flags == ["missing", *flags]


def test_a_value_is_the_measure_itself() -> None:
    assert derived(make.value("A"), 17021.0) == (17021.0, [])
    assert is_missing(derived(make.value("A"), None))


def test_distinct_is_the_number_of_codes() -> None:
    assert derived(Derivation("distinct", (("A", 1.0),)), 12.0) == (12.0, [])


def test_zero_is_a_value() -> None:
    assert derived(make.value("A"), 0.0) == (0.0, [])


def test_a_sum_weighs_its_parts() -> None:
    assert derived(make.total(A=2.0, B=1.0), 3.0, 5.0) == (11.0, [])


def test_a_sum_is_the_same_in_any_order() -> None:
    """In doubles one is 0.6000000000000001, the other 0.6."""
    assert derived(make.total(A=1.0, B=1.0, C=1.0), 0.1, 0.2, 0.3)[0] == 0.6
    assert derived(make.total(C=1.0, B=1.0, A=1.0), 0.3, 0.2, 0.1)[0] == 0.6


def test_a_sum_of_which_a_part_is_missing_is_flagged() -> None:
    assert derived(make.total(A=2.0, B=1.0), None, 5.0) == (5.0, ["partial"])


def test_a_sum_of_which_all_parts_are_missing_is_missing() -> None:
    assert is_missing(derived(make.total(A=2.0, B=1.0), None, None))


def test_a_ratio_is_rounded_once_to_15_digits() -> None:
    assert derived(ratio(per=10_000.0), 7.0, 3.0) == (23333.3333333333, [])


@pytest.mark.parametrize("measured", [(None, 3.0), (7.0, None), (None, None)])
def test_a_ratio_with_a_missing_end_is_missing(
    measured: tuple[float | None, float | None],
) -> None:
    assert is_missing(derived(ratio(), *measured))


@pytest.mark.parametrize("of", [0.0, 7.0, None])
def test_a_ratio_to_nothing_is_missing_and_flagged(of: float | None) -> None:
    assert is_missing(derived(ratio(), of, 0.0), "zero_denominator")


def test_a_cap_is_flagged_where_it_cuts_only() -> None:
    assert derived(make.total(cap=10.0, A=1.0), 9.0) == (9.0, [])
    assert derived(make.total(cap=10.0, A=1.0), 10.0) == (10.0, [])
    assert derived(make.total(cap=10.0, A=1.0), 10.5) == (10.0, ["capped"])
    assert derived(make.total(cap=10.0, A=1.0, B=1.0), 10.5, None) == (10.0, ["partial", "capped"])
    assert derived(ratio(cap=2.0), 5.0, 2.0) == (2.0, ["capped"])
    assert is_missing(derived(ratio(cap=2.0), 5.0, None))


def test_an_indicator_carries_the_flags_of_its_measures() -> None:
    carried = Flag.DISCREPANCY | Flag.SPREAD

    assert derived(ratio(), 6.0, 3.0, flags=carried) == (2.0, ["discrepancy", "spread"])


def test_a_measure_flags_only_the_indicators_that_read_it() -> None:
    framework = make.framework([make.indicator("A"), make.indicator("B")])
    flags = np.array([[Flag.SPREAD, 0]], dtype=np.int32)

    result = derive(framework, Resolved(make.table([1.0, 2.0]), flags))

    assert result.flags.tolist() == [[Flag.SPREAD, 0]]


@pytest.mark.parametrize(
    ("derivation", "measured", "value"),
    [
        (make.total(A=2.0, B=1.0), (1e308, 1e308), LARGEST),
        (make.total(A=2.0, B=2.0), (1e308, -1e308), 0.0),
        (make.total(A=2.0), (-1e308,), -LARGEST),
        (ratio(per=10.0), (1.0, 5e-324), LARGEST),
        (ratio(), (5e-324, 1e308), 0.0),
    ],
)
def test_beyond_a_float_the_largest_of_15_digits_stands(
    derivation: Derivation, measured: tuple[float, ...], value: float
) -> None:
    assert derived(derivation, *measured) == (value, [])


WEIGHTS = st.sampled_from([0.5, 1.0, 2.0, 3.0])
DECIMALS = st.floats(1e-290, 1e6).map(lambda value: float(f"{value:.15g}"))
"""Closer to 0 a double keeps fewer digits, for which no number is taken in."""
MEASURED = st.none() | st.integers(0, 5).map(float) | DECIMALS
DERIVATIONS = (
    st.builds(make.total, cap=st.none() | st.just(7.0), A=WEIGHTS, B=WEIGHTS)
    | st.builds(ratio, per=st.sampled_from([1.0, 100.0, 10_000.0]), cap=st.none() | st.just(7.0))
    | st.just(make.value("B"))
)


@given(DERIVATIONS, MEASURED, MEASURED)
@examples(100)
def test_derive_agrees_with_the_second_opinion(
    derivation: Derivation, a: float | None, b: float | None
) -> None:
    measured = dict(zip("AB", (a, b), strict=True))
    fractions = {code: None if each is None else Fraction(each) for code, each in measured.items()}
    expected = oracle.derive(derivation, fractions)

    value, _ = derived(derivation, *(measured[code] for code in derivation.measures))

    if expected is None:
        assert np.isnan(value)
    else:
        assert Fraction(value) == expected
