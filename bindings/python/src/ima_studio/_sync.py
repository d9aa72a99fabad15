"""The client without asyncio: the same one, on a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from . import types
from ._client import Client
from ._generation import Generation
from .store import Job, Store

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

T = TypeVar("T")


class SyncClient:
    """:class:`Client` for code without asyncio. It takes the same arguments."""

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        store: Store | None = None,
        max_points: int | None = None,
        max_points_per_day: int | None = None,
    ) -> None:
        self._client = Client(
            api_key=api_key,
            base_url=base_url,
            store=store,
            max_points=max_points,
            max_points_per_day=max_points_per_day,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="ima-studio", daemon=True
        )
        self._thread.start()

    def music(self, prompt: str, **options: Unpack[types.MusicOptions]) -> SyncGeneration:
        """Music out of a description. Nothing happens before the generation is used."""
        return SyncGeneration(self, self._client.music(prompt, **options))

    def speech(self, text: str, **options: Unpack[types.SpeechOptions]) -> SyncGeneration:
        """A text, spoken. Nothing happens before the generation is used."""
        return SyncGeneration(self, self._client.speech(text, **options))

    def quote_music(self, prompt: str, **options: Unpack[types.MusicQuoteOptions]) -> types.Quote:
        """What music would cost. Never spends."""
        return self._run(self._client.quote_music(prompt, **options))

    def quote_speech(self, text: str, **options: Unpack[types.SpeechQuoteOptions]) -> types.Quote:
        """What speech would cost. Never spends."""
        return self._run(self._client.quote_speech(text, **options))

    def models(self, task: types.Task, language: types.Language = "en") -> list[types.Model]:
        """The models that can be asked for, in the service's order."""
        return self._run(self._client.models(task, language))

    def voices(self, language: types.Language = "en") -> list[types.Voice]:
        """The voices that ``speech`` takes. Asks nobody."""
        return self._run(self._client.voices(language))

    def resume(
        self, job: str, *, create_again: bool = False, deadline: float | None = None
    ) -> SyncGeneration:
        """Goes on with a job, as :meth:`Client.resume` does."""
        resumed = self._client.resume(job, create_again=create_again, deadline=deadline)
        return SyncGeneration(self, resumed)

    def jobs(self, limit: int | None = None) -> list[Job]:
        """The jobs of the journal, the newest first."""
        return self._run(self._client.jobs(limit))

    def close(self) -> None:
        """As :meth:`Client.aclose`."""
        if self._loop.is_closed():
            return
        self._run(self._client.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:  # Ctrl-C ends the waiting, not the create request
            future.cancel()
            raise


class SyncGeneration(Iterator[types.Event]):
    """:class:`Generation` for code without asyncio."""

    def __init__(self, client: SyncClient, generation: Generation) -> None:
        self._client, self._generation = client, generation

    @property
    def job(self) -> str | None:
        """Its id in the journal, from the first checkpoint on."""
        return self._generation.job

    def __next__(self) -> types.Event:
        async def step() -> types.Event | None:
            return await anext(self._generation, None)

        event = self._client._run(step())
        if event is None:
            raise StopIteration
        return event

    def result(self, *, progress: bool = False) -> types.Audio:
        """As :meth:`Generation.result`."""
        return self._client._run(self._generation.result(progress=progress))

    def save(
        self, path: str | Path, *, overwrite: bool = False, progress: bool = False
    ) -> types.Audio:
        """As :meth:`Generation.save`."""
        saved = self._generation.save(path, overwrite=overwrite, progress=progress)
        return self._client._run(saved)

    def cancel(self) -> None:
        """As :meth:`Generation.cancel`, from any thread."""
        self._client._loop.call_soon_threadsafe(self._generation.cancel)

    def close(self) -> None:
        """As :meth:`Generation.aclose`."""
        self._client._run(self._generation.aclose())
