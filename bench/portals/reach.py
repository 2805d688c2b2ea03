"""(l) What a key's limits cost a reader: the same submissions, all rows reached and some."""

from pathlib import Path

from bench.load import Rate, beside, press, request
from bench.stage import ACTOR, Round, Stage, answering, free_port, process
from shared.access import service as keys
from shared.access.store import Terms

APPLICANT = "B000001"
CLIENTS = (1, 8)


async def measure(
    stage: Stage, round_: Round, seconds: float, logs: Path
) -> dict[str, tuple[Rate, Rate]]:
    """Return for each number of clients the rate without limits, and that of a key with limits."""
    async with stage.database.session() as session:
        made = await keys.issue(session, ACTOR, "limited", "portal", Terms((APPLICANT,)))
    path = f"/v1/rounds/{round_.code}/submissions?applicant={APPLICANT}&limit=100"
    whole, part = (request("GET", path, key) for key in (stage.portal, made.key))
    port = free_port()
    found = {}
    with process(stage.url, logs / "gateway.log", "api", "--port", str(port)) as gateway:
        await answering(port, gateway)
        for sent in (whole, part):
            await press(port, lambda _, sent=sent: sent, 8, 1)  # type: ignore[misc]
        for clients in CLIENTS:
            ways = (port, lambda _: whole), (port, lambda _: part)
            found[str(clients)] = await beside(*ways, clients, seconds)
    return found
