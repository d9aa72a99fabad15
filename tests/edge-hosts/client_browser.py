"""The package for JavaScript in a real browser: through ima serve from its own origin, with the ledger behind it,
and through the edge component from a page of another origin, without one.

Usage: client_browser.py BROWSER PAGE EDGE SIMULATOR PACKAGE, where PAGE is the address that ima serve printed and
PACKAGE the folder of the installed package.
"""

import json
import mimetypes
import shutil
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

BROWSER, PAGE, EDGE, SIMULATOR, PACKAGE = sys.argv[1:]
KEY = "ima_demo_key"
PATIENCE = 90_000  # milliseconds
ORIGIN = urllib.parse.urljoin(PAGE, "/").rstrip("/")
HTML = """<!doctype html><script type="module">
import * as client from '/client/src/browser.js';
window.client = client;
const open = (options) => new client.Client({ ...options, store: new client.IndexedDbStore('test') });
/** What a generation comes to: its medias, or its error. */
window.buy = async (options, call, ...words) => {
  const types = [];
  try {
    const generation = open(options)[call](...words);
    for await (const event of generation) types.push(event.type);
    const { medias, points } = await generation.result();
    return { types, medias, points };
  } catch (error) {
    return { types, error: error.name, charge: error.charge, jobId: error.jobId, said: String(error) };
  }
};
window.ask = (options, call, ...words) => open(options)[call](...words);
document.title = 'ready';
</script>"""


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    request = urllib.request.Request(f"{SIMULATOR}/_control/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def charges():
    return len(control("GET", f"ledger?key={KEY}")["charges"])


def create_meets(fault):
    control("POST", "faults", {"endpoint": "create", "nth": "every", "fault": fault})


def serve(route):
    """What a web server would give beside the API: the page and the package."""
    path = urllib.parse.urlsplit(route.request.url).path.removeprefix("/client/")
    if path == "page.html":
        route.fulfill(body=HTML, content_type="text/html; charset=utf-8")
    else:
        file = Path(PACKAGE) / path
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])


def lose(times):
    """Lets requests reach the server, and loses so many answers."""
    left = [times]

    def handle(route):
        if route.request.method != "POST" or left[0] == 0:
            return route.continue_()
        left[0] -= 1
        route.fetch()
        return route.abort("connectionreset")

    return handle


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which(BROWSER),
        # The page is not fetched from an address of this machine, so the browser takes it for one of elsewhere.
        args=["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"],
    )
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(PAGE)  # lets the browser in, with a cookie

    def visit():
        page.goto(f"{ORIGIN}/client/page.html")
        page.wait_for_function("document.title === 'ready'")

    def buy(options, call, *words):
        return page.evaluate("([options, call, words]) => buy(options, call, ...words)", [options, call, words])

    def ask(options, call, *words):
        return page.evaluate("([options, call, words]) => ask(options, call, ...words)", [options, call, words])

    page.route("**/client/**", serve)
    visit()
    own, other = {"ledger": True}, {"origin": EDGE, "token": KEY}
    for options in (own, other):
        before = charges()
        price = ask(options, "quoteMusic", "calm ambient piano")
        assert 0 < price["points"] <= price["mostPoints"], price
        assert any(model["id"] == "sonic" for model in ask(options, "models", "music"))
        assert any(voice["name"] == "Tim" for voice in ask(options, "voices"))
        done = buy(options, "music", "calm ambient piano", {"budget": 50})
        assert len(done.get("medias", [])) == 2 and done["types"][0] == "checkpoint", done
        assert "progress" in done["types"] and done["types"][-1] == "finished", done
        done = buy(options, "speech", "Hello.", {"voice": "Tim", "idempotencyKey": "a" + str(before)})
        assert len(done.get("medias", [])) == 1, done
        again = buy(options, "speech", "Hello.", {"voice": "Tim", "idempotencyKey": "a" + str(before)})
        assert len(again.get("medias", [])) == 1, again
        dear = buy(options, "speech", "Hello.", {"budget": 0})
        assert (dear["error"], dear["charge"]) == ("OverBudget", "no"), dear
        create_meets({"envelope": {"code": 4008, "message": "Insufficient points"}})
        poor = buy(options, "speech", "Hello.")
        assert (poor["error"], poor["charge"]) == ("PaymentRequired", "no"), poor
        control("DELETE", "faults")
        assert charges() - before == 2, charges() - before

        # A reload in the middle.
        page.evaluate("options => void buy(options, 'music', 'rain')", options)
        waiting = []
        while not waiting:
            waiting = [job["id"] for job in ask(options, "jobs") if job["state"] == "waiting"]
        visit()
        done = buy(options, "resume", waiting[0])
        assert len(done.get("medias", [])) == 2, done
        assert charges() - before == 3, charges() - before

        # The service's answer is lost: nobody knows, and nobody sends again.
        create_meets("reset_after")
        for _ in range(2):
            lost = buy(options, "speech", "Hello.", {"idempotencyKey": "b" + str(before)})
            assert (lost["error"], lost["charge"]) == ("OutcomeUnknown", "unknown"), lost
        control("DELETE", "faults")
        assert charges() - before == 4, charges() - before

        # The server's answer is lost: a ledger knows it, and without one it is in doubt.
        page.route("**/v1/audio/speech", lose(1))
        lost = buy(options, "speech", "Hello.", {"idempotencyKey": "c" + str(before)})
        page.unroute("**/v1/audio/speech")
        if options is own:
            assert len(lost.get("medias", [])) == 1, lost
        else:
            assert (lost["error"], lost["charge"]) == ("OutcomeUnknown", "unknown"), lost
            done = buy(options, "resume", lost["jobId"], {"createAgain": True})
            assert len(done.get("medias", [])) == 1, done
            before += 1
        assert charges() - before == 5, charges() - before
        where = "ima serve" if options is own else "the edge component, from another origin"
        print(f"the package in a browser, through {where}: {charges()} charges in the ledger", flush=True)
    browser.close()
