"""The board's routes, in the order in which they are tried."""

from starlette.routing import BaseRoute

from web.assets import routes as assets
from web.events import routes as events
from web.ranking import routes as ranking
from web.rounds import routes as rounds


def routes() -> list[BaseRoute]:
    """Return all routes of the board, which the gateway makes its own."""
    return [route for each in (ranking, events, rounds, assets) for route in each.router.routes]
