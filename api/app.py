"""The gateway's composition: the only place of it that makes an engine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

import web.app
from api import cors
from api.adjudications import routes as adjudications
from api.answers.compression import Compression
from api.applicants import routes as applicants
from api.attributions import routes as attributions
from api.audit import routes as audit
from api.batches import routes as batches
from api.checklists import routes as checklists
from api.completeness import routes as completeness
from api.conflicts import routes as conflicts
from api.diagnostics import routes as diagnostics
from api.discrepancies import routes as discrepancies
from api.events import routes as events
from api.explanations import routes as explanations
from api.exports import routes as exports
from api.frameworks import routes as frameworks
from api.health import routes as health
from api.http import problems
from api.http.access import require_declared
from api.http.middleware import RequestContext
from api.http.openapi.document import complete
from api.http.route import Repeats
from api.http.state import Gateway
from api.keys import routes as keys
from api.movements import routes as movements
from api.operations import routes as operations
from api.problems import routes as problem_types
from api.proofs import routes as proofs
from api.rankings import routes as scores
from api.rounds import routes as rounds
from api.runs import routes as runs
from api.sensitivity import routes as sensitivity
from api.submissions import routes as submissions
from api.webhooks import routes as webhooks
from shared.core.database_role import DatabaseRole
from shared.database import Database, Limits
from shared.database.notifications import listen
from shared.process import lifecycle
from shared.settings import Settings

ROLE = DatabaseRole.GATEWAY

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    database: Database, settings: Settings | None = None, lifespan: Lifespan | None = None
) -> FastAPI:
    """Return the application over *database*; a test hands in its own."""
    settings = settings or Settings()
    app = FastAPIOffline(
        title="Pilot-zone assessment",
        version="1",
        lifespan=lifespan,
        docs_url="/docs",
        redoc_url=None,
        static_url="/docs/assets",
        openapi_url="/v1/openapi.json",
        separate_input_output_schemas=False,
        redirect_slashes=False,
        # Measured and logged by ourselves; FastAPI would look for somebody to tell at each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for page in app.router.routes:  # of the documentation, which is all that there is as yet
        if isinstance(page, APIRoute):
            page.methods = {"GET", "HEAD"}
    app.state.gateway = Gateway.over(database, settings)
    # Routes are tried in order: first what is asked for most. They become the application's own,
    # since FastAPI matches those of an included router twice.
    for each in (
        scores,
        movements,
        events,
        submissions,
        batches,
        explanations,
        runs,
        attributions,
        conflicts,
        adjudications,
        diagnostics,
        discrepancies,
        completeness,
        exports,
        checklists,
        proofs,
        sensitivity,
        operations,
        rounds,
        applicants,
        frameworks,
        problem_types,
        keys,
        audit,
        webhooks,
        health,
    ):
        app.router.routes.extend(each.router.routes)
    app.router.routes.extend(web.app.routes())
    require_declared(app)
    problems.register(app)
    complete(app)
    app.add_middleware(Repeats)
    app.add_middleware(Compression)
    app.add_middleware(RequestContext)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, **cors.of(settings.cors_origins))
    return app


def over(url: str, settings: Settings) -> FastAPI:
    """Return what runs in production; PostgreSQL is reached when the server starts it."""
    database = Database(url, ROLE, settings.database_pool, Limits.of_gateway(settings))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await database.open()
        held: Gateway = app.state.gateway
        ears = {
            "run": held.heard,
            "api_key": held.key_heard,
            "browser_session": held.sessions.heard,
        }
        async with asyncio.TaskGroup() as background:
            running = [
                background.create_task(listen(database, ears)),
                background.create_task(held.keyring.uses.keep_writing()),
                background.create_task(held.refusals.keep_writing()),
                background.create_task(held.reads.keep_writing()),
                background.create_task(held.changes.keep_writing()),
            ]
            lifecycle.built()
            yield
            for each in running:
                each.cancel()
        await held.refusals.finish()
        await held.reads.finish()
        await held.changes.finish()
        await database.close()

    return create_app(database, settings, lifespan)
