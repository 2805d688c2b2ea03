"""Clients that never give up: what was not acknowledged is sent again, as it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import httpx

from bench.stage import INDICATORS

FIRST_DAY = date(2026, 5, 1)
BATCH_EVERY, BATCH_ROWS = 5, 10
PAUSE_SECONDS = 0.05

Value = tuple[str, str, date, float]
"""An applicant, a measure, a date, and what was said of them."""


@dataclass
class Client:
    """One key's view of a gateway that comes and goes."""

    http: httpx.AsyncClient
    retried: int = 0
    faults: list[str] = field(default_factory=list)

    async def send(self, method: str, path: str, body: Any = None) -> Any:
        """Send until the answer is a success, and return its document.

        A broken connection and 503 ask for another try; any other answer is a fault, and noted.
        """
        while True:
            try:
                answer = await self.http.request(method, path, json=body)
            except httpx.TransportError:
                pass
            else:
                if answer.is_success:
                    return answer.json()
                if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                    self.faults.append(f"{answer.status_code} {answer.text}")
            self.retried += 1
            await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def client(base: str, key: str) -> AsyncIterator[Client]:
    """Give a client with *key* of the gateway at *base*."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=10) as http:
        yield Client(http)


@dataclass
class Writer:
    """Submits what nobody else does: each writer has a date of its own."""

    client: Client
    round_code: str
    number: int
    applicants: int
    acknowledged: dict[Value, int] = field(default_factory=dict)
    sent: int = 0

    async def write(self, stop: asyncio.Event) -> None:
        """Submit, one value or a batch at a time, until *stop*; the last is seen through."""
        path = f"/rounds/{self.round_code}/submissions"
        requests = 0
        while not stop.is_set():
            requests += 1
            if requests % BATCH_EVERY:
                value = self._next()
                receipt = await self.client.send("POST", path, _body(value))
                self.acknowledged[value] = receipt["id"]
            else:
                values = [self._next() for _ in range(BATCH_ROWS)]
                body = {"items": [_body(value) for value in values]}
                receipt = await self.client.send("POST", f"{path}/batch", body)
                for value, item in zip(values, receipt["items"], strict=True):
                    self.acknowledged[value] = item["id"]

    def _next(self) -> Value:
        """Return a value that was never sent; its applicant and measure come round again."""
        at = self.sent * 7 + self.number
        self.sent += 1
        return (
            f"B{1 + at % self.applicants:06}",
            f"m{at // self.applicants % INDICATORS:02}",
            FIRST_DAY + timedelta(self.number),
            float(self.sent),
        )


def _body(value: Value) -> dict[str, Any]:
    applicant, measure, as_of, number = value
    return {
        "applicant": applicant,
        "measure": measure,
        "as_of": as_of.isoformat(),
        "value": number,
    }


async def come_and_go(client: Client, round_code: str, applicant: str, stop: asyncio.Event) -> None:
    """Withdraw *applicant* from the round and enter it again, over and over."""
    states = ["withdrawn", "accepted"]
    while not stop.is_set():
        path = f"/rounds/{round_code}/entries/{applicant}"
        await client.send("PUT", path, {"state": states[0]})
        states.reverse()
        await asyncio.sleep(PAUSE_SECONDS)


async def watch(client: Client, round_code: str, stop: asyncio.Event) -> None:
    """Read the ranking over and over; it must never fall back to an earlier run."""
    seen = 0
    while not stop.is_set():
        run = (await client.send("GET", f"/rounds/{round_code}/scores?limit=1"))["run"]
        if run < seen:
            client.faults.append(f"run {run} was read after run {seen}")
        seen = run
        await asyncio.sleep(PAUSE_SECONDS)
