"""In which order a ranking is shown, and of whom."""

from hypothesis import given
from hypothesis import strategies as st

from shared.rankings.order import Sort, arranged
from shared.rankings.ranking import Ranking, ranked
from shared.rankings.store import Standing

CODES = [f"A{at}" for at in range(6)]
KINDS = ["county", "park", "county", "county", "park", "county"]


def ranking(totals: list[int], coverage: list[float], blocked: list[bool]) -> Ranking:
    """Rank six applicants."""
    return ranked(Standing(CODES, KINDS, totals, coverage, blocked), 1)


SIX = st.builds(
    ranking,
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=6, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
SORTS: list[Sort] = ["rank", "-rank", "name", "-name", "code", "-code", "coverage", "-coverage"]


def shown(whole: Ranking, kind: str | None, sort: Sort, found: list[str] | None) -> list[str]:
    """Return the codes in the order in which they are shown."""
    return [CODES[at] for at in arranged(whole, kind, sort, found)]


@given(SIX, st.sampled_from([None, "park"]), st.sampled_from(SORTS), st.permutations([*CODES, "Z"]))
def test_whatever_the_order_everybody_who_is_sought_is_shown_once(
    whole: Ranking, kind: str | None, sort: Sort, names: list[str]
) -> None:
    among = names[:4]
    expected = {
        code
        for code, own in zip(CODES, KINDS, strict=True)
        if code in among and kind in {None, own}
    }

    found = shown(whole, kind, sort, among)

    assert len(found) == len(expected)
    assert set(found) == expected


@given(SIX, st.permutations(CODES))
def test_each_order_is_what_it_is_called(whole: Ranking, names: list[str]) -> None:
    at = whole.positions
    by_rank = shown(whole, None, "rank", None)
    unranked = [code for code in by_rank if whole.blocked[at[code]]]

    assert shown(whole, None, "-rank", None) == by_rank[: 6 - len(unranked)][::-1] + unranked
    assert shown(whole, None, "name", names) == names
    assert shown(whole, None, "-code", None) == CODES[::-1]
    for sort, sign in (("coverage", 1), ("-coverage", -1)):
        expected = sorted(by_rank, key=lambda code: sign * whole.coverage[at[code]])
        assert shown(whole, None, sort, None) == expected  # type: ignore[arg-type]
