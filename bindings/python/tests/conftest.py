"""What every test has: a simulator of its own, and a journal of its own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import textwrap
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ima_studio._network import Clock

KEY = "ima_demo_key"  # the simulator's account, and no real key
FAST = 1000  # how much faster than real time the waiting passes
PROGRAM = Path(__file__).parents[3] / "target" / "debug" / "ima-simulator"


class Simulator:
    """The simulator in a process of its own. It ends with its standard input."""

    def __init__(self, speed: int) -> None:
        program = os.environ.get("IMA_SIMULATOR", str(PROGRAM))
        self._process = subprocess.Popen(
            [program, "--speed", str(speed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.origin = self._process.stdout.readline().strip().removeprefix("listening on ")

    def close(self) -> None:
        self._process.communicate()

    def tell(self, path: str, **body: Any) -> None:
        self._control("POST", path, body)

    def fault(self, endpoint: str, fault: Any) -> None:
        """Every request of this endpoint meets this."""
        self.tell("faults", endpoint=endpoint, nth="every", fault=fault)

    def timeline(self, model: str, **timeline: Any) -> None:
        self.tell("timelines", model_id=model, timeline=timeline)

    def clear_faults(self) -> None:
        self._control("DELETE", "faults")

    def charges(self) -> int:
        """How often the account was charged."""
        return len(self._control("GET", f"ledger?key={KEY}")["charges"])

    def requests(self, endpoint: str) -> list[dict[str, Any]]:
        return [it for it in self._control("GET", "requests") if it["endpoint"] == endpoint]

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(f"{self.origin}/_control/{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request) as answer:
            content = answer.read()
            return json.loads(content) if content else None

    def vanishing(self) -> str:
        """An origin that answers one request and is gone: whoever connects again is refused."""
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]

        def serve() -> None:
            client, _ = listener.accept()
            listener.close()
            request = client.recv(65536).decode()
            asked = urllib.request.Request(self.origin + request.split(" ")[1])
            asked.add_header("authorization", f"Bearer {KEY}")
            with urllib.request.urlopen(asked) as answer:
                body = answer.read()
            head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            client.sendall(head.encode() + body)
            client.close()

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{port}"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The key, the folders and the fast clock of a test; the compiled code is everyone's."""
    monkeypatch.setenv("IMA_API_KEY", KEY)
    monkeypatch.setenv("IMA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("IMA_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ima_studio._client.Clock", lambda: Clock(FAST))


@contextlib.contextmanager
def running(speed: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    simulator = Simulator(speed)
    monkeypatch.setenv("IMA_BASE_URL", simulator.origin)
    try:
        yield simulator
    finally:
        simulator.close()


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A service whose time passes fast."""
    with running(FAST, monkeypatch) as simulator:
        yield simulator


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A service whose time stands still."""
    with running(0, monkeypatch) as simulator:
        yield simulator


HEAD = f"""
import asyncio
import ima_studio
ima_studio._client.Clock = lambda: ima_studio._network.Clock({FAST})
ima = ima_studio.Client()
async def main():
"""


def script(code: str) -> subprocess.Popen[str]:
    """Another process that runs this with a client `ima`."""
    body = textwrap.indent(textwrap.dedent(code), "    ")
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + body + "\nasyncio.run(main())"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def killed_with_a_task(code: str) -> str:
    """Runs a generation elsewhere and kills it once its task exists. Gives its job."""
    process = script(f"""
    async for event in {code}:
        if isinstance(event, ima_studio.Checkpoint):
            print(event.state, event.job, flush=True)
    """)
    assert process.stdout is not None
    waiting = next(line for line in process.stdout if line.startswith("waiting "))
    process.kill()
    process.communicate()
    return waiting.split()[1]
