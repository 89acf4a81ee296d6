"""Somebody else comes to the page while something of the one before is still on its way: in Chromium."""

import json
import time
from datetime import UTC, datetime

import pytest

from omnilink.model import FeedEntry

pytestmark = pytest.mark.real

AMONG = 210
"""More than what is shown at first, so that there are earlier ones to be loaded."""


def said(page):
    return [text.strip() for text in page.locator("omnilink-chat .log li .body").all_inner_texts()]


@pytest.fixture
def page(town, open_page):
    """An anonymous visitor's page, with a history longer than what is shown at first."""
    page = open_page(town.demo)
    page.get_by_role("button", name="Open chat").click()
    page.keyboard.type("Asked by somebody at this computer")
    page.keyboard.press("Enter")
    who = town.visitor("webchat:web/a.")

    async def write(hub):
        feed, at = who.rpartition("/")[2], datetime.now(UTC)
        texts = [{"type": "text", "text": f"Private answer {n}.", "marks": []} for n in range(AMONG)]
        shown = [{"t": "message", "id": f"o.{n}", "from": "agency", "at": at.isoformat(), "parts": [text]}
                 for n, text in enumerate(texts)]  # fmt: skip
        entries = [FeedEntry(account="web", feed=feed, key=e["id"], body=json.dumps(e), at=at) for e in shown]
        await hub.store.commit_envelopes(hub.scope, [], feed=entries)

    town.run(write)
    page.get_by_text(f"Private answer {AMONG - 1}.").wait_for()
    page.reload()
    page.locator("omnilink-chat").wait_for(state="attached")
    page.get_by_role("button", name="Open chat").click()
    page.get_by_text(f"Private answer {AMONG - 1}.").wait_for()
    return page


def come(page, identity):
    """The site says who is logged in now; until the line of that person is open."""
    page.evaluate(
        """(identity) => new Promise((done, failed) => {
            const chat = window.omnilinkChat;
            setTimeout(() => failed(new Error('the line does not open')), 10000);
            chat.line.addEventListener('status', (event) => event.detail === 'online' && done());
            chat.identify(identity);
        })""",
        identity,
    )


def test_nothing_of_the_one_before_is_shown_to_who_comes_next(page, sign):
    held = []

    def hold(route):
        held.append(route)

    page.route("**/history?*", hold)
    page.locator("omnilink-chat .more").click()
    end = time.monotonic() + 10
    while not held:
        assert time.monotonic() < end, "no history was asked for"
        page.wait_for_timeout(50)

    page.locator("omnilink-chat textarea").fill("Half a sentence of mine")
    page.locator("omnilink-chat input[type=file]").set_input_files(
        {"name": "mine.txt", "mimeType": "text/plain", "buffer": b"mine"}
    )
    page.get_by_text("mine.txt (").wait_for()

    come(page, sign())
    for route in held:
        route.continue_()
    page.wait_for_timeout(1000)
    assert said(page) == []
    assert "Private" not in page.locator("omnilink-chat").evaluate("(chat) => chat.shadowRoot.textContent")
    assert page.locator("omnilink-chat textarea").input_value() == ""
    assert page.locator("omnilink-chat .chips li").count() == 0
    assert page.locator("omnilink-chat .more").is_hidden()

    page.keyboard.press("Tab")
    page.locator("omnilink-chat textarea").fill("Asked by Ana")
    page.keyboard.press("Enter")
    page.locator("omnilink-chat .mine").wait_for()
    assert said(page) == ["Asked by Ana"]


def test_who_comes_next_is_told_of_as_seen_whatever_the_one_before_has_seen(page, town, sign):
    come(page, sign(sub="4712", email="ana@example.org", email_verified=True))
    page.locator("omnilink-chat textarea").fill("Asked by Ana")
    page.keyboard.press("Enter")
    town.until(lambda: bool(town.history(town.visitor("webchat:web/u.4712"))))
    ana = town.visitor("webchat:web/u.4712")
    town.say(ana, "--text", "For Ana alone.")
    page.get_by_text("For Ana alone.").wait_for()
    town.until(lambda: [item.state for item in town.history(ana) if item.state] == ["read"])
