"""Charts of a scorecard: what is drawn is what was given."""

import re
from datetime import UTC, datetime
from math import hypot

from hypothesis import given
from hypothesis import strategies as st

from shared.rankings.store import Lines
from web.charts.bullets import Bullet, bullet
from web.charts.radar import HEIGHT, RADIUS, WIDTH, Axis, label, place, radar
from web.charts.trend import Trend, places, stretches, trend
from web.scorecard.reading import totals_over

WIDE = re.compile(r'class="(\w+)"(?: x="([\d.]+)")? y="[\d.]+" width="([\d.]+)"')


def test_a_bullet_is_as_long_as_its_points_and_the_tick_stands_at_the_median() -> None:
    drawn = bullet(Bullet(2.0, 4.0, 3.0), 2, 8.0, "<said>")

    assert WIDE.findall(drawn) == [
        ("rest", "", "159.0"),
        ("c2", "", "79.5"),
        ("tick", "118.2", "2"),
    ]
    assert 'aria-label="&lt;said&gt;"' in drawn


def test_what_is_missing_is_an_outline_and_no_bar_of_no_length() -> None:
    drawn = bullet(Bullet(None, 4.0, None), 1, 4.0, "missing")

    assert 'class="void"' in drawn
    assert "c1" not in drawn
    assert "tick" not in drawn


@given(st.integers(3, 12), st.floats(0, 1))
def test_a_corner_is_as_far_out_as_its_share(count: int, share: float) -> None:
    for at in range(count):
        x, y = place(at, count, share)
        assert abs(hypot(x - WIDTH / 2, y - HEIGHT / 2) - RADIUS * share) < 1e-6


def test_a_radar_has_three_axes_at_least_and_tells_long_names_by_number() -> None:
    axes = [Axis(name, 0.5, 0.25) for name in ("a<b", "W" * 80, "发展政策")]
    drawn = str(radar(axes, "said"))

    assert radar(axes[:2], "said") is None
    assert re.findall(r"<tspan[^>]*>([^<]*)</tspan>", drawn) == ["a&lt;b", "2", "发展政策"]
    assert drawn.count("<polygon") == 4 + 2
    assert label("Capacity for public services") == ["Capacity for", "public services"]


def test_a_trend_is_broken_where_there_was_nothing_and_a_first_place_stands_highest() -> None:
    ranks = places(Trend([3.0, None, 1.0, 2.0], "a", "b", 0, down=True))

    assert [len(each) for each in stretches(ranks)] == [1, 2]
    heights = [each[1] for each in (ranks[2], ranks[3], ranks[0]) if each is not None]
    assert heights == sorted(heights)
    assert len(set(heights)) == 3
    assert trend(Trend([None], "a", "b"), "said") is None
    assert "&lt;run&gt;" in str(trend(Trend([1.0], "<run>", "b"), "said"))


def test_a_total_holds_until_the_next_one() -> None:
    def version(run: int, total: int, *, withdrawn: bool = False) -> Lines:
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        blocked = False
        return Lines(run, moment, total, 1.0, blocked, withdrawn, [], [], [], [])

    versions = [version(9, 7), version(6, 0, withdrawn=True), version(3, 5)]

    assert totals_over([2, 3, 4, 6, 8, 9], versions) == [None, 5, 5, None, None, 7]
