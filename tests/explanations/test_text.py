"""An explanation as text: each thing is said once, and nothing that is not so."""

import re
from typing import Any

import pytest

from shared.explanations.text import COLUMNS, render
from shared.explanations.width import width

STATIONS, PEOPLE = "stations", "people"


def submission(value: float) -> dict[str, Any]:
    """Return a submission that counts."""
    return {
        "id": 7,
        "kind": "source",
        "reporter": "statistics",
        "as_of": "2026-06-30",
        "recorded_at": "2026-07-01T09:30:15.123456Z",
        "value": value,
        "reference": None,
        "comment": None,
        "verdict": "counts",
        "reason": {"zh": "计入", "en": "counts"},
    }


def measure(code: str, zh: str, en: str, value: float | None) -> dict[str, Any]:
    """Return a measure that was submitted once, or never."""
    return {
        "measure": code,
        "name": {"zh": zh, "en": en},
        "unit": "",
        "unit_name": None,
        "type": "count",
        "codes": [],
        "rule": {"kind": "authority", "order": ["source", "applicant"]},
        "value": value,
        "submissions": [] if value is None else [submission(value)],
    }


LINE: dict[str, Any] = {
    "indicator": "A-1",
    "name": {"zh": "覆盖率", "en": "Coverage"},
    "dimension": "A",
    "value": 5.0,
    "normalisation": {
        "method": "min_max",
        "direction": "higher",
        "rule": {"base": 0.0},
        "cohort": {"n": 3, "worst": 0.0, "best": 10.0},
    },
    "share": 0.5,
    "own_full": 10.0,
    "in_force": None,
    "full": 10.0,
    "unrounded": 5.0,
    "points": 5.0,
    "missing_rule": "zero",
    "costs_at_most": None,
    "one_more": {"value": 6.0, "share": 0.6, "points": 6.0, "gain": 1.0},
    "flags": [],
}
MISSING: dict[str, Any] = {
    "value": None,
    "share": None,
    "points": 0.0,
    "costs_at_most": 7.5,
    "one_more": None,
    "flags": ["missing"],
}
ABOVE: dict[str, Any] = {
    "rank": 1,
    "tied": 1,
    "applicants": ["C2"],
    "total": 9.0,
    "distance": 4.0,
    "ahead_in": [{"indicator": "A-1", "points": 5.0, "theirs": 9.0}],
}


def document(
    stations: float | None = 10.0, people: float | None = 2.0, **line: Any
) -> dict[str, Any]:
    """Return the explanation of a score of one line, a ratio."""
    derivation = {
        "kind": "ratio",
        "terms": [{"measure": STATIONS, "weight": 1.0, "value": stations}],
        "denominator": {"measure": PEOPLE, "value": people},
        "per": 1.0,
        "cap": None,
    }
    only = LINE | {"derivation": derivation} | line
    return {
        "round": "R",
        "run": 2,
        "as_of": "2026-07-01T10:00:00Z",
        "reference_date": "2026-06-30",
        "framework": {"code": "small", "version": "1", "sha256": "0" * 64},
        "precision": 2,
        "applicant": "C1",
        "name": {"zh": "甲县", "en": "First"},
        "kind": "county",
        "measures": [
            measure(STATIONS, "基站数", "Base stations", stations),
            measure(PEOPLE, "人口", "Residents", people),
        ],
        "lines": [only],
        "dimensions": [
            {
                "code": "A",
                "name": {"zh": "设施", "en": "Facilities"},
                "points": 5.0,
                "own_full": 10.0,
                "full": 10.0,
            }
        ],
        "total": 5.0,
        "full": 10.0,
        "coverage": 1.0,
        "rank": 2,
        "tied": 1,
        "cohort_size": 2,
        "above": ABOVE,
        "below": None,
    }


def flowing(text: str) -> str:
    """Return *text* without its breaks."""
    return " ".join(text.split())


def test_a_formula_names_what_it_reads() -> None:
    assert "raw value 5 = Base stations (10) / Residents (2) × 1" in render(document(), "en")
    assert "原始值 5 = 基站数（10） / 人口（2） × 1" in render(document(), "zh")


def test_a_submission_says_when_it_was_recorded() -> None:
    assert "\n          recorded 2026-07-01 09:30:15 UTC\n" in render(document(), "en")
    assert "\n          记录于 2026-07-01 09:30:15 UTC\n" in render(document(), "zh")


def test_who_is_ahead_is_said_line_by_line() -> None:
    assert "    C2 earns 9.00 against 5.00 in A-1 Coverage\n" in render(document(), "en")
    assert "    C2 领先于 A-1 覆盖率：9.00 分，本主体 5.00 分\n" in render(document(), "zh")


def test_an_expert_is_not_told_who_is_ahead_in_what() -> None:
    told = document() | {"above": ABOVE | {"ahead_in": None}}
    assert "4.00 points behind rank 1: C2" in render(told, "en")
    assert "against" not in render(told, "en")


def test_a_missing_line_says_so_once_and_so_does_each_measure() -> None:
    text = flowing(render(document(None, None, **MISSING), "en"))
    assert "raw value missing: Base stations (?) / Residents (?) × 1; with a value" in text
    assert text.count("missing") == 1
    assert text.count("nothing was submitted") == 2
    assert "no value" not in text


