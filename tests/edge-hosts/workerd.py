"""The package for JavaScript in workerd: what it says of the money is held against the simulator's ledger.

Usage: workerd.py BASE SIMULATOR.
"""

import json
import sys
import urllib.request

BASE, SIMULATOR = sys.argv[1:]
KEY = "ima_demo_key"


def send(url, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=90) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def charges():
    return len(send(f"{SIMULATOR}/_control/ledger?key={KEY}")["charges"])


def create_meets(fault):
    send(f"{SIMULATOR}/_control/faults", {"endpoint": "create", "nth": "every", "fault": fault})


def buys(task, fault, end, charge, paid, states):
    before = charges()
    if fault is not None:
        create_meets(fault)
    answer = send(BASE, {"task": task, "prompt": "calm ambient piano"})
    send(f"{SIMULATOR}/_control/faults", method="DELETE")
    found = charges() - before
    assert (answer["end"], answer["charge"], found) == (end, charge, paid), (answer, found)
    assert answer["states"] == states, answer
    print(f"workerd: {task}, create meets {fault}: charged {charge}, {found} in the ledger", flush=True)


DONE = ["creating", "waiting", "finished"]
buys("music", None, "success", "yes", 1, DONE)
buys("speech", None, "success", "yes", 1, DONE)
buys("music", {"delay": 3000}, "success", "yes", 1, DONE)
buys("music", "reset_after", "failure", "unknown", 1, ["creating", "unknown"])
refusal = {"envelope": {"code": 4008, "message": "Insufficient points"}}
buys("music", refusal, "failure", "no", 0, ["creating", "failed"])
