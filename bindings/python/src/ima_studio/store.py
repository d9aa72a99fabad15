"""What the package needs of a journal: jobs, checkpoints, and the ledger of payments.

:class:`ima_studio.SqliteStore` is the one that is used without a word. Bring your own by
implementing :class:`Store`; every method is durable when it returns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from .types import Task

TRIES = 3
"""How often one key may be sent in all. Requests that provably never left don't count."""

JobState = Literal["creating", "waiting", "finished", "unknown", "failed"]


@dataclass(frozen=True)
class Entry:
    """What a checkpoint writes of a job. None leaves what is known."""

    state: Literal["creating", "waiting"]
    continuation: str = field(repr=False)
    task: Task | None = None
    model_name: str | None = None
    task_id: str | None = None


@dataclass(frozen=True)
class JobEnd:
    """What the end of a generation makes of its job. None leaves what is known."""

    state: JobState
    task_id: str | None = None
    continuation: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Job:
    """A job in the journal. Times are seconds since 1970."""

    id: str
    created_at: int
    updated_at: int
    task: Task | None
    model_name: str | None
    state: JobState
    task_id: str | None
    continuation: str = field(repr=False)
    saved: bool
    """Whether all of its audio was saved."""

    @property
    def is_open(self) -> bool:
        """Whether there may be audio that was paid for and is not on this machine."""
        return self.state in ("creating", "waiting", "unknown") or (
            self.state == "finished" and not self.saved
        )


@dataclass(frozen=True)
class Reservation:
    """A create request that is about to leave."""

    key: str
    """The idempotency key of its generation: 32 hexadecimal digits."""
    job: str
    points: int
    """What it costs at the worst."""
    max_points: int | None = None
    """What one request may cost."""
    max_points_per_day: int | None = None
    """What all requests of one UTC day may cost. What is under way or in doubt counts as spent."""
    content: str | None = None
    """A digest of what was asked for. One key is for one content."""


@dataclass(frozen=True)
class Verdict:
    """What the ledger says to a reservation. Only ``granted`` lets the request leave."""

    word: Literal[
        "granted",
        "accepted",  # before: the task exists
        "other-content",  # the key is another request's
        "in-flight",  # a request with this key is under way, here or in another process
        "in-doubt",  # one left, and what became of it is unknown
        "exhausted",  # the key was sent three times
        "over-request",
        "over-day",
    ]
    task_id: str | None = None
    spent: int = 0
    """Today, for ``over-day``."""


Settlement = Literal["accepted", "refused", "not-sent", "unknown"]


class Store(Protocol):
    """A journal that any number of tasks, and preferably of processes, share."""

    async def begin(self, entry: Entry) -> str:
        """Begins a job with its first checkpoint. Whoever asked for it holds it. Gives its id."""

    async def checkpoint(self, job: str, entry: Entry) -> None:
        """Writes a checkpoint. Fails if a job whose task exists would go back to *creating*."""

    async def note_task(self, job: str, task_id: str) -> None:
        """Writes the id of a job's task. The job is *waiting* then; its continuation stays."""

    async def finish(self, job: str, end: JobEnd) -> None:
        """Writes how a job ended, and that nobody holds it."""

    async def release(self, job: str, unspent: bool) -> None:
        """Lets go of a job. With ``unspent``, one that is *creating* without a task has failed, and
        its continuation is cleared."""

    async def claim(self, id: str) -> Job | None:
        """Takes up a job by its id, else its task id. Raises ``InUseError`` if somebody holds it.

        If the ledger knows the task of the job's key, the job comes with it."""

    async def get(self, id: str) -> Job | None:
        """The job with this id, else the one last written with this task id."""

    async def list(self, limit: int | None = None) -> list[Job]:
        """The newest jobs, the newest first."""

    async def mark_saved(self, job: str) -> None:
        """Notes that every audio file of a job is saved."""

    async def reserve(self, reservation: Reservation) -> Verdict:
        """Asks whether a create request may leave, and notes that it does, in one step over all
        processes. If the process dies before it settles, the key is in doubt."""

    async def settle(self, key: str, settlement: Settlement, task_id: str | None = None) -> None:
        """Writes what became of the last request with this key. Never takes an acceptance back."""

    async def close(self) -> None:
        """Ends the use of the store."""