def test_a_denominator_of_zero_is_named_and_nothing_else_is_missed() -> None:
    changes: dict[str, Any] = MISSING | {"flags": ["missing", "zero_denominator"]}
    english = flowing(render(document(10.0, 0.0, **changes), "en"))
    chinese = flowing(render(document(10.0, 0.0, **changes), "zh"))
    assert "the total could rise by 7.50 points The denominator is 0." in english
    assert "总分最多可增加 7.50 分 分母为零。" in chinese


def test_a_line_that_could_add_nothing_does_not_promise_to() -> None:
    nothing: dict[str, Any] = MISSING | {"costs_at_most": 0.0}
    assert "could rise" not in render(document(None, **nothing), "en")


def test_a_skipped_line_gives_its_points_away_without_an_equation() -> None:
    """Its own maximum is 0; own × dimension / counted is what the others' is."""
    skipped = MISSING | {"missing_rule": "skip", "full": 0.0}
    skipped["in_force"] = {"dimension": 30.0, "counted": 20.0}
    english, chinese = (
        flowing(render(document(None, **skipped), language)) for language in ("en", "zh")
    )
    assert "skipped, its 10 points go to the dimension's other lines;" in english
    assert "本行跳过，其 10 分归本维度的其他指标；" in chinese
    assert "in force" not in english
    assert "现行满分" not in chinese


def test_the_last_lines_to_be_skipped_leave_their_points_to_nobody() -> None:
    skipped = MISSING | {"missing_rule": "skip", "flags": ["missing", "empty_dimension"]}
    skipped["in_force"] = {"dimension": 10.0, "counted": 0.0}
    text = flowing(render(document(None, **skipped), "en"))
    assert "skipped;" in text
    assert "other lines" not in text


def test_a_line_that_carries_more_shows_how_much() -> None:
    more: dict[str, Any] = {"full": 15.0, "in_force": {"dimension": 30.0, "counted": 20.0}}
    assert "maximum in force 15 = 10 × 30 / 20" in render(document(**more), "en")
    assert "（本维度现行满分 / 未跳过指标的满分之和）" in render(document(**more), "zh")


def test_an_empty_dimension_says_where_its_points_go_and_the_others_what_they_take_over() -> None:
    explained = document()
    explained["dimensions"][0]["full"] = 30.0
    hollow = {"code": "B", "name": {"zh": "空", "en": "Hollow"}, "points": 0.0}
    explained["dimensions"].append(hollow | {"own_full": 20.0, "full": 0.0})
    explained["full"] = 30.0

    english, chinese = (flowing(render(explained, language)) for language in ("en", "zh"))

    assert "points in force 30 = 10 × 30 / 10 (all points / those of the dimensions" in english
    assert "empty: every line is skipped, its 20 points go to the other dimensions" in english
    assert "本维度现行满分 30 = 10 × 30 / 10（总分 / 非空维度的满分之和）" in chinese
    assert "本维度没有可计分的指标，其 20 分归其他维度" in chinese
    assert "in force" not in render(document(), "en")


@pytest.mark.parametrize(("share", "gain", "said"), [(1.0, 0.0, False), (0.0, 0.0, True)])
def test_a_line_at_its_maximum_has_no_increment(share: float, gain: float, *, said: bool) -> None:
    more = LINE["one_more"] | {"gain": gain}
    text = render(document(share=share, one_more=more), "en")
    assert ("with a raw value of 6" in text) == said


def test_a_flat_column_has_no_place_in_it() -> None:
    scale = LINE["normalisation"] | {"cohort": {"n": 1, "worst": 500.0, "best": 500.0}}
    text = flowing(render(document(normalisation=scale, flags=["flat"]), "en"))
    assert "share 0.5: 1 of the cohort has a value points" in text
    assert "All values of the cohort are equal." in text
    assert "worst" not in text


@pytest.mark.parametrize(
    ("least", "said"), [(1, "1 mark at least"), (2, "2 marks at least")], ids=["one", "two"]
)
def test_one_mark_is_no_marks(least: int, said: str) -> None:
    told = document()
    told["measures"][0]["rule"] = {"kind": "panel", "combine": "mean", "at_least": least}
    assert said in render(told, "en")


def test_a_flag_is_yes_or_no_in_the_readers_language() -> None:
    told = document(stations=1.0)
    told["measures"][0] |= {"type": "flag", "codes": ["no", "yes"]}
    assert "基站数 stations = 是" in render(told, "zh")
    assert "Base stations stations = yes" in render(told, "en")


def test_a_long_name_leaves_the_points_in_their_column() -> None:
    name = {"zh": "很长的名称" * 15, "en": "a long name " * 12}
    for language in ("zh", "en"):
        lines = render(document(name=name), "zh" if language == "zh" else "en").splitlines()
        at = next(at for at, line in enumerate(lines) if line.startswith("  A-1"))
        assert width(lines[at]) == COLUMNS
        assert lines[at].endswith("10.00")
        assert lines[at + 1].startswith("    ")
        assert max(map(width, lines)) <= COLUMNS


def test_chinese_is_set_with_chinese_punctuation() -> None:
    panel = {"kind": "panel", "combine": "trimmed_mean", "at_least": 2, "trim": 1, "trim_from": 4}
    told = document()
    told["measures"][0]["rule"] = panel
    skipped = MISSING | {"missing_rule": "skip", "in_force": {"dimension": 30.0, "counted": 20.0}}
    for each in (told, document(None, **skipped), document(flags=["capped"])):
        text = render(each, "zh")
        assert re.findall(r"[\u4e00-\u9fff] ?[(),;:]|[(),;:] ?[\u4e00-\u9fff]", text) == []
        assert "得分比例" not in text
