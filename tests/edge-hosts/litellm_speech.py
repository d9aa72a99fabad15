"""LiteLLM before the component, as a library (its proxy makes the same call).

Usage: litellm_speech.py HOST BASE SIMULATOR.
"""

import json
import os
import sys
import urllib.request

# Or it would ask a host elsewhere for its list of prices as it is loaded.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
import openai

HOST, BASE, SIMULATOR = sys.argv[1:]
KEY = "ima_demo_key"
litellm.telemetry = False
litellm.suppress_debug_info = True


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    request = urllib.request.Request(f"{SIMULATOR}/_control/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        body = answer.read()
        return json.loads(body) if body else None


def charges():
    return len(control("GET", f"ledger?key={KEY}")["charges"])


def speech(text):
    return litellm.speech(
        model="openai/tts-1", voice="alloy", input=text, api_base=f"{BASE}/v1", api_key=KEY, timeout=60
    )


before = charges()
audio = speech(f"Hello from LiteLLM, {os.getpid()}.")
assert audio.content.startswith(b"RIFF") and charges() == before + 1, charges()

# A lost answer, and LiteLLM may try as often as it likes to.
control("POST", "faults", {"endpoint": "create", "nth": "every", "fault": "reset_after"})
try:
    speech(f"Lost before LiteLLM, {os.getpid()}.")
    sys.exit(f"{HOST}: a lost answer brought audio")
except openai.ConflictError as error:
    assert error.code == "outcome_unknown" and error.body["charge"] == "unknown", error
finally:
    control("DELETE", "faults")
assert charges() == before + 2, charges()
print(f"{HOST}: LiteLLM: two orders, two charges")
