"""What the component has not: the clock, the network with the key, and the disk."""

import os
import time

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from machine import record

ANSWER_LIMIT, AUDIO_LIMIT = 8 << 20, 200 << 20  # bytes


class Clock:
    """Monotonic milliseconds. With a rate above 1, for tests, waiting takes that much less time."""

    def __init__(self, rate):
        self.rate, self.skipped = rate, 0

    def now(self):
        return time.monotonic_ns() // 1_000_000 + self.skipped

    def wait_until(self, until):
        left = max(0, until - self.now())
        time.sleep(left / 1000 / self.rate)
        self.skipped += left - left // self.rate


class Network:
    """HTTP without redirects and without second tries: whether to try again is the machine's choice."""

    def __init__(self, base, key):
        self.base, self.key = base.rstrip("/"), key
        self.pool = urllib3.PoolManager(retries=False)

    def exchange(self, transmit, clock):
        """Carries out one exchange. Gives the input that ends it: its tag and its value."""
        request, deadline = transmit.request, getattr(transmit, "deadline-ms")

        def failure(sent, kind="network"):
            return "transport-failure", record(exchange=transmit.exchange, sent=sent, kind=kind)

        if not request.path.startswith("/"):  # it could name another host
            return failure("no")
        headers = dict(request.headers) | {"authorization": f"Bearer {self.key}"}
        left = max(1, deadline - clock.now()) / 1000
        try:
            method, url = request.method.upper(), self.base + request.path
            answer = self._open(method, url, left, headers=headers, body=request.body or None)
        except (NewConnectionError, ConnectTimeoutError):
            return failure("no")
        except HTTPError:
            return failure("maybe")
        body = b""
        try:
            while chunk := answer.read1(65536):
                body += chunk
                if len(body) > ANSWER_LIMIT:
                    return failure("maybe", "too-large")
                if clock.now() > deadline:
                    return failure("maybe")
        except HTTPError:
            return failure("maybe")
        response = record(status=answer.status, headers=list(answer.headers.items()), body=body)
        return "response", record(exchange=transmit.exchange, response=response)

    def audio(self, url):
        """The pieces of a result. It may be on another host, so the key stays here."""
        if not url.startswith(("https://", self.base + "/")):
            raise HTTPError("the audio is not served over https")
        answer = self._open("GET", url, 60)
        if answer.status != 200:
            raise HTTPError(f"the audio is not there: HTTP {answer.status}")
        size = 0
        for chunk in answer.stream(65536):
            size += len(chunk)
            if size > AUDIO_LIMIT:
                raise HTTPError("the audio is too large")
            yield chunk

    def _open(self, method, url, left, **more):
        limits = urllib3.Timeout(connect=min(10, left), read=left)
        return self.pool.request(
            method, url, timeout=limits, redirect=False, preload_content=False, **more
        )


def replace(path, chunks):
    """Writes a file that is there as a whole or not at all, also after a crash."""
    temporary = path.with_name(path.name + ".part")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
