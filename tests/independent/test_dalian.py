"""A figure that a city has published, as a check from outside.

Dalian's Development and Reform Commission, July 2023: 17 021 stations, 22.82 per 10 000 people.
The denominator is the resident population of 745.9 万, not the registered one of 608.8 万.
"""

from shared.scoring.derive import derive
from shared.scoring.framework import Derivation
from shared.scoring.resolve import resolve
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import Report

COVERAGE = Derivation("ratio", (("base_stations_5g", 1.0),), "resident_population", per=10_000.0)


def test_dalians_stations_and_residents_give_the_published_coverage() -> None:
    framework = make.framework([make.indicator("INF-2", derivation=COVERAGE)])
    said = make.reports(
        Report(0, "base_stations_5g", 17_021.0), Report(0, "resident_population", 7_459_000.0)
    )

    derived = derive(framework, resolve(framework, make.evidence(framework, said), 1))

    assert round(derived.values[0, 0], 2) == 22.82
