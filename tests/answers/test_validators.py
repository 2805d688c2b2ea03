"""Validators of answers."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from starlette.responses import Response

from api.answers.validators import coded, etag_of, named, unless_known, validated

TAGS = st.binary(max_size=40).map(etag_of)


def asked(*given: bytes) -> dict[str, object]:
    """Return a request that has these headers `If-None-Match`."""
    return {"headers": [(b"host", b"gateway"), *((b"if-none-match", each) for each in given)]}


@given(TAGS, st.lists(TAGS), st.lists(TAGS), st.sampled_from(["", "W/"]))
def test_a_list_names_each_of_its_tags(
    tag: str, before: list[str], after: list[str], weak: str
) -> None:
    assert named(", ".join([*before, weak + tag, *after]), tag) == tag
    assert named(" * ", tag) == tag
    sent = coded(tag, "gzip")
    assert named(", ".join([*before, weak + sent, *after]), tag) in {sent, tag}


@given(TAGS, st.sampled_from(["", "W/"]))
def test_a_weak_tag_is_named_by_either_and_stays_weak(tag: str, weak: str) -> None:
    own = f"W/{tag}"
    assert named(weak + tag, own) == own
    assert named(weak + coded(tag, "gzip"), own) == coded(own, "gzip")
    assert named(f'{weak}{tag[:-1]}x"', own) is None


@given(TAGS, st.text(max_size=60), st.text('x "\\', min_size=1, max_size=9))
def test_a_tag_behind_what_is_no_list_of_tags_is_not_named(tag: str, text: str, junk: str) -> None:
    assume(tag not in text and text.strip() != "*")
    assume(not junk.isspace())

    assert named(text, tag) is None
    assert named(f"{junk} {tag}", tag) is None


@given(st.binary(max_size=99), st.binary(max_size=99))
def test_two_answers_have_the_same_tag_if_they_are_the_same_bytes(one: bytes, other: bytes) -> None:
    assert (etag_of(one) == etag_of(other)) == (one == other)


@pytest.mark.parametrize(
    "given",
    [[], [b'"other"'], [b"unquoted"], [b'"half', b'"'], [b""], [b'W/ "x"']],
)
def test_an_answer_is_sent_to_who_does_not_name_it(given: list[bytes]) -> None:
    answer = validated(Response(b"{}"))

    assert unless_known(asked(*given), answer) is answer


def test_an_answer_is_found_in_any_of_several_headers_and_keeps_what_says_how_to_keep_it() -> None:
    answer = validated(Response(b"{}", headers={"Vary": "Accept", "Link": "<next>"}))
    tag = answer.headers["etag"]

    known = unless_known(asked(b'"other"', tag.encode()), answer)

    assert (known.status_code, known.body) == (304, b"")
    assert dict(known.headers) == {
        "etag": tag,
        "cache-control": "private, no-cache",
        "vary": "Accept, Authorization, Accept-Encoding",
    }
