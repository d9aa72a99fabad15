"""The component of world `machine` in wasmtime: the resource `session`, and its records."""

import os
import secrets
from pathlib import Path

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record, Variant

COMPONENT = Path(__file__).parent / "../../target/guest/ima_machine.wasm"
INTERFACE = "ima:studio/machines@0.2.0"


class Rejected(Exception):
    """A request, a continuation or an input that the component does not accept."""


def record(**fields):
    """A record of the contract, whose names have hyphens where Python has underscores."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


class Session:
    """One generation. Nothing is linked to the component: it has no imports."""

    def __init__(self, constructor, argument):
        """`create` takes a request, `restore` a continuation."""
        engine = Engine()
        component = Component.from_file(engine, os.environ.get("IMA_MACHINE", COMPONENT))
        self.store = Store(engine)
        self.instance = Linker(engine).instantiate(self.store, component)
        self.interface = self.instance.get_export_index(self.store, INTERFACE)
        # No two generations may have the same seed.
        seed = (secrets.randbits(64), secrets.randbits(64))
        settings = record(deadline_ms=None, seed=seed)
        self.resource = self._call(f"[static]session.{constructor}", argument, settings)
        if isinstance(self.resource, Variant):  # the error of the result
            error = self.resource.payload
            raise Rejected(f"{error.field}: {error.allowed}" if hasattr(error, "field") else error)

    def handle(self, tag, value, now):
        """Takes in what happened by `now`, in milliseconds."""
        misuse = self._call("[method]session.handle", self.resource, Variant(tag, value), now)
        if misuse is not None:
            raise Rejected(misuse.tag)

    def poll(self):
        """The next output. wasmtime leaves the tag out where the types of the cases differ: an
        event is a `Variant`, an exchange to carry out a `Record`, a time to wait for an `int`, the
        end `None`.
        """
        return self._call("[method]session.poll", self.resource)

    def _call(self, name, *arguments):
        index = self.instance.get_export_index(self.store, name, self.interface)
        return self.instance.get_func(self.store, index)(self.store, *arguments)
