"""The board's routes, in the order in which they are tried."""

from starlette.routing import BaseRoute

from web.administration import routes as administration
from web.assets import routes as assets
from web.coverage import routes as coverage
from web.diagnostics import routes as diagnostics
from web.elsewhere import routes as elsewhere
from web.events import routes as events
from web.explanations import routes as explanations
from web.movement import routes as movement
from web.ranking import routes as ranking
from web.reports import routes as reports
from web.rounds import routes as rounds
from web.scorecard import routes as scorecard
from web.signing import routes as signing
from web.submissions import routes as submissions
from web.wall import routes as wall
from web.work import routes as work

FEATURES = (
    ranking,
    scorecard,
    explanations,
    submissions,
    administration,
    coverage,
    diagnostics,
    movement,
    reports,
    wall,
    work,
    events,
    rounds,
    signing,
    assets,
    elsewhere,
)


def routes() -> list[BaseRoute]:
    """Return all routes of the board, which the gateway makes its own."""
    return [route for each in FEATURES for route in each.router.routes]
