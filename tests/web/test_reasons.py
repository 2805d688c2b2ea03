"""Why a line is what it is, and the record it rests on, as pages."""

from shared.database import Database
from shared.submissions.remarks import REASONS
from tests.fixtures.http import key
from tests.fixtures.make import GRADE, MARK, STATIONS, World, name
from tests.submissions import plausible
from tests.web.signed_in import cookie, see
from tests.web.test_scorecard import CARD, words
from web.submissions.reading import ASIDE


async def told(world: World) -> list[int]:
    """Report a count thrice, corrected and outranked, and a mark; return their ids."""
    said = [
        await world.submit("source", "C1", STATIONS, 600, reference="Register\n<b>p. 3</b>"),
        await world.submit("portal", "C1", STATIONS, 700, comment="own count"),
        await world.submit("source", "C1", STATIONS, 640),
        await world.submit("expert", "C1", MARK, 80),
        await world.submit("portal", "C1", GRADE, "B"),
    ]
    assert await world.recompute()
    return [each.json()["id"] for each in said]


async def test_a_line_says_its_rule_its_steps_and_which_submission_counts(world: World) -> None:
    first, own, second, *_ = await told(world)
    shown = await see(world, "auditor", *CARD, "lines", "A-1", lang="en")
    said = words(shown.text)
    assert shown.headers["cache-control"] == "no-store"  # it is gone once its reader signs out
    chinese = words((await see(world, "auditor", *CARD, "lines", "A-1", lang="zh")).text)
    graded = words((await see(world, "auditor", *CARD, "lines", "B-2", lang="en")).text)

    assert "share 1: ratio to the cohort&#39;s best, 640; 1 of the cohort has a value" in said
    assert "points 1 × 6 = 6, rounded half up to 6.0000" in said
    assert f"#{first} 600 1 Jun 2026 source" in said
    assert f"passed over: superseded by the later revision #{second}" in said
    assert f"passed over: outranked by #{second}" in said
    assert "✓ counts" in said
    assert "Register &lt;b&gt;p. 3&lt;/b&gt;" in said
    assert f"填报方次序在后，以 #{second} 为准" in chinese
    assert "份额 1：与同类最优值 640 之比" in chinese
    assert f"#{own} 700 2026-06-01 portal 申报主体" in chinese
    assert "The scale Value Share" not in graded
    assert "Grade Share A 1 B 0.5 C 0" in graded


async def test_a_record_says_who_said_what_and_what_became_of_it(world: World) -> None:
    first, _, second, *_ = await told(world)
    await world.submit("source", "C1", STATIONS, 650)
    record = (*CARD, "submissions", STATIONS)
    said = words((await see(world, "auditor", *record, lang="en")).text)
    rest = words((await see(world, "auditor", *record, lang="en", after=second)).text)

    assert (
        "stations stations = 640 station (by authority: statistics system &gt; applicant)" in said
    )
    assert f"#{first} 600 1 Jun 2026 source statistics system" in said
    assert f"superseded by the later revision #{second}" in said
    assert "650" in said
    assert "waits for the next run" in said
    assert f"#{first}" not in rest
    assert "650" in rest
    assert "From the beginning" in rest


async def test_a_record_as_of_a_run_has_the_name_of_then(world: World, owner: Database) -> None:
    """Whether the reader may see the score that rests on it or not."""
    await told(world)
    world.headers["other"] = await key(owner, "expert", "other")
    await world.call("portal", "PATCH", "/applicants/C1", {"name": name("Renamed")})
    for role, measure in ("auditor", STATIONS), ("other", MARK):
        record = (*CARD, "submissions", measure)
        titles = [
            (await see(world, role, *record, **asked)).text.partition("</title>")[0]
            for asked in ({"lang": "en"}, {"lang": "en", "run": 1})
        ]
        assert ["Renamed" in each for each in titles] == [True, False]
        assert "C1" in titles[1]


async def test_what_is_held_is_shown_with_the_reason_in_words(world: World) -> None:
    await plausible.open_round(world)
    await plausible.say(world, 100)
    await plausible.say(world, 99_999)
    path = f"/board/rounds/{plausible.ROUND}/applicants/C1/submissions/{STATIONS}"
    answer = await world.client.get(
        f"http://gateway{path}?lang=en", headers=await cookie(world, "auditor")
    )

    assert "held until confirmed: larger than is plausible" in words(answer.text)
    assert set(ASIDE) == set(REASONS)


async def test_an_expert_reads_its_own_marks_before_it_may_see_what_they_come_to(
    world: World, owner: Database
) -> None:
    """And others only by pseudonym; whoever reports no marks reads those of the applicant."""
    await told(world)
    world.headers["other"] = await key(owner, "expert", "other")
    record = (*CARD, "submissions", MARK)
    blind = await see(world, "other", *record, lang="en")
    own = words((await see(world, "expert", *record, lang="en")).text)
    portal = words((await see(world, "portal", *record, lang="en")).text)

    assert "There is nothing here that you may see." in words(blind.text)
    assert "80" not in words(blind.text)
    assert "80 1 Jun 2026 expert expert" in own
    assert "80 1 Jun 2026 expert-" in portal


async def test_a_key_of_other_measures_sees_the_value_and_no_submission(
    world: World, owner: Database
) -> None:
    await told(world)
    world.headers["narrow"] = await key(owner, "portal", "narrow", measures=[GRADE])
    line = words((await see(world, "narrow", *CARD, "lines", "A-1", lang="en")).text)
    record = words((await see(world, "narrow", *CARD, "submissions", STATIONS, lang="en")).text)

    for said in (line, record):
        assert "stations stations = 640 station" in said
        assert "Your key does not reach this measure" in said
        assert "700" not in said
