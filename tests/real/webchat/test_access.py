"""WCAG 2.2 AA: axe-core over every state, and what no tool can see: order, size, contrast, zoom, direction."""

import os
from pathlib import Path

import pytest

from omnilink.model import ContactCard, Location, Offer, Option, Text

pytestmark = pytest.mark.real

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def profile(shared_town, browser, picture):
    """A browser's profile after a chat in which everything that can be shown was said."""
    town, context = shared_town, browser.new_context(locale="en")
    page = context.new_page()
    page.goto(town.demo)
    page.get_by_role("button", name="Open chat").click()
    page.keyboard.type("The lamp is dark: https://town.example/lamps")
    page.locator("omnilink-chat input[type=file]").set_input_files(picture)
    page.get_by_text("lámpara.png (").wait_for()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("img", name="lámpara.png").wait_for()
    who = town.visitor()

    async def answer(hub):
        option = Option(value="mon", label="Monday", description="from 8 to 12")
        await hub.outbox.send(who, "We **have seen** it: [case 17](https://town.example/17), `code`.", files=[picture])
        await hub.outbox.send(who, [Text(text="Which day?"), Offer(title="Days", options=(option,))])
        await hub.outbox.send(who, "سنأتي يوم الاثنين الساعة 10:30.")
        place = Location(latitude=41.38, longitude=2.17, name="Town Hall", address="Main Square 1")
        card = ContactCard(name="Desk", phones=("+34910000000",), emails=("desk@town.example",))
        await hub.outbox.send(who, [place, card])
        while (await hub.outbox.deliver()).count:
            pass

    town.run(answer)
    page.get_by_text("desk@town.example").wait_for()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def visit(shared_town, profile, open_page):
    """Opens the chat in a new window of that profile, with options of a window."""

    def make(**options):
        page = open_page(shared_town.demo, storage_state=profile, **options)
        page.get_by_role("button", name="Open chat").click()
        page.get_by_text("desk@town.example").wait_for()
        return page

    return make


@pytest.fixture
def talked(visit):
    """An open chat in a usual window."""
    return visit()


def violations(page, *, scope="omnilink-chat"):
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, context=scope, options=options).response["violations"]
    return [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found]


def shot(page, name):
    """A picture to be looked at, where somebody asks for one."""
    if folder := os.environ.get("OMNILINK_SHOTS"):
        page.screenshot(path=Path(folder) / f"webchat-{name}.png")


SCHEMES = {
    "open": {},
    "dark": {"color_scheme": "dark"},
    "mobile": {"viewport": {"width": 360, "height": 640}, "has_touch": True},
    "forced": {"forced_colors": "active"},
}


@pytest.mark.parametrize("name", SCHEMES)
def test_axe_finds_nothing_open_or_closed(visit, name):
    page = visit(**SCHEMES[name])
    assert violations(page) == []
    shot(page, name)
    page.keyboard.press("Escape")
    assert violations(page) == []


def test_axe_finds_nothing_on_the_page_of_its_own_which_follows_the_visitors_language(shared_town, profile, open_page):
    page = open_page(f"http://127.0.0.1:{shared_town.port}/chat/web", storage_state=profile, locale="ar")
    page.get_by_text("desk@town.example").wait_for()
    assert violations(page, scope=None) == []
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    shot(page, "page-rtl")


def test_every_control_is_named_and_large_enough(talked):
    controls = talked.evaluate("""() => [...document.querySelector('omnilink-chat').shadowRoot
        .querySelectorAll('button, a, textarea')].filter((e) => e.getClientRects().length).map((e) => {
            const box = e.getBoundingClientRect();
            return [e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.innerText
                    || e.querySelector('img')?.alt || '', box.width, box.height, e.tagName,
                    getComputedStyle(e).display];
        })""")
    assert len(controls) > 10
    for name, width, height, tag, display in controls:
        assert name.strip()
        inline = tag == "A" and display == "inline"  # WCAG 2.5.8 leaves links within a sentence out
        assert inline or (width >= 24 and height >= 24), (name, width, height)


def test_the_keyboard_goes_through_everything_in_order_and_the_focus_is_seen(talked):
    talked.keyboard.press("Escape")
    names, outlines = [], []
    talked.keyboard.press("Enter")
    talked.get_by_role("button", name="Close chat").focus()
    for _ in range(14):
        name, outline = talked.evaluate("""() => {
            const at = document.querySelector('omnilink-chat').shadowRoot.activeElement;
            return at ? [at.getAttribute('aria-label') || at.id || at.innerText.trim() || at.querySelector('img')?.alt,
                         getComputedStyle(at).outlineStyle + getComputedStyle(at).outlineWidth] : ['', 'solid3px'];
        }""")
        if not name:
            break
        names.append(name)
        outlines.append(outline)
        talked.keyboard.press("Tab")
    assert names[:2] == ["Close chat", "Messages"]
    assert names[-3:] == ["field", "Attach a file", "Send"]
    assert any(name.startswith("Monday") for name in names)
    assert set(outlines) == {"solid3px"}


def test_new_messages_are_announced_and_old_ones_are_not(talked):
    talked.reload()
    talked.get_by_role("button", name="Open chat").click()
    assert talked.locator("omnilink-chat .log").get_attribute("aria-live") == "off"
    talked.get_by_text("desk@town.example").wait_for()
    talked.locator("omnilink-chat .log[aria-live=polite]").wait_for()


def test_at_400_percent_nothing_is_cut_off_and_nothing_scrolls_sideways(talked):
    talked.set_viewport_size({"width": 320, "height": 256})
    for name in ("Close chat", "Send", "Attach a file"):
        talked.get_by_role("button", name=name).scroll_into_view_if_needed()
        assert talked.get_by_role("button", name=name).is_visible()
    wide = talked.evaluate("""() => [...document.querySelector('omnilink-chat').shadowRoot.querySelectorAll('*')]
        .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible'
                       && !e.classList.contains('hidden') && e.tagName !== 'TEXTAREA').map((e) => e.className)""")
    assert wide == []
    shot(talked, "zoom")


def test_right_to_left_pages_have_the_chat_on_their_side_and_each_message_its_own_direction(talked, embed):
    talked.evaluate("Object.assign(document.documentElement, { lang: 'ar', dir: 'rtl' })")
    embed(talked)
    opener = talked.get_by_role("button", name="افتح المحادثة")
    assert opener.bounding_box()["x"] < 100
    opener.click()
    talked.get_by_text("desk@town.example").wait_for()
    ways = talked.evaluate("""() => [...document.querySelector('omnilink-chat').shadowRoot.querySelectorAll('p.text')]
        .map((e) => [e.textContent.slice(0, 4), getComputedStyle(e).direction])""")
    assert ["سنأت", "rtl"] in ways
    assert ["The ", "ltr"] in ways
    shot(talked, "rtl-widget")


def test_who_wants_less_motion_gets_none(talked):
    talked.emulate_media(reduced_motion="reduce")
    moving = talked.evaluate("""() => [...document.querySelector('omnilink-chat').shadowRoot.querySelectorAll('*')]
        .filter((e) => { const s = getComputedStyle(e);
                         return s.animationName !== 'none' || !/^0s(, 0s)*$/.test(s.transitionDuration); })
        .map((e) => e.className)""")
    assert moving == []
