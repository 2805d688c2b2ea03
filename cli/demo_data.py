"""The demonstration's applicants and what is reported of them. All of it is made up.

Each value follows from a round number per measure and an applicant's strength, so that the ranking
has a plausible spread, ties and gaps, and is the same on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

AS_OF = "2026-06-30"
ROUND = "demo-2026"
RISING = "demo-c5"  # close behind the second: one count makes the difference
SHOWN = "demo-c4"  # has values missing, and reports more stations than the statistics source
EXPERTS = ("demo-expert-1", "demo-expert-2", "demo-expert-3")
REPORTERS = {
    "demo-admin": "admin",
    "demo-portal": "portal",
    "demo-source": "source",
    **dict.fromkeys(EXPERTS, "expert"),
}
"""The role of each; nobody else has keys under these names."""


@dataclass(frozen=True)
class Fictional:
    """A made-up applicant: its strength scales its counts, *silent* measures nobody reports."""

    code: str
    kind: str
    zh: str
    en: str
    strength: float
    residents: int | None
    silent: frozenset[str] = frozenset()


APPLICANTS = (
    Fictional("demo-c1", "county", "示例东山区", "Example Dongshan District", 1.0, 712_000),
    Fictional("demo-c2", "county", "示例西河区", "Example Xihe District", 0.8, 655_000),
    Fictional("demo-c3", "county", "示例南岭县", "Example Nanling County", 0.45, 318_000),
    Fictional(
        "demo-c4",
        "county",
        "示例北川县",
        "Example Beichuan County",
        0.3,
        274_000,
        frozenset({"standards", "intellectual_property", "site_inspection"}),
    ),
    Fictional("demo-c5", "county", "示例临海市", "Example Linhai City", 0.77, 640_000),
    Fictional(
        "demo-c6",
        "county",
        "示例新城区",
        "Example Xincheng District",
        0.2,
        None,
        frozenset({"base_stations_5g", "skilled_people", "events_held", "labs_and_centres"}),
    ),
    Fictional("demo-p1", "park", "示例高新产业园", "Example High-tech Park", 0.9, 48_000),
    Fictional("demo-p2", "park", "示例装备制造园", "Example Equipment Park", 0.7, 35_000),
    Fictional("demo-p3", "park", "示例化工产业园", "Example Chemical Park", 0.5, 21_000),
    Fictional(
        "demo-p4",
        "park",
        "示例港口物流园",
        "Example Port Logistics Park",
        0.35,
        16_000,
        frozenset({"factories_5g_national", "scenarios"}),
    ),
)

FULL_COUNTS = {
    "base_stations_5g": 2_150,
    "platforms_national": 3,
    "platforms_provincial": 9,
    "factories_5g_national": 5,
    "factories_5g_provincial": 12,
    "standards": 14,
    "intellectual_property": 160,
    "firms_innovative_sme": 120,
    "firms_specialised_provincial": 45,
    "firms_little_giant": 11,
    "firms_single_champion": 4,
    "solution_providers": 18,
    "labs_and_centres": 7,
    "demonstrations_national": 8,
    "smart_factories_advanced": 10,
    "events_held": 36,
    "skilled_people": 900,
}
"""What an applicant of strength 1 has; the smallest count is 0."""

STATISTICS = (
    "base_stations_5g",
    "platforms_national",
    "platforms_provincial",
    "factories_5g_national",
    "factories_5g_provincial",
)
"""What the statistics source pushes; the other counts are the applicants' own."""

MARKED = (
    "dedicated_policy",
    "funding_support",
    "financial_services",
    "operation_model",
    "other_infrastructure",
    "leading_industries",
    "replication_model",
    "characteristic_applications",
    "public_services",
    "security_assurance",
    "results_transfer",
    "site_inspection",
)

Row = dict[str, Any]


def _row(applicant: Fictional, measure: str, value: Any, reference: str) -> Row:
    return {
        "applicant": applicant.code,
        "measure": measure,
        "value": value,
        "as_of": AS_OF,
        "reference": reference,
    }


def statistics() -> Iterator[Row]:
    """Yield what the statistics source reports."""
    for applicant in APPLICANTS:
        if applicant.residents is not None:
            yield _row(applicant, "resident_population", applicant.residents, "示例统计公报")
        for measure in STATISTICS:
            if measure not in applicant.silent:
                yield _row(applicant, measure, _count(applicant, measure), "示例统计系统")


def own_reports() -> Iterator[Row]:
    """Yield what applicants report of themselves, some beside the source and not quite alike."""
    for at, applicant in enumerate(APPLICANTS):
        for measure in FULL_COUNTS:
            if measure not in STATISTICS and measure not in applicant.silent:
                yield _row(applicant, measure, _count(applicant, measure), "示例申报书")
        if "base_stations_5g" not in applicant.silent and at % 3 == 0:
            claimed = round(_count(applicant, "base_stations_5g") * (1.15 if at else 1.02))
            yield _row(applicant, "base_stations_5g", claimed, "示例申报书")
        if "scenarios" not in applicant.silent:
            codes = [f"S{number:02}" for number in range(1, 1 + round(20 * applicant.strength))]
            yield _row(applicant, "scenarios", codes, "示例申报书")


def marks(expert: int) -> Iterator[Row]:
    """Yield the marks of one expert, counted from 0: each a little stricter than the one before."""
    for applicant in APPLICANTS:
        for at, measure in enumerate(MARKED):
            if measure not in applicant.silent:
                mark = 55 + 40 * applicant.strength - 4 * expert - at % 5
                yield _row(applicant, measure, round(mark, 1), "示例评审意见")


def _count(applicant: Fictional, measure: str) -> int:
    return round(FULL_COUNTS[measure] * applicant.strength)
