"""The administrative divisions that ship: complete, and consistent with their own codes."""

import csv
from collections import Counter

from shared.reference import divisions_text

ROWS = list(csv.DictReader(divisions_text().splitlines()))


def test_the_province_its_cities_and_counties_are_all_there() -> None:
    levels = Counter(row["level"] for row in ROWS)

    assert levels == {"province": 1, "prefecture": 14, "county": 100}
    assert len({row["code"] for row in ROWS}) == 115


def test_a_code_begins_with_its_parents() -> None:
    """GB/T 2260: two digits each for province, city and county."""
    parents = {row["code"]: row["parent_code"] for row in ROWS}

    for row in ROWS:
        code = row["code"]
        place = {"province": "", "prefecture": "210000", "county": f"{code[:4]}00"}
        assert row["parent_code"] == place[row["level"]]
        assert row["parent_code"] in parents or row["level"] == "province"


def test_every_division_has_a_name_in_both_languages() -> None:
    assert all(row["name_zh"] and row["name_en"] for row in ROWS)
