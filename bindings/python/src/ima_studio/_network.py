"""HTTP without redirects and without second tries: whether to try again is the machine's choice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import httpx
from wasmtime.component import Record

from ._machine import record
from ._settings import Key, Origin

ANSWER_LIMIT = 8 << 20  # bytes
CONNECT_TIMEOUT = 10  # seconds

NOT_SENT = (
    httpx.ConnectError,  # the name was not found, the connection was refused, or TLS failed
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,  # the proxy opened no way to the service
    httpx.UnsupportedProtocol,
)
"""What httpx raises only while no byte of a request has left (money rule 3)."""

OPERATIONS = {
    ("get", "/open/v1/product/list"),
    ("post", "/open/v1/tasks/create"),
    ("post", "/open/v1/tasks/detail"),
}


class Clock:
    """Monotonic milliseconds. With a rate above 1, for tests, waiting takes that much less time."""

    def __init__(self, rate: int = 1) -> None:
        self.rate, self._skipped = rate, 0

    def now(self) -> int:
        return time.monotonic_ns() // 1_000_000 + self._skipped

    async def wait_until(self, until: int) -> None:
        left = max(0, until - self.now())
        await asyncio.sleep(left / 1000 / self.rate)
        self._skipped += left - left // self.rate


async def unless(event: asyncio.Event, work: Coroutine[Any, Any, Any]) -> Any:
    """What the work gives; None if the event came first, and ended it."""
    tasks = [asyncio.ensure_future(it) for it in (work, event.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[0].result() if tasks[0].done() else None
    finally:
        for task in tasks:
            task.cancel()


End = tuple[str, Record]
"""What ends an exchange: the tag and the value of an input."""


def failure(exchange: int, sent: str, kind: str = "network") -> End:
    """The end of an exchange without an answer."""
    return "transport-failure", record(exchange=exchange, sent=sent, kind=kind)


def answer(exchange: int, status: int, headers: list[tuple[str, str]], body: bytes) -> End:
    """The end of an exchange with an answer."""
    response = record(status=status, headers=headers, body=body)
    return "response", record(exchange=exchange, response=response)


class Network:
    """The way to the service."""

    def __init__(self, origin: Origin, key: Key, clock: Clock) -> None:
        self._origin, self._key, self._clock = origin, key, clock
        self._http = httpx.AsyncClient(follow_redirects=False, trust_env=origin.trust_env)

    async def exchange(self, transmit: Any) -> End:
        """Carries out one exchange. Gives the input that ends it."""
        request = transmit.request
        path = request.path.partition("?")[0]
        if (request.method, path) not in OPERATIONS:
            return failure(transmit.exchange, "no")
        left = max(1, getattr(transmit, "deadline-ms") - self._clock.now()) / 1000
        try:
            return await asyncio.wait_for(self._exchange(transmit.exchange, request, left), left)
        except NOT_SENT:
            return failure(transmit.exchange, "no")
        except (httpx.HTTPError, httpx.InvalidURL, asyncio.TimeoutError):
            return failure(transmit.exchange, "maybe")

    async def _exchange(self, exchange: int, request: Any, left: float) -> End:
        # The service doesn't know the idempotency key, which is the ledger's.
        headers = [it for it in request.headers if it[0] != "idempotency-key"]
        async with self._http.stream(
            request.method.upper(),
            self._origin.text + request.path,
            headers=headers,
            content=request.body or None,
            auth=self._key,
            timeout=httpx.Timeout(left, connect=min(CONNECT_TIMEOUT, left)),
        ) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > ANSWER_LIMIT:
                    return failure(exchange, "maybe", "too-large")
            wait = response.headers.get("retry-after")
            told = [] if wait is None else [("retry-after", wait)]
            return answer(exchange, response.status_code, told, self._key.redact(bytes(body)))

    async def aclose(self) -> None:
        await self._http.aclose()
