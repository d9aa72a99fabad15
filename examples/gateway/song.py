"""A song through the gateway: the component of world `plugin` in wasmtime-py.

    IMA_BASE_URL=http://127.0.0.1:8788/… python song.py COMPONENT TEXT
"""

import os
import sys

from wasmtime import Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Record

INTERFACE = "ima:studio/generations@0.2.0"


def record(**fields):
    """A record of the contract, whose names have hyphens where Python has underscores."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def main(component, text):
    engine = Engine()
    store = Store(engine)
    store.set_wasi(WasiConfig())  # no variables, files or sockets
    store.set_wasi_http()
    linker = Linker(engine)
    linker.add_wasip2()
    linker.add_wasi_http()
    instance = linker.instantiate(store, Component.from_file(engine, component))
    interface = instance.get_export_index(store, INTERFACE)

    def call(name, *arguments):
        index = instance.get_export_index(store, name, interface)
        return instance.get_func(store, index)(store, *arguments)

    request = record(
        task="text-to-music",
        prompt=text,
        model_id=None,
        version_id=None,
        options=None,
        parameters=[],
        unknown_parameters="refuse",
        on_mismatch="amend",
        habitual=False,
        budget=50,
        language="en",
    )
    settings = record(
        origin=os.environ["IMA_BASE_URL"],
        deadline_ms=None,
        connect_timeout_ms=None,
        first_byte_timeout_ms=None,
        between_bytes_timeout_ms=None,
        response_limit=None,
    )
    generation = call("[static]generation.start", request, settings)
    while (event := call("[method]generation.next", generation)) is not None:
        match event.tag:
            case "message":
                print(event.payload.text)
            case "finished":
                # The payload is a success or a failure; a failure tells what was charged.
                end = getattr(event.payload, "payload", event.payload)
                for media in end.medias:
                    print(media.url)
                return 3 if hasattr(end, "charge") else 0


sys.exit(main(*sys.argv[1:]))
