"""A generation: the pump around a session, one event at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wasmtime.component import Variant

from . import _convert, _purchase, types
from ._machine import Pump
from ._network import End, answer, failure, unless
from ._progress import Bar
from .errors import DownloadError, ImaError, StoreError
from .store import Entry, Job, JobEnd, Reservation

if TYPE_CHECKING:
    from ._client import Client

LOG = logging.getLogger("ima_studio")


class Generation(AsyncIterator[types.Event]):
    """One generation of music or speech.

    Iterate it for its events, await it for its audio, or ``save`` it. Nothing happens before that,
    and nothing more once it is let go of. Only a create request that has left is seen through to
    its answer, whatever is cancelled meanwhile: the journal knows what was paid.
    """

    def __init__(
        self,
        client: Client,
        task: types.Task | None,
        open: Callable[[Generation], Awaitable[Pump]],
        command: str = "start",
        content: str | None = None,
    ) -> None:
        self._client, self._open, self._command = client, open, command
        self._task, self._content = task, content
        self._session: Pump | None = None
        self._outputs: deque[Any] = deque()
        self._events: deque[types.Event] = deque()
        self._vital: asyncio.Task[None] | None = None
        self._cancel = asyncio.Event()
        self._told = self._ended = self._abandoned = self._resumed = self._held = False
        self._spent: types.Charge = "no"
        self._model_name: str | None = None
        self._points = 0
        self._unwritten: Entry | None = None
        self._audio: types.Audio | None = None
        self._error: ImaError | None = None
        self.job: str | None = None
        """Its id in the journal, from the first checkpoint on."""

    async def __anext__(self) -> types.Event:
        try:
            while not self._events:
                if self._ended:
                    raise StopAsyncIteration
                await self._advance()
            return self._events.popleft()
        except (StopAsyncIteration, asyncio.CancelledError):
            raise
        except Exception as error:
            failed = (
                error
                if isinstance(error, ImaError)
                else _purchase.breakdown(self._spent, self.job, None)
            )
            if failed.charge == "no":  # what is in doubt from before stays in doubt
                failed.charge = self._spent
            self._error = failed
            await self.aclose()
            if failed is error:
                raise
            raise failed from error

    def __await__(self) -> Generator[Any, None, types.Audio]:
        return self.result().__await__()

    async def result(self, *, progress: bool = False) -> types.Audio:
        """Goes on to the end. Raises what ended it if that isn't its audio.

        With ``progress`` there is a bar; it needs the package ``tqdm``.
        """
        with Bar(progress) as bar:
            async for event in self:
                bar.show(event)
        if self._audio is None:
            raise self._error or ImaError("This generation was closed before its end.")
        return self._audio

    async def save(
        self, path: str | Path, *, overwrite: bool = False, progress: bool = False
    ) -> types.Audio:
        """Goes on to the end and saves every clip: the second one of ``song.mp3`` is
        ``song-2.mp3``. In a folder they are named by their task.

        The path is checked before anything is spent. What is there of a task that fails or isn't
        done in time is saved too, and the error's ``files`` name it.
        """
        downloads = self._client._downloads
        target = downloads.check(Path(path), overwrite)
        try:
            audio = await self.result(progress=progress)
        except ImaError as error:
            if error.clips:
                name = error.task_id or self.job or "ima"
                with contextlib.suppress(DownloadError):
                    error.files = await downloads.save(error.clips, target, name, error.job)
            raise
        files = await downloads.save(audio.clips, target, audio.task_id, audio.job)
        await self._client._store.mark_saved(audio.job)
        self._audio = replace(audio, files=files)
        return self._audio

    def cancel(self) -> None:
        """Asks for the end of the waiting. A task that exists goes on and stays paid; the
        generation ends with an error that says so."""
        self._cancel.set()

    async def aclose(self) -> None:
        """Lets go of the job. A create request that has left is waited for."""
        self._abandoned = self._ended = True
        if self._vital is not None:
            with contextlib.suppress(ImaError):
                await asyncio.shield(self._vital)
            self._vital = None
        self._client._generations.discard(self)
        if self._held and self.job is not None:
            self._held = False
            await self._client._store.release(self.job, not self._resumed and self._spent == "no")

    def _takes_up(self, job: Job) -> None:
        """Goes on with a job that the store lets it hold."""
        paid = job.task_id is not None or job.state in ("waiting", "finished")
        self.job, self._held, self._resumed = job.id, True, True
        self._task, self._model_name = job.task, job.model_name
        self._spent = "yes" if paid else "unknown"

    async def _advance(self) -> None:
        """One step, which may leave an event."""
        self._abandoned = False
        if self._session is None:
            self._client._generations.add(self)
            self._session = await self._open(self)
            self._session.handle("command", self._command, self._client._clock.now())
        if self._vital is None:
            if self._cancel.is_set() and not self._told and not self._outputs:
                self._told = True
                self._session.handle("command", "cancel", self._client._clock.now())
            output = self._outputs.popleft() if self._outputs else self._session.poll()
            work = self._work(self._session, output)
            if work is None:
                return
            if isinstance(output, Variant) or _purchase.is_create(output):
                self._vital = self._client._spawn(work)
            else:
                await work
                return
        try:
            await asyncio.shield(self._vital)
        finally:
            # Cancelled from outside it goes on; a create request that has not left stays here.
            self._abandoned = not self._vital.done()
            if self._vital.done():
                self._vital = None

    def _work(self, session: Pump, output: Any) -> Coroutine[Any, Any, None] | None:
        """What an output asks for."""
        if isinstance(output, Variant):
            if output.tag == "checkpoint":
                return self._checkpoint(output.payload)
            if output.tag == "finished":
                return self._finish(output.payload)
            event = _convert.event(output.tag, output.payload)
            if isinstance(event, types.Started):
                self._model_name, self._points = event.model_name, event.most_points
            self._events += [event] if event is not None else []
            return None
        if isinstance(output, int):
            return self._wait(session, output)
        if isinstance(output, _purchase.Breakdown) or output is None:
            task_id = output.task_id if output else None
            raise _purchase.breakdown(self._spent, self.job, task_id)
        return (
            self._create(session, output)
            if _purchase.is_create(output)
            else self._ask(session, output)
        )

    async def _wait(self, session: Pump, until: int) -> None:
        await self._unless_cancelled(self._client._clock.wait_until(until))
        if self._unwritten is not None:
            await self._write(self._unwritten)
        session.handle("timeout", None, self._client._clock.now())

    async def _ask(self, session: Pump, transmit: Any) -> None:
        """An exchange that costs nothing. Broken off, it may be done again."""
        end: End = failure(transmit.exchange, "maybe")
        try:
            end = await self._unless_cancelled(self._client._network.exchange(transmit)) or end
        finally:
            session.handle(end[0], end[1], self._client._clock.now())

    async def _unless_cancelled(self, work: Coroutine[Any, Any, Any]) -> Any:
        return await (work if self._told else unless(self._cancel, work))

    async def _checkpoint(self, it: Any) -> None:
        task_id = getattr(it, "task-id")
        entry = Entry(it.state, it.continuation, self._task, self._model_name, task_id)
        if it.state == "waiting":
            self._spent = "yes"
        else:
            self._client._key.keep_out(it.continuation)
        await self._write(entry)
        assert self.job is not None
        self._events.append(types.Checkpoint(self.job, it.state, task_id))

    async def _write(self, entry: Entry) -> None:
        """Makes a checkpoint durable. That of a paid task may come later; no other one may."""
        store = self._client._store
        try:
            if self.job is None:
                self.job = await store.begin(entry)
                self._held = True
            else:
                await store.checkpoint(self.job, entry)
            self._unwritten = None
        except StoreError as error:
            if entry.state == "creating" or self.job is None:
                raise
            LOG.error("a paid task could not be journalled yet: %s", error)
            self._unwritten = entry

    async def _create(self, session: Pump, transmit: Any) -> None:
        """The one exchange that costs points: nothing breaks it off once it has left."""
        client, exchange = self._client, transmit.exchange
        key = _purchase.idempotency_key(transmit)
        assert key is not None
        assert self.job is not None
        points = max(self._points, _purchase.worst_points(transmit.request.body))
        limits = client._max_points, client._max_points_per_day
        asked = Reservation(key, self.job, points, *limits, content=self._content)
        verdict = await client._store.reserve(asked)
        end: End
        if verdict.word == "accepted" and verdict.task_id:
            end = answer(exchange, 200, [], _purchase.known_task(verdict.task_id))
        elif verdict.word in ("in-flight", "in-doubt"):
            end = failure(exchange, "maybe")
        elif verdict.word != "granted":
            raise _purchase.refused(verdict, points, limits)
        elif self._abandoned or self._cancel.is_set():
            end = failure(exchange, "no")
        else:
            self._spent = "unknown"
            end = await client._network.exchange(transmit)
        now = client._clock.now()
        settlement, task_id = _purchase.settle(session, end, now, self._outputs)
        charges: dict[str, types.Charge] = {"accepted": "yes", "unknown": "unknown"}
        self._spent = charges.get(settlement, "no")
        try:
            if verdict.word == "granted":
                await client._store.settle(key, settlement, task_id)
            if task_id:
                await client._store.note_task(self.job, task_id)
        except StoreError as error:
            # The room beside the journal has the task, and the next checkpoint may.
            LOG.error("a create request could not be settled: %s", error)

    async def _finish(self, outcome: Any) -> None:
        it, self._ended = outcome.payload, True
        task_id = getattr(it, "task-id")
        if outcome.tag == "success":
            if self.job is not None:
                await self._end(JobEnd("finished", task_id))
            self._audio = _convert.audio(it, self.job or "")
            self._events.append(types.Finished(self._audio))
            return
        error = _convert.failure(it, self.job if it.continuation else None)
        if self.job is not None:
            await self._end(_convert.job_end(it, error.cause))
        raise error

    async def _end(self, end: JobEnd) -> None:
        assert self.job is not None
        try:
            await self._client._store.finish(self.job, end)
            self._held = False
        except StoreError as error:  # the job stays as it is, and can be resumed
            LOG.error("the end of job %s could not be journalled: %s", self.job, error)
        self._client._generations.discard(self)
