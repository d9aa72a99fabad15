"""The page of ima serve in a real browser: price, order, progress, a reload in the middle, audio that plays, a
refusal, a narrow screen. Leaves pictures.

Usage: browser.py BROWSER PAGE SIMULATOR PICTURES, where BROWSER is the program.
"""

import json
import re
import shutil
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

BROWSER, PAGE, SIMULATOR, PICTURES = sys.argv[1:]
KEY = "ima_demo_key"
PATIENCE = 90_000  # milliseconds


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    request = urllib.request.Request(f"{SIMULATOR}/_control/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def charges():
    return len(control("GET", f"ledger?key={KEY}")["charges"])


def picture(page, name):
    page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def fits(page):
    sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not sideways, "it scrolls sideways"


def plays(page):
    """Starts the first clip, and waits until some of it has been heard."""
    audio = page.locator("#clips audio").first
    expect(audio).to_be_visible(timeout=PATIENCE)
    heard = """async audio => {
        audio.muted = true;
        await audio.play();
        for (let tries = 0; tries < 100 && audio.currentTime === 0; tries++)
            await new Promise(go => setTimeout(go, 50));
        return audio.currentTime;
    }"""
    assert audio.evaluate(heard) > 0, "it does not play"


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which(BROWSER),
        args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
    )
    errors = []

    def visit(language, width):
        context = browser.new_context(locale=language, viewport={"width": width, "height": 900})
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(PAGE)
        return page

    # Music, with a reload in the middle.
    page = visit("en", 1280)
    page.fill("#text", "calm ambient piano")
    expect(page.locator("#points")).to_contain_text("25")
    picture(page, "1280-price")
    page.click("#go")
    expect(page.locator("#work")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile("#"), timeout=PATIENCE)
    page.reload()
    plays(page)
    fits(page)
    picture(page, "1280-done")
    assert charges() == 1, charges()

    # A refusal: nothing is spent, and that is said.
    refusal = {"envelope": {"code": 4008, "message": "Insufficient points"}}
    control("POST", "faults", {"endpoint": "create", "nth": "every", "fault": refusal})
    page = visit("en", 1280)
    page.fill("#text", "rain on a tin roof")
    expect(page.locator("#go")).to_be_enabled()
    page.click("#go")
    expect(page.locator("#notice")).to_contain_text("points", timeout=PATIENCE)
    picture(page, "1280-refused")
    control("DELETE", "faults")
    assert charges() == 1, charges()

    # Speech in Chinese on a narrow screen, by keyboard.
    page = visit("zh-CN", 360)
    page.locator("input[value=speech], [data-task=speech]").first.focus()
    page.keyboard.press("Space")
    page.fill("#text", "你好,欢迎收听。")
    expect(page.locator("#go")).to_be_enabled()
    fits(page)
    picture(page, "360-price")
    page.locator("#go").focus()
    page.keyboard.press("Enter")
    plays(page)
    fits(page)
    picture(page, "360-done")
    assert charges() == 2, charges()
    assert not errors, errors
    browser.close()
print("the page in a browser: two purchases, two charges, one refusal")
