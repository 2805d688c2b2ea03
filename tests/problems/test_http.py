"""Problems in both languages, and what their types lead to."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.answers.codes import FIELD_CODES
from api.answers.languages import of_type
from api.answers.languages import texts as texts_of_all
from shared.submissions.remarks import CODES as REMARKS
from tests.contract.document import CONTRACT
from tests.fixtures.http import SUBMISSIONS, problem
from tests.fixtures.make import STATIONS, World

DOCS = (Path(__file__).parents[2] / "docs" / "problems.md").read_text("utf-8")
SECTION = re.compile(
    r"### `/problems/([a-z-]+)` · (\d+)\n\n(.*?)\n\n\*\*When:\*\* (.*?)\n\n"
    r"\*\*What to do:\*\* (.*?)\n(?=\n### |\n## |\Z)",
    re.DOTALL,
)
HAN = re.compile(r"[\u4e00-\u9fff]")
OTHER_URL = httpx.URL("http://gateway/problems/")


def test_the_english_words_are_those_of_the_documentation() -> None:
    documented = {
        slug: (int(status), *(" ".join(each.split()) for each in words))
        for slug, status, *words in SECTION.findall(DOCS)
    }

    assert documented == {
        slug: (said["status"], *(said[part]["en"] for part in ("title", "when", "what_to_do")))
        for slug, said in texts_of_all()["problems"].items()
    }


def test_every_type_of_the_contract_has_words_in_chinese() -> None:
    examples: dict[str, Any] = CONTRACT["components"]["examples"]

    for slug in examples:
        said = of_type(slug)
        assert said is not None, slug
        assert all(HAN.search(said[part]["zh"]) for part in ("title", "when", "what_to_do")), slug


def test_every_code_of_an_error_has_words_in_chinese() -> None:
    known = texts_of_all()["codes"]

    assert {*FIELD_CODES, *REMARKS} <= set(known)
    assert all(HAN.search(each) for each in known.values())


@pytest.mark.parametrize(
    ("asked", "language"), [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de, en", "en"), (None, "en")]
)
async def test_a_problem_comes_in_the_language_that_is_asked_for(
    world: World, asked: str | None, language: str
) -> None:
    headers = world.headers["source"] | ({"Accept-Language": asked} if asked else {})
    value = {"applicant": "C1", "measure": STATIONS, "value": -1, "as_of": "2026-06-01"}

    answer = await world.client.post(SUBMISSIONS, json=value, headers=headers)

    said = problem(answer, 422, "submission-refused")
    assert answer.headers["content-language"] == language
    assert "Accept-Language" in answer.headers["vary"]
    assert bool(HAN.search(said["title"] + said["detail"])) == (language == "zh")
    (error,) = said["errors"]
    assert (error["pointer"], error["code"]) == ("/value", "below-range")
    assert bool(HAN.search(error["detail"])) == (language == "zh")


async def test_rows_at_fault_are_told_in_chinese_too(world: World) -> None:
    row = {"applicant": "C1", "measure": STATIONS, "value": -1, "as_of": "2026-06-01"}
    headers = world.headers["source"] | {"Accept-Language": "zh"}

    answer = await world.client.post(f"{SUBMISSIONS}/batch", json={"items": [row]}, headers=headers)

    (item,) = problem(answer, 422, "batch-rejected")["items"]
    assert [each["detail"] for each in item["errors"]] == ["值低于允许范围。"]


async def test_a_type_leads_to_what_it_means_without_a_key(world: World) -> None:
    found = await world.client.get(OTHER_URL.join("stale-revision"))

    assert found.json() | {"type": "/problems/stale-revision"} == found.json()
    assert HAN.search(found.json()["title"]["zh"])
    problem(await world.client.get(OTHER_URL.join("nothing")), 404, "not-found")
    problem(await world.client.get(OTHER_URL.join("NO")), 422, "invalid")
