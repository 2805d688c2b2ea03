"""Reference data that ships with the service; `SOURCES.md` says where each fact is from."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def framework_text() -> str:
    """Return the guide's framework as a YAML document."""
    return _text("framework.yaml")


def divisions_text() -> str:
    """Return Liaoning's administrative divisions as CSV, the province first.

    A row each for the province, its 14 cities and their 100 county-level divisions: code, name_zh,
    pinyin, name_en, parent_code, level, type_zh.
    """
    return _text("divisions.csv")


def unit_in_words(unit: str) -> dict[str, str] | None:
    """Return what a framework calls a *unit*, in Chinese and English; None where it is empty.

    A registered framework never changes, so its units' words stand beside it. A unit that is not
    among them is its own word in both languages.
    """
    return dict(_units().get(unit, {"zh": unit, "en": unit})) if unit else None


@cache
def _units() -> Mapping[str, Mapping[str, str]]:
    rows = csv.DictReader(_text("units.csv").splitlines())
    return {row["code"]: {"zh": row["zh"], "en": row["en"]} for row in rows}


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
