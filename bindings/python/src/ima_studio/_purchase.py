"""One create request: recorded before it leaves, settled by what is read in its answer."""

from __future__ import annotations

import json
from collections import deque
from typing import Any, cast

from wasmtime.component import Variant

from ._machine import Pump
from ._network import End
from .errors import BudgetError, ImaError, OutcomeUnknownError, UnfinishedError
from .store import Settlement, Verdict
from .types import Charge


def idempotency_key(transmit: Any) -> str | None:
    """The key of a create request; None for any other one."""
    return dict(transmit.request.headers).get("idempotency-key")


def is_create(output: Any) -> bool:
    """Whether an output is an exchange that costs points."""
    return hasattr(output, "request") and idempotency_key(output) is not None


def worst_points(body: bytes) -> int:
    """What a create request costs at the worst: the service may count the price for each output."""
    points = 0
    for item in json.loads(body)["parameters"]:
        points += int(item["credit"]) * max(1, int(item.get("parameters", {}).get("n", 1)))
    return points


def known_task(task_id: str) -> bytes:
    """The service's answer to a create request that it accepted before."""
    return json.dumps({"code": 0, "message": "success", "data": {"id": task_id}}).encode()


def refused(verdict: Verdict, points: int, limits: tuple[int | None, int | None]) -> ImaError:
    """Why the ledger doesn't let a create request leave."""
    text = {
        "over-request": f"This costs {points} points, and one generation may cost {limits[0]}.",
        "over-day": f"This costs {points} points; {verdict.spent} of the {limits[1]} allowed today"
        " are spent or in doubt.",
        "exhausted": "This key was refused three times.",
        "other-content": "This idempotency key was used for another request.",
    }
    return BudgetError(text.get(verdict.word, verdict.word), cause=verdict.word)


def settle(session: Pump, end: End, now: int, outputs: deque[Any]) -> tuple[Settlement, str | None]:
    """Hands in how the exchange ended, and reads what the machine makes of it.

    What it reads is left in ``outputs``, up to a checkpoint: asking for more would state that the
    checkpoint is durable.
    """
    tag, value = end[0], cast(Any, end[1])
    try:
        session.handle(tag, value, now)
        while True:
            output = session.poll()
            outputs.append(output)
            if tag == "transport-failure":
                return ("not-sent" if value.sent == "no" else "unknown"), None
            if not isinstance(output, Variant):  # it goes on: with another list, or a rest
                return "refused", None
            it: Any = output.payload
            if output.tag == "checkpoint":
                task_id = getattr(it, "task-id")
                return ("accepted", task_id) if task_id else ("refused", None)
            if output.tag == "attempt" and it.code is not None:
                return "refused", None
            if output.tag == "finished":
                charge = getattr(it.payload, "charge", "yes")
                if charge == "yes":
                    return "accepted", getattr(it.payload, "task-id")
                return ("refused" if charge == "no" else "unknown"), None
    except Exception:
        # The component broke down over the answer. The task that it names is known all the same.
        task_id = named_task(value) if tag == "response" else None
        outputs.append(Breakdown(task_id))
        return ("accepted", task_id) if task_id else ("unknown", None)


class Breakdown:
    """In place of an output: the component broke down after a create request left."""

    def __init__(self, task_id: str | None) -> None:
        self.task_id = task_id


def breakdown(spent: Charge, job: str | None, task_id: str | None) -> ImaError:
    """The error of a component that broke down, with the truth about the money."""
    text = "The component broke down."
    if spent == "unknown":
        return OutcomeUnknownError(text, charge=spent, job=job)
    if spent == "yes":
        return UnfinishedError(text, charge=spent, job=job, task_id=task_id)
    return ImaError(text)


def named_task(value: Any) -> str | None:
    """The task that an answer names."""
    try:
        envelope = json.loads(value.response.body)
        named = envelope["data"]["id"]
        return str(named) if envelope.get("code") in (0, 200) and named else None
    except (ValueError, TypeError, LookupError):
        return None
