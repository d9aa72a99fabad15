"""The component of world `plugin` in wasmtime-py, with its own HTTP: one generation, its end as JSON.

    python plugin.py COMPONENT ORIGIN music|speech LIMIT_MS
"""

import json
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


def main(component, origin, task, limit):
    engine = Engine()
    store = Store(engine)
    store.set_wasi(WasiConfig())
    store.set_wasi_http()
    linker = Linker(engine)
    linker.add_wasip2()
    linker.add_wasi_http()
    instance = linker.instantiate(store, Component.from_file(engine, component))
    interface = instance.get_export_index(store, INTERFACE)

    def call(name, *arguments):
        index = instance.get_export_index(store, name, interface)
        function = instance.get_func(store, index)
        result = function(store, *arguments)
        return result

    request = record(
        task=f"text-to-{task}",
        prompt="calm ambient piano",
        model_id=None,
        version_id=None,
        options=None,
        parameters=[],
        unknown_parameters="refuse",
        on_mismatch="amend",
        habitual=False,
        budget=None,
        language="en",
    )
    settings = record(
        origin=origin,
        deadline_ms=4_000,
        connect_timeout_ms=int(limit),
        first_byte_timeout_ms=int(limit),
        between_bytes_timeout_ms=int(limit),
        response_limit=None,
    )
    generation = call("[static]generation.start", request, settings)
    while (event := call("[method]generation.next", generation)) is not None:
        if event.tag != "finished":
            continue
        end = getattr(event.payload, "payload", event.payload)
        # wasmtime leaves the tag out where the types of the cases differ.
        failed = hasattr(end, "charge")
        print(json.dumps({
            "end": "failure" if failed else "success",
            "charge": end.charge if failed else "yes",
            "medias": len(end.medias),
        }))


main(*sys.argv[1:])
