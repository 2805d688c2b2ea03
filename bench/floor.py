"""The floor: a bare FastAPI route that does nothing, and one that does one asyncpg insert."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel

TABLE = """
    CREATE TABLE IF NOT EXISTS floor (id bigserial PRIMARY KEY, applicant text, measure text,
        as_of date, number float8)
"""
INSERT = (
    "INSERT INTO floor (applicant, measure, as_of, number) VALUES ($1, $2, $3, $4) RETURNING id"
)


class Value(BaseModel):
    """The same body as a submission's."""

    applicant: str
    measure: str
    as_of: date
    value: float


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Hold as many connections as the gateway does."""
    async with asyncpg.create_pool(os.environ["FLOOR_DSN"], min_size=10, max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/empty")
async def empty() -> dict[str, str]:
    """Do nothing."""
    return {}


@app.post("/insert", status_code=201)
async def insert(value: Value) -> dict[str, int]:
    """Insert one row."""
    row = value.applicant, value.measure, value.as_of, value.value
    return {"id": await app.state.pool.fetchval(INSERT, *row)}
