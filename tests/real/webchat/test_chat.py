"""A whole chat in Chromium: with the keyboard, closed and opened, over restarts, with files, logged in and not."""

import json
import subprocess

import pytest

from omnilink.model import Attestation, Choices, Media, Offer, Option, Text

pytestmark = pytest.mark.real


def said(page):
    """What the log shows, in order."""
    return [text.strip() for text in page.locator("omnilink-chat .log li .body").all_inner_texts()]


def focus(page):
    """The name of what has the focus."""
    return page.evaluate("""() => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return at?.getAttribute('aria-label') || at?.labels?.[0]?.textContent || at?.innerText?.trim() || '';
    }""")


def test_a_chat_survives_closing_the_widget_and_a_restart_of_the_server(town, open_page):
    page = open_page(town.demo)
    press = page.keyboard.press

    # By keyboard alone: to the button, in, written, sent, out, and back on the button.
    for _ in range(5):
        press("Tab")
        if focus(page) == "Open chat":
            break
    press("Enter")
    assert focus(page) == "Your message"
    page.keyboard.type("The lamp in front of my house is dark")
    press("Enter")
    page.locator("omnilink-chat .mine").wait_for()
    who = town.visitor()
    press("Escape")
    assert focus(page).startswith("Open chat")
    assert page.get_by_role("dialog").count() == 0

    # While it is closed an answer comes; the button says so, and opening shows it.
    first = town.say(who, "--text", "We have **seen** it.")
    page.get_by_text("1 new message").wait_for(state="attached")
    press("Enter")
    page.get_by_text("We have seen it.").wait_for()
    assert page.locator("omnilink-chat .theirs strong").inner_text() == "seen"
    press("Escape")

    # While the server is down, both sides go on.
    town.kill()
    town.say(who, "--text", "Somebody comes tomorrow.")
    press("Enter")
    page.get_by_text("No connection.").wait_for()
    page.keyboard.type("Thank you")
    press("Enter")
    assert said(page)[-1] == "Thank you"
    town.start()
    page.get_by_text("Connected again.").wait_for()
    page.get_by_text("Somebody comes tomorrow.").wait_for()
    town.until(lambda: len(town.history(who)) == 4)

    # Exactly once, in order, on both sides; also in a tab that begins with nothing.
    expected = ["The lamp in front of my house is dark", "We have seen it.", "Somebody comes tomorrow.", "Thank you"]
    assert sorted(said(page)) == sorted(expected)
    again = open_page(town.demo, context=page.context)
    again.get_by_role("button", name="Open chat").click()
    again.get_by_text("Thank you").wait_for()
    assert said(again) == expected
    town.until(lambda: [item.state for item in town.history(who) if item.state] == ["read", "read"])
    seen = {item.current_parts[0].text for item in town.history(who)}
    assert seen == {*expected[:1], "We have **seen** it.", *expected[2:]}
    assert first

    async def books(hub):
        assert await hub.store.check() == []
        return await hub.ledger()

    assert town.run(books).balanced


def test_files_go_both_ways_and_an_offer_is_chosen_with_the_keyboard(town, open_page, picture):
    page = open_page(town.demo)
    page.get_by_role("button", name="Open chat").click()
    page.locator("omnilink-chat input[type=file]").set_input_files(picture)
    page.get_by_text("lámpara.png (").wait_for()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("img", name="lámpara.png").wait_for()
    who = town.visitor()
    media = next(p for p in town.history(who)[0].current_parts if isinstance(p, Media))
    assert (media.mime_type, media.filename, media.size) == ("image/png", "lámpara.png", picture.stat().st_size)

    async def answer(hub):
        await hub.outbox.send(who, "Here it is.", files=[picture])
        options = (Option(value="mon", label="Monday"), Option(value="tue", label="Tuesday"))
        await hub.outbox.send(who, [Text(text="Which day?"), Offer(title="Days", options=options)])
        while (await hub.outbox.deliver()).count:
            pass

    town.run(answer)
    page.get_by_role("group", name="Days").wait_for()
    link = page.locator("omnilink-chat .theirs figure a")
    shown = page.request.get(link.get_attribute("href"))
    assert shown.body() == picture.read_bytes()
    assert shown.headers["content-disposition"].startswith("attachment;")
    assert shown.headers["x-content-type-options"] == "nosniff"

    page.get_by_role("log").focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        if focus(page) == "Tuesday":
            break
    page.keyboard.press("Space")
    page.get_by_role("button", name="Tuesday", pressed=True).wait_for()
    town.until(lambda: isinstance(town.history(who)[-1].current_parts[0], Choices))
    assert town.history(who)[-1].current_parts[0].value == "tue"

    page.locator("omnilink-chat input[type=file]").set_input_files(
        {"name": "page.html", "mimeType": "image/png", "buffer": b"<html><script>alert(1)</script>"}
    )
    page.get_by_text("Files of that kind are not taken: page.html").wait_for()


