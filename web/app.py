"""The board's routes, in the order in which they are tried."""

from starlette.routing import BaseRoute

from web.assets import routes as assets
from web.events import routes as events
from web.explanations import routes as explanations
from web.ranking import routes as ranking
from web.rounds import routes as rounds
from web.scorecard import routes as scorecard
from web.signing import routes as signing
from web.submissions import routes as submissions

FEATURES = (
    ranking,
    scorecard,
    explanations,
    submissions,
    events,
    rounds,
    signing,
    assets,
)


def routes() -> list[BaseRoute]:
    """Return all routes of the board, which the gateway makes its own."""
    return [route for each in FEATURES for route in each.router.routes]
