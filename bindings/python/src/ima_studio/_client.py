"""The client: the key, the journal and the network, and what may be asked of them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from wasmtime.component import Variant

from . import _convert, _machine, types
from ._download import Downloads
from ._generation import Generation
from ._machine import Pump
from ._network import Clock, Network
from ._settings import Key, Origin
from ._sqlite import SqliteStore
from .errors import RequestError
from .store import Job, Store

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack


class Client:
    """Music and speech by IMA Studio, for asyncio.

    The key is ``api_key``, else ``IMA_API_KEY``; the address ``base_url``, else ``IMA_BASE_URL``,
    else the service's own. The journal is in the user's data folder (``IMA_DATA_DIR``), or a
    ``store`` of one's own. Ceilings are points: for one generation, and for all of one UTC day.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        store: Store | None = None,
        max_points: int | None = None,
        max_points_per_day: int | None = None,
    ) -> None:
        self._key, origin = Key(api_key), Origin(base_url)
        self._clock = Clock()
        self._network = Network(origin, self._key, self._clock)
        self._downloads = Downloads(origin)
        self._store: Store = store or SqliteStore()
        self._max_points, self._max_points_per_day = max_points, max_points_per_day
        self._generations: set[Generation] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    def music(self, prompt: str, **options: Unpack[types.MusicOptions]) -> Generation:
        """Music out of a description. Nothing happens before the generation is used."""
        return self._start("music", prompt, options)

    def speech(self, text: str, **options: Unpack[types.SpeechOptions]) -> Generation:
        """A text, spoken. Nothing happens before the generation is used."""
        return self._start("speech", text, options)

    async def quote_music(
        self, prompt: str, **options: Unpack[types.MusicQuoteOptions]
    ) -> types.Quote:
        """What music would cost. Never spends."""
        return await self._quote("music", prompt, options)

    async def quote_speech(
        self, text: str, **options: Unpack[types.SpeechQuoteOptions]
    ) -> types.Quote:
        """What speech would cost. Never spends."""
        return await self._quote("speech", text, options)

    async def models(self, task: types.Task, language: types.Language = "en") -> list[types.Model]:
        """The models that can be asked for, in the service's order."""
        models = (await self._inquire(task, language)).call("models")
        if not isinstance(models, list):
            raise _convert.failure(models, None)
        return [_convert.model(it) for it in models]

    async def voices(self, language: types.Language = "en") -> list[types.Voice]:
        """The voices that ``speech`` takes. Asks nobody."""
        return await asyncio.to_thread(_convert.voices, language)

    def resume(
        self, job: str, *, create_again: bool = False, deadline: float | None = None
    ) -> Generation:
        """Goes on with a job, by its id or its task's: at no cost.

        If it is unknown whether a create request was accepted, this says so and sends nothing.
        ``create_again`` sends a second one, which may cost a second time: only a person may
        decide that.
        """

        async def open(generation: Generation) -> Pump:
            for other in list(self._generations):
                if other.job == job and other is not generation:
                    await other.aclose()  # let go of in the middle of its events
            found = await self._store.claim(job)
            if found is None:
                raise RequestError(f"There is no job {job}.")
            generation._takes_up(found)
            if not found.continuation:
                raise RequestError(f"The job {found.id} holds nothing to resume.")
            self._key.keep_out(found.continuation)
            made = ["restore", found.continuation]
            if found.task_id:
                made = ["adopt", found.continuation, found.task_id]
            seed = secrets.token_bytes(16)
            return await asyncio.to_thread(
                lambda: _machine.session(*made, seed=seed, deadline=deadline)
            )

        return Generation(self, None, open, "create-again" if create_again else "start")

    async def jobs(self, limit: int | None = None) -> list[Job]:
        """The jobs of the journal, the newest first."""
        return await self._store.list(limit)

    async def aclose(self) -> None:
        """Lets go of every generation. A create request that has left is waited for, for what was
        paid is never lost; its job can be resumed."""
        for generation in list(self._generations):
            await generation.aclose()
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._network.aclose()
        await self._downloads.aclose()
        await self._store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _start(self, task: types.Task, prompt: str, options: Mapping[str, Any]) -> Generation:
        left = dict(options)
        key, deadline = left.pop("idempotency_key", None), left.pop("deadline", None)
        request = _convert.request(task, prompt, left)
        # The budget isn't part of what is bought, and a key is for one content.
        asked = {**_convert.plain(request), "budget": None}
        text = json.dumps(asked, ensure_ascii=False, sort_keys=True)
        self._key.keep_out(text + (key or ""))
        seed = secrets.token_bytes(16) if key is None else digest("key", key)
        content = None if key is None else digest(key, text).hex()

        async def open(_: Generation) -> Pump:
            return await asyncio.to_thread(
                lambda: _machine.session(
                    "create", _convert.with_voice(request), seed=seed, deadline=deadline
                )
            )

        return Generation(self, task, open, content=content)

    async def _quote(
        self, task: types.Task, prompt: str, options: Mapping[str, Any]
    ) -> types.Quote:
        request = _convert.request(task, prompt, options)
        inquiry = await self._inquire(task, request.language)  # type: ignore[attr-defined]
        request = await asyncio.to_thread(_convert.with_voice, request)
        with _machine.asked():
            quoted = inquiry.call("quote", request)
        if isinstance(quoted, Variant):
            if quoted.tag == "err":
                raise _convert.failure(quoted.payload, None)
            quoted = quoted.payload
        return _convert.quote(quoted)

    async def _inquire(self, task: types.Task, language: types.Language) -> Pump:
        """A list of models, pumped to its end."""
        inquiry = await asyncio.to_thread(_machine.inquiry, f"text-to-{task}", language)
        inquiry.handle("command", "start", self._clock.now())
        while True:
            output = inquiry.poll()
            output = output.payload if isinstance(output, Variant) else output
            if output is None:
                return inquiry
            if isinstance(output, int):
                await self._clock.wait_until(output)
                inquiry.handle("timeout", None, self._clock.now())
            elif hasattr(output, "request"):
                inquiry.handle(*await self._network.exchange(output), self._clock.now())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work that is seen through whatever is cancelled."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def digest(*parts: str) -> bytes:
    """128 bits that no other texts have."""
    return hashlib.sha256("\0".join(("ima-studio", *parts)).encode()).digest()[:16]