def test_our_edit_and_deletion_are_seen_and_markup_stays_text(town, open_page):
    page = open_page(town.demo)
    page.get_by_role("button", name="Open chat").click()
    page.keyboard.type('<img src=x onerror="window.hit=1"> & <b>bold</b>')
    page.keyboard.press("Enter")
    who = town.visitor()

    async def work(hub):
        hostile = "<script>window.hit=1</script> [click](javascript:window.hit=1) <https://town.example/?a=1&b=2>"
        kept = await hub.outbox.send(who, hostile)
        gone = await hub.outbox.send(who, "A mistake")
        await hub.outbox.deliver()
        await hub.outbox.edit(kept.interaction, hostile + " *once more*")
        await hub.outbox.delete(gone.interaction)
        while (await hub.outbox.deliver()).count:
            pass

    town.run(work)
    page.get_by_text("This message was withdrawn.").wait_for()
    page.get_by_text("edited").wait_for()
    assert said(page)[0] == '<img src=x onerror="window.hit=1"> & <b>bold</b>'
    assert "A mistake" not in page.locator("omnilink-chat .log").inner_text()
    links = page.locator("omnilink-chat .log a")
    assert [a.get_attribute("href") for a in links.all()] == ["https://town.example/?a=1&b=2"]
    assert set(links.first.get_attribute("rel").split()) >= {"noopener", "noreferrer"}
    assert page.evaluate("window.hit") is None
    assert page.locator("omnilink-chat .log script, omnilink-chat .log b").count() == 0


def test_where_sockets_are_blocked_the_chat_goes_on_by_stream_and_posts(town, open_page, browser):
    context = browser.new_context(locale="en")
    context.add_init_script("window.WebSocket = class { constructor() { throw new Error('blocked'); } };")
    page = open_page(town.demo, context=context)
    page.get_by_role("button", name="Open chat").click()
    page.keyboard.type("Over a proxy that knows no sockets")
    page.keyboard.press("Enter")
    who = town.visitor()
    town.say(who, "--text", "It works all the same.")
    page.get_by_text("It works all the same.").wait_for()
    assert said(page) == ["Over a proxy that knows no sockets", "It works all the same."]
    town.until(lambda: town.history(who)[-1].state == "read")
    context.close()


def test_who_is_logged_in_has_a_chat_of_their_own_and_leaves_nothing_to_the_next(town, open_page, sign, embed):
    page = open_page(town.demo)
    page.get_by_role("button", name="Open chat").click()
    page.keyboard.type("Asked by somebody at this computer")
    page.keyboard.press("Enter")
    town.visitor("webchat:web/a.")

    embed(page, identity=sign(email="ana@example.org", email_verified=True))
    page.get_by_role("button", name="Open chat").click()
    page.get_by_text("We answer from Monday to Friday.").wait_for()
    assert said(page) == []
    page.keyboard.type("Asked by Ana")
    page.keyboard.press("Enter")
    town.until(lambda: bool(town.history(town.visitor("webchat:web/u.4711"))))
    author = town.history("mailto:ana@example.org")[0].interaction.participants[0]
    assert author.attestation is Attestation.LOGIN
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Asked by Ana" not in kept
    assert "u.4711" not in json.dumps(json.loads(kept))

    page.evaluate("window.omnilinkChat.identify(null)")
    page.get_by_text("Asked by somebody at this computer").wait_for()
    assert said(page) == ["Asked by somebody at this computer"]

    embed(page, identity=sign(exp=1))
    page.get_by_role("button", name="Open chat").click()
    page.get_by_text("The chat cannot be opened here.").wait_for()
    assert said(page) == []


def test_one_command_shows_a_newcomer_the_chat_with_an_official_who_answers(town, open_page):
    with subprocess.Popen(
        town.command("sandbox", "webchat", "--serve", "0"), stdout=subprocess.PIPE, text=True
    ) as sandbox:
        try:
            page = open_page(sandbox.stdout.readline().split()[1])
            page.get_by_role("button", name="Open chat").click()
            page.keyboard.type("Hello?")
            page.keyboard.press("Enter")
            page.get_by_role("button", name="A street lamp").click()
            page.get_by_text("You chose A street lamp.").wait_for()
        finally:
            sandbox.terminate()
    assert sandbox.returncode == 0
