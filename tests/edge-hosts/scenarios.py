"""What a client of the edge component lives through, in any host. The simulator's ledger is asked after each
scenario.

Usage: scenarios.py HOST BASE SIMULATOR, where HOST is the name of the host in what is printed.
"""

import http.client
import itertools
import json
import os
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

HOST, BASE, SIMULATOR = sys.argv[1:]
KEY = "ima_demo_key"
ADDRESS = urlsplit(BASE).netloc
PATIENCE = 60
RUN = os.getpid()
ORDERS = itertools.count()


def song():
    """An order unlike any before: a repeated one need not be paid again."""
    return {"prompt": f"calm ambient piano, number {next(ORDERS)} of {RUN}"}


def words():
    return {"model": "tts-1", "voice": "alloy", "input": f"This is number {next(ORDERS)} of {RUN}."}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


def request(address, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    data = None if body is None else json.dumps(body)
    usual = {"authorization": f"Bearer {KEY}", "content-type": "application/json", "connection": "close"}
    connection.request(method, path, data, usual | (headers or {}))
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def ask(method, path, body=None, headers=None):
    return request(ADDRESS, method, path, body, headers)


def control(method, path, body=None):
    address = urlsplit(SIMULATOR).netloc
    answer = request(address, method, f"/_control/{path}", body)
    assert answer.status // 100 == 2, answer.body
    return answer.json() if answer.body else None


def charges():
    return len(control("GET", f"ledger?key={KEY}")["charges"])


def requests_of(endpoint):
    return sum(1 for it in control("GET", "requests") if it["endpoint"] == endpoint)


def fault(fault):
    control("POST", "faults", {"endpoint": "create", "nth": "every", "fault": fault})


def until(holds):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never happens"
        time.sleep(0.05)


def refused(answer, status, code, charge):
    error = answer.json()["error"]
    assert (answer.status, error["code"], error["charge"]) == (status, code, charge), answer.body


# Each returns how many charges it expects.


def lists_and_health():
    assert ask("GET", "/healthz").json() == {"status": "ok"}
    assert any(model["id"] == "sonic" for model in ask("GET", "/v1/models").json()["data"])
    assert b"<!doctype html>" in ask("GET", "/").body.lower()[:100]
    return 0


def speech():
    answer = ask("POST", "/v1/audio/speech", words())
    assert answer.status == 303, answer.body
    audio = urlsplit(answer.headers["location"])
    assert request(audio.netloc, "GET", audio.path).body.startswith(b"RIFF")
    return 1


def music_and_its_events():
    answer = ask("POST", "/v1/music", song())
    assert answer.status == 202 and answer.headers["location"].startswith("/v1/jobs/"), answer.body
    job = answer.headers["location"]
    events, last = [], None
    for _ in range(6):
        headers = {} if last is None else {"last-event-id": last}
        stream = ask("GET", f"{job}/events", headers=headers)
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.body.decode().splitlines()
        events += [line[7:] for line in lines if line.startswith("event: ")]
        last = [line[4:] for line in lines if line.startswith("id: ")][-1]
        if "completed" in events:
            break
    assert events[0] == "progress" and events[-1] == "completed", events
    job = ask("GET", job).json()
    assert (job["status"], len(job["outputs"])) == ("completed", 2), job
    assert ask("GET", f"{job['content_url']}?n=1").status == 303
    return 1


def a_listener_gone_in_the_middle():
    job = ask("POST", "/v1/music", song()).headers["location"]
    client = socket.create_connection(ADDRESS.split(":"), timeout=PATIENCE)
    client.sendall(
        f"GET {job}/events HTTP/1.1\r\nhost: {ADDRESS}\r\nauthorization: Bearer {KEY}\r\n\r\n".encode()
    )
    came = b""
    while b"event: progress" not in came:
        more = client.recv(4096)
        assert more, came
        came += more
    client.close()
    # Nothing ends with the listener: the job goes on, and whoever asks next is answered.
    assert ask("GET", "/healthz").status == 200
    until(lambda: ask("GET", job).json()["status"] == "completed")
    return 1


def a_client_killed_after_create():
    fault({"delay": 1500})
    before = requests_of("create")
    body = json.dumps(song())
    client = socket.create_connection(ADDRESS.split(":"), timeout=PATIENCE)
    client.sendall(
        f"POST /v1/music HTTP/1.1\r\nhost: {ADDRESS}\r\nauthorization: Bearer {KEY}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
    )
    until(lambda: requests_of("create") > before)
    client.close()
    time.sleep(2.5)
    return 1


def a_slow_create():
    fault({"delay": 4000})
    assert ask("POST", "/v1/music", song()).status == 202
    return 1


def a_reset_after_create():
    fault("reset_after")
    answer = ask("POST", "/v1/audio/speech", words())
    refused(answer, 409, "outcome_unknown", "unknown")
    assert answer.headers["x-should-retry"] == "false"
    return 1


def a_refusal():
    fault({"envelope": {"code": 4008, "message": "Insufficient points"}})
    refused(ask("POST", "/v1/music", song()), 402, "insufficient_points", "no")
    return 0


def a_marked_retry():
    mark = {"x-stainless-retry-count": "1"}
    answer = ask("POST", "/v1/audio/speech", words(), mark)
    refused(answer, 409, "retry_without_key", "unknown")
    assert answer.headers["x-should-retry"] == "false"
    if HOST != "ima serve":
        return 0
    # Its ledger knows what was ordered before.
    order = words()
    addresses = [ask("POST", "/v1/audio/speech", order, marks).headers["location"] for marks in ({}, mark)]
    assert len(set(addresses)) == 1, addresses
    return 1


def two_at_once():
    jobs = []
    order = lambda: jobs.append(ask("POST", "/v1/music", song()).json()["id"])
    threads = [threading.Thread(target=order) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(jobs)) == 2, jobs
    return 2


def a_body_without_end():
    head = f"POST /v1/music HTTP/1.1\r\nhost: {ADDRESS}\r\nauthorization: Bearer {KEY}\r\n"
    client = socket.create_connection(ADDRESS.split(":"), timeout=PATIENCE)
    answer = b""
    try:
        client.sendall(f"{head}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        for _ in range(64):
            client.sendall(b"8000\r\n" + b" " * 0x8000 + b"\r\n")
        answer = client.recv(64)
    except OSError:
        pass  # Cut off while it wrote.
    assert answer == b"" or answer.split()[1] in (b"400", b"408", b"413"), answer
    return 0


def a_header_block_without_end():
    client = socket.create_connection(ADDRESS.split(":"), timeout=PATIENCE)
    answer = b""
    try:
        client.sendall(f"GET /v1/voices HTTP/1.1\r\nhost: {ADDRESS}\r\n".encode())
        for number in range(2000):
            client.sendall(f"x-{number}: {'a' * 1000}\r\n".encode())
        answer = client.recv(64)
    except OSError:
        pass
    assert answer == b"" or answer.split()[1].startswith(b"4"), answer
    assert ask("GET", "/healthz").status == 200
    return 0


def a_token_changed_by_one_bit():
    job = ask("POST", "/v1/music", song()).json()["status_url"]
    asked = requests_of("detail")
    for at in (len("/v1/jobs/") + 5, len(job) - 2):
        changed = job[:at] + chr(ord(job[at]) ^ 1) + job[at + 1 :]
        answer = ask("GET", changed)
        assert answer.status == 404, (answer.status, answer.body)
    assert requests_of("detail") == asked
    return 1


def pages_of_other_sites():
    preflight = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    answer = ask("OPTIONS", "/v1/music", headers=preflight)
    if HOST == "ima serve":
        # The operator's points are spent there.
        assert "access-control-allow-origin" not in answer.headers, answer.headers
        answer = ask("POST", "/v1/music", song(), {"origin": "https://elsewhere.example"})
        assert answer.status == 403, answer.status
    else:
        assert answer.headers["access-control-allow-origin"] == "*", answer.headers
    return 0


def egress_denied():
    answer = ask("POST", "/v1/music", song())
    error = answer.json()["error"]
    assert answer.status >= 500 and error["charge"] == "no", answer.body
    return 0


SCENARIOS = [
    lists_and_health,
    speech,
    music_and_its_events,
    a_listener_gone_in_the_middle,
    a_client_killed_after_create,
    a_slow_create,
    a_reset_after_create,
    a_refusal,
    a_marked_retry,
    two_at_once,
    a_body_without_end,
    a_header_block_without_end,
    a_token_changed_by_one_bit,
    pages_of_other_sites,
]

if HOST == "without egress":
    SCENARIOS = [egress_denied]

for scenario in SCENARIOS:
    name = scenario.__name__.replace("_", " ")
    before, created = charges(), requests_of("create")
    try:
        expected = scenario()
        time.sleep(0.2)
        found, creates = charges() - before, requests_of("create") - created
        assert found == expected, f"{found} charges where {expected} are due"
        assert creates <= max(expected, 1), f"{creates} create requests"
    except Exception as error:
        sys.exit(f"{HOST}: {name}: {type(error).__name__}: {error}")
    finally:
        control("DELETE", "faults")
    print(f"{HOST}: {name}: {expected} in the ledger", flush=True)
