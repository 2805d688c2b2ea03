"""What the words of a finding say besides its place and code, as data."""

from typing import Any

import pytest

from shared.core.errors import FrameworkInvalid
from shared.scoring.document.reader import read
from shared.scoring.framework import MeasureType
from tests.scoring.document.test_findings import BEST, MIN_MAX, STATIONS, changed


@pytest.mark.parametrize(
    ("pointer", "value", "params"),
    [
        ("/points", 12.505, {"precision": 2}),
        ("/points", 12.51, {"sum": 12.5}),
        ("/precision", 7, {"least": 0, "most": 6}),
        ("/name/en", "x" * 501, {"most": 500}),
        (f"{STATIONS}/type", "weight", {"expected": [*MeasureType]}),
        (f"{BEST}/derive", {"sum": {"listed": 1}}, {"expected": ["count", "number"]}),
        (f"{MIN_MAX}/normalise", {"grades": {"A": 1}}, {"method": "grades", "scale": "number"}),
    ],
)
def test_what_the_words_of_a_finding_say_it_has_as_data(
    pointer: str, value: object, params: dict[str, Any]
) -> None:
    """So that whoever has words of its own can say it too."""
    with pytest.raises(FrameworkInvalid) as refused:
        read(changed(pointer, value))

    assert params in [each.params for each in refused.value.findings]
