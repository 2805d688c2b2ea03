"""The board's routes, in the order in which they are tried."""

from starlette.routing import BaseRoute

from web.assets import routes as assets
from web.events import routes as events
from web.ranking import routes as ranking
from web.rounds import routes as rounds
from web.signing import routes as signing


def routes() -> list[BaseRoute]:
    """Return all routes of the board, which the gateway makes its own."""
    every = (ranking, events, rounds, signing, assets)
    return [route for each in every for route in each.router.routes]
