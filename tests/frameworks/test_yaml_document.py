"""A document means the same in YAML and in JSON, and a broken one is refused at its place."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import Invalid
from shared.frameworks.yaml_document import parse

# YAML knows more line breaks and refuses more control characters than JSON, unless escaped.
ONLY_IN_JSON = "".join(map(chr, range(0x7F, 0xA0)))
WRITTEN = st.text(
    st.characters(exclude_categories=["Cs", "Cn", "Zl", "Zp"], exclude_characters=ONLY_IN_JSON),
    max_size=20,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | WRITTEN,
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(WRITTEN, parts, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'null'", "null"),
        ("2023-05-01", "2023-05-01"),
        ("1:30", "1:30"),
        ("012", "012"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("-7", -7),
        ("0.05", 0.05),
        ("1e5", 100000.0),
        ("'5'", "5"),
        ("<<", "<<"),
        ("2023-trial", "2023-trial"),
    ],
)
def test_a_plain_scalar_is_what_json_would_make_of_it_or_text(scalar: str, value: object) -> None:
    read = parse(f"key: {scalar}")["key"]

    assert read == value
    assert type(read) is type(value)


@settings(deadline=None)
@given(value=JSON, indent=st.sampled_from([None, 2, "\t"]), ascii_only=st.booleans())
def test_json_is_read_as_json(value: Any, *, indent: int | str | None, ascii_only: bool) -> None:
    """However it is indented, tabs included, and however its characters are escaped."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    assert parse(text) == value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\na: 2", "line 2, column 1"),
        ('{"a": {"b": 1, "b": 2}}', "line 1, column 16"),
        ("a: &anchor 1\nb: *anchor", "line 1, column 4"),
        ("a: [1, *b]", "line 1, column 8"),
        ("a: !!timestamp 2023-05-01", "line 1, column 4"),
        ("a: !!python/name:os.system x", "line 1, column 4"),
        ("1: one", "line 1, column 1"),
        ("? [a]\n: 1", "line 1, column 3"),
        ("a: 1\n--- 2", "line 2, column 1"),
        ("a: [1, 2", "line 1, column 9"),
        ("a: 1\n\tb: 2", "line 2, column 1"),
        ("a: 'x", "line 1, column 6"),
        ("a: 1\nb: \x00", "line 2, column 4"),
        (b"a: 1\nb: \xff", "line 2, column 4"),
        (b"a: \xe4\xb8", "line 1, column 4"),
        ('a: "\\UFFFFFFFF"', "line 1, column 7"),
        ("%YAML 1." + "9" * 5000 + "\n--- 1", "line 1"),
        ("a: " + "9" * 5000, "line 1, column 4"),
        ("[" * 100_000, "line 1, column 33"),
        ("- " * 500, "line 1, column 65"),
    ],
)
def test_what_is_not_such_a_document_is_refused_at_its_place(text: str | bytes, place: str) -> None:
    with pytest.raises(Invalid, match=f"^{place}\\b"):
        parse(text)


def test_nesting_within_the_limit_is_read() -> None:
    value = parse("[" * 32 + "]" * 32)

    for _ in range(31):
        (value,) = value
    assert value == []


def test_a_byte_order_mark_is_no_part_of_the_document() -> None:
    assert parse("\ufeffa: 中".encode()) == {"a": "中"}


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n"])
def test_an_empty_document_is_null(text: str) -> None:
    assert parse(text) is None


@settings(deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_text_is_answered(text: str | bytes) -> None:
    check(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*"[]{}:,-?&*!|>'\"%@`# \n\t\\0aU", "---", "...", "<<", "\ufeff"])))
def test_any_heap_of_yaml_signs_is_answered(signs: list[str]) -> None:
    check("".join(signs))


def check(text: str | bytes) -> None:
    """Parse *text*, of which nothing but Invalid may come."""
    with contextlib.suppress(Invalid):
        parse(text)
