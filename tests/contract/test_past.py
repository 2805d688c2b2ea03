"""Whatever shows scores shows those of a run or of an instant, asked for alike everywhere."""

from tests.contract.document import OPERATIONS
from tests.fixtures.http import findings, mark, problem
from tests.fixtures.make import ROUND, World

PREFIX = "/v1/rounds/{round}"
ANALYSIS = "/sensitivity"
READS = [
    each
    for each in OPERATIONS
    if f"{each.path}/".startswith(f"{PREFIX}/")
    and (each.method == "GET" or each.path.endswith(ANALYSIS))
]
"""And what is worked out for whoever asks for it."""

BY_ITSELF = {
    "": "the round as it now is",
    "/adjudications": "what panels leave open now, to be settled",
    "/batches": "receipts, which never change",
    "/batches/{batch}": "a receipt, which never changes",
    "/batches/{batch}/items": "a receipt, which never changes",
    "/checkpoints": "what was signed, all of it",
    "/checkpoints/latest": "what was signed last",
    "/completeness": "who is still to report: what waits for a run counts",
    "/conflicts": "experts' ties as they now are",
    "/consistency": "between two sizes of the log, which it is asked for",
    "/entries": "who takes part now",
    "/entries/{applicant}/checklist": "what is still to be reported: what waits for a run counts",
    "/events": "what happens from now on",
    "/operations": "work that was asked for; each names the run that it is about",
    "/operations/{operation}": "of the run that it names",
    "/operations/{operation}/items": "of the run that it names",
    "/runs": "all runs",
    "/runs/{run}": "of the run in its path",
    "/runs/{run}/changes": "of the run in its path, since another",
    "/submissions": "of all runs; `run` are those that one took in, `recorded_until` asks by time",
    "/submissions/standing": "by the instant `known_at`, whether a run took it in or not",
    "/submissions/{submission}/receipt": "a submission never changes",
}
"""What takes no run or no instant, and why, by its path in a round."""

OF_A_RUN = [each for each in READS if each.path.removeprefix(PREFIX) not in BY_ITSELF]
OTHERS = {"run": 99}, {"as_of": "2099-01-01T00:00:00Z"}, {"run": 1, "as_of": "2099-01-01T00:00:00Z"}


def test_a_read_takes_run_and_instant_or_it_is_said_why_not() -> None:
    taken = {
        each.path.removeprefix(PREFIX)
        for each in READS
        if {"run", "as_of"} <= {one["name"] for one in each.parameters if one["in"] == "query"}
    }
    assert taken == {each.path.removeprefix(PREFIX) for each in OF_A_RUN}
    assert taken | set(BY_ITSELF) == {each.path.removeprefix(PREFIX) for each in READS}


async def test_a_run_that_is_not_there_and_an_instant_to_come_are_refused_alike(
    world: World,
) -> None:
    await mark(world, C1=50)
    for each in OF_A_RUN:
        role = "auditor" if "auditor" in (each.roles or ()) else "admin"
        path = each.path.removeprefix("/v1").format(round=ROUND, applicant="C1")
        unknown, later, both = [
            await world.call(role, each.method, path, **asked) for asked in OTHERS
        ]
        problem(unknown, 404, "not-found")
        assert findings(problem(later, 422, "invalid")) == [("/query/as_of", "in-the-future")], path
        assert findings(problem(both, 422, "invalid")) == [("/query/as_of", "with-a-run")], path
