"""A bar for whoever waits, by ``tqdm``: in a terminal and in a notebook."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from . import types
from .errors import ConfigurationError


class Bar:
    """Shows events. Without ``wanted`` it shows nothing."""

    def __init__(self, wanted: bool) -> None:
        self._bar: Any = None
        if wanted:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                text = "The bar needs tqdm: pip install ima-studio[progress]"
                raise ConfigurationError(text) from None
            form = "{desc}{percentage:3.0f}%|{bar}| {elapsed}"
            self._bar = tqdm(total=100, bar_format=form, desc="IMA Studio: ")

    def show(self, event: types.Event) -> None:
        """Takes an event in."""
        if self._bar is None:
            return
        if isinstance(event, types.Started):
            self._bar.set_description(f"{event.model_name}, {event.points} points")
        elif isinstance(event, types.Progress):
            self._bar.update(max(0, event.percent - self._bar.n))
        elif isinstance(event, types.Finished):
            self._bar.update(100 - self._bar.n)

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
