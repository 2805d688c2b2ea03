"""Reference data that ships with the service; `SOURCES.md` says where each fact is from."""

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


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
