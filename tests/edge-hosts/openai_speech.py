"""OpenAI's package for Python, as its users use it: its own retries included.

Usage: openai_speech.py HOST BASE SIMULATOR.
"""

import json
import os
import sys
import urllib.request

import openai

HOST, BASE, SIMULATOR = sys.argv[1:]
KEY = "ima_demo_key"


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    request = urllib.request.Request(f"{SIMULATOR}/_control/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        body = answer.read()
        return json.loads(body) if body else None


def charges():
    return len(control("GET", f"ledger?key={KEY}")["charges"])


client = openai.OpenAI(base_url=f"{BASE}/v1", api_key=KEY)
assert "sonic" in [model.id for model in client.models.list()]

before = charges()
text = f"Hello from Python, {os.getpid()}."
audio = client.audio.speech.create(model="tts-1", voice="alloy", input=text)
assert audio.content.startswith(b"RIFF") and charges() == before + 1

# A lost answer, and the package may try as often as it likes to.
control("POST", "faults", {"endpoint": "create", "nth": "every", "fault": "reset_after"})
try:
    client.audio.speech.create(model="tts-1", voice="alloy", input=f"Lost, {os.getpid()}.")
    sys.exit(f"{HOST}: a lost answer brought audio")
except openai.ConflictError as error:
    assert error.code == "outcome_unknown" and error.body["charge"] == "unknown", error
control("DELETE", "faults")
assert charges() == before + 2, charges()

# An error of the gateway before it: three tries, one charge at the most.
refusal = {"status": {"code": 502, "headers": [], "body": "<html>bad gateway</html>"}}
control("POST", "faults", {"endpoint": "create", "nth": "every", "fault": refusal})
try:
    client.audio.speech.create(model="tts-1", voice="alloy", input=f"Refused, {os.getpid()}.")
    sys.exit(f"{HOST}: a refusal brought audio")
except openai.APIStatusError:
    pass
control("DELETE", "faults")
assert charges() == before + 2, charges()
print(f"{HOST}: openai {openai.__version__} for Python: three orders, two charges")
