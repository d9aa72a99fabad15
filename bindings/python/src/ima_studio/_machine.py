"""The component of world ``machine`` in wasmtime. It has no imports: there is no way out of it."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import platform
import secrets
import threading
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from wasmtime import Engine, Store, WasmtimeError
from wasmtime.component import Component, Linker, Record, Variant

from ._settings import cache_folder, make_private
from .errors import ConfigurationError, ImaError, RequestError

VERSION = "0.2.0"  # of the contract
MEMORY = 64 << 20  # bytes that one session may take

_lock = threading.Lock()


def record(**fields: Any) -> Record:
    """A record of the contract, whose names have hyphens where Python has underscores."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


class Instance:
    """The component with a memory of its own."""

    def __init__(self) -> None:
        engine, component = compiled()
        self._store = Store(engine)
        self._store.set_limits(memory_size=MEMORY)
        self._instance = Linker(engine).instantiate(self._store, component)

    def call(self, interface: str, name: str, *arguments: Any) -> Any:
        """Calls a function of an interface."""
        path = f"ima:studio/{interface}@{VERSION}"
        index = self._instance.get_export_index(self._store, path)
        index = self._instance.get_export_index(self._store, name, index)
        function = index and self._instance.get_func(self._store, index)
        if not function:
            raise ImaError(f"The component has no {path}.{name}.")
        return function(self._store, *arguments)


class Pump:
    """A resource that is pumped: hand in what happened, take out what to do."""

    def __init__(self, kind: str, instance: Instance, resource: Any) -> None:
        self.instance, self._kind, self._resource = instance, kind, resource

    def call(self, name: str, *arguments: Any) -> Any:
        """Calls a method of the resource."""
        name = f"[method]{self._kind}.{name}"
        return self.instance.call("machines", name, self._resource, *arguments)

    def handle(self, tag: str, value: Any, now: int) -> None:
        """Takes in what happened by ``now``, in milliseconds."""
        misuse = self.call("handle", Variant(tag, value), now)
        if misuse is not None:
            raise RequestError(f"That can't be done now: {misuse.tag}.")

    def poll(self) -> Any:
        """The next output. wasmtime leaves the tag out where the types of the cases differ: an
        event is a ``Variant``, an exchange a ``Record``, a time to wait for an ``int``, the end
        ``None``."""
        return self.call("poll")


@contextlib.contextmanager
def asked() -> Iterator[None]:
    """What the caller gave doesn't fit the contract: a word or a type that it has not."""
    try:
        yield
    except Exception as error:  # wasmtime has a kind of its own for each
        raise RequestError(f"The request can't be used: {error}.") from error


def session(constructor: str, *arguments: Any, seed: bytes, deadline: float | None) -> Pump:
    """A generation: ``create`` takes a request, ``restore`` and ``adopt`` a continuation."""
    seeds = (int.from_bytes(seed[:8], "big"), int.from_bytes(seed[8:16], "big"))
    limit = None if deadline is None else max(0, round(deadline * 1000))
    instance = Instance()
    settings = record(deadline_ms=limit, seed=seeds)
    with asked():
        made = instance.call("machines", f"[static]session.{constructor}", *arguments, settings)
    if isinstance(made, Variant):  # the error of the result
        error: Any = made.payload
        text = f"{error.field}: {error.allowed}" if hasattr(error, "field") else str(error)
        raise RequestError(text, cause=made.tag)
    return Pump("session", instance, made)


def inquiry(task: str, language: str) -> Pump:
    """A list of models."""
    instance = Instance()
    seed = secrets.randbits(64)
    made = instance.call("machines", "[constructor]inquiry", task, language, seed)
    return Pump("inquiry", instance, made)


@functools.cache
def _file() -> bytes:
    try:
        return resources.files(__package__).joinpath("ima_machine.wasm").read_bytes()
    except FileNotFoundError:
        raise ConfigurationError("The package lacks ima_machine.wasm: install its wheel.") from None


_ready: tuple[Engine, Component] | None = None


def compiled() -> tuple[Engine, Component]:
    """The engine with the component, compiled once for all processes of this user."""
    global _ready
    with _lock:
        if _ready is None:
            engine = Engine()
            _ready = engine, _load(engine)
        return _ready


def _load(engine: Engine) -> Component:
    """Compiled code is taken from a file that this user alone can write: it runs unchecked."""
    wasm = _file()
    about = [metadata.version("wasmtime"), platform.system(), platform.machine()]
    digest = hashlib.sha256("\0".join(about).encode() + wasm).hexdigest()
    try:
        folder = cache_folder()
    except ConfigurationError:
        return Component(engine, wasm)
    path = folder / f"python-{digest[:32]}.cwasm"
    with contextlib.suppress(OSError, WasmtimeError):
        if path.is_file() and _is_own(folder) and _is_own(path):
            return Component.deserialize_file(engine, str(path))
    component = Component(engine, wasm)
    with contextlib.suppress(OSError, WasmtimeError):  # the next process compiles again
        make_private(folder)
        temporary = folder / f".{secrets.token_hex(8)}.part"
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(component.serialize())
        os.replace(temporary, path)
    return component


def _is_own(path: Path) -> bool:
    if os.name != "posix":  # the folder of a user is that user's own
        return True
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022
