"""What goes over a line: stored before it is acknowledged, numbered, told again from where the client stopped."""

import json

import anyio
import pytest

from omnilink.errors import StoreBusy
from omnilink.model import Choices, Media, MediaState, Offer, Option, OutboxState, Text

pytestmark = pytest.mark.anyio


async def visitor(chat):
    session = await chat.session()
    return session["token"], f"webchat:web/{session['visitor']}"


async def answer(chat, who, text="We are **looking** into it", **fields):
    item = await chat.hub.outbox.send(who, text, **fields)
    await chat.hub.outbox.deliver()
    return await chat.hub.outbox.item(item.id)


async def test_a_message_is_in_the_history_and_the_same_one_sent_again_changes_nothing(chat):
    token, who = await visitor(chat)
    assert (await chat.say(token, "The lamp is dark")).json == {"t": "ack", "id": "message-0001"}
    assert (await chat.say(token, "The lamp is dark")).json == {"t": "ack", "id": "message-0001"}
    await chat.hub.process()
    page = await chat.hub.timeline(who)
    assert [item.current_parts[0].text for item in page.items] == ["The lamp is dark"]
    assert [entry["n"] for entry in await chat.entries(token)] == [1]
    ledger = await chat.hub.ledger()
    assert (ledger.received, ledger.duplicate, ledger.balanced) == (2, 1, True)


async def test_nothing_is_acknowledged_that_could_not_be_stored(chat, monkeypatch):
    token, _ = await visitor(chat)

    async def busy(*args, **more):
        raise StoreBusy("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(chat.hub.store, "commit_envelopes", busy)
        refused = await chat.say(token, "The lamp is dark")
    assert (refused.status, refused.json["t"], refused.json["reason"]) == (503, "nak", "busy")
    assert await chat.entries(token) == []
    assert (await chat.say(token, "The lamp is dark")).json["t"] == "ack"


async def test_an_answer_is_accepted_when_kept_delivered_when_got_and_read_when_shown(chat):
    token, who = await visitor(chat)
    await chat.say(token, "The lamp is dark")
    await chat.hub.process()
    sent = await answer(chat, who)
    assert sent.state is OutboxState.ACCEPTED
    entry = (await chat.entries(token))[-1]
    assert entry["id"] == f"o.{sent.id}"
    assert entry["parts"] == [
        {"type": "text", "text": "We are looking into it", "marks": [{"as": "bold", "at": 7, "n": 7}]}
    ]
    states = []
    for n, seen in enumerate(({"delivered": [entry["id"]]}, {"read": [entry["id"]]}, {"delivered": [entry["id"]]})):
        told = await chat.call("POST", "say", {"t": "seen", "id": f"receipt-{n}", **seen}, token=token)
        assert told.status == 200
        await chat.hub.process()
        states.append((await chat.hub.timeline(who)).items[0].state)
    assert states == ["delivered", "read", "read"]


async def test_nobody_can_be_written_to_who_never_opened_the_chat(chat):
    check = await chat.hub.outbox.can_send("webchat:web/a.nobody", "Hello")
    assert (check.allowed, check.reason) == (False, "cannot-start")


async def test_a_client_that_comes_back_is_told_exactly_what_it_missed_in_order(chat, make_chat):
    token, who = await visitor(chat)
    await chat.say(token, "first")
    await chat.hub.process()
    for n in range(5):
        await answer(chat, who, f"answer {n}")
    restarted = make_chat(store=chat.hub.store)
    async with restarted.socket(token, after=3) as socket:
        assert (await socket.next()) == {"t": "welcome", "last": 6}
        assert [(await socket.next())["n"] for _ in range(3)] == [4, 5, 6]
    async with restarted.socket(token) as socket:  # another device, which has nothing yet
        await socket.until("welcome")
        assert [(await socket.next())["n"] for _ in range(6)] == [1, 2, 3, 4, 5, 6]


async def test_all_lines_of_a_visitor_show_the_same_and_nobody_elses(chat):
    token, _ = await visitor(chat)
    other, _ = await visitor(chat)
    async with chat.socket(token) as one, chat.socket(token) as two, chat.socket(other) as third:
        for socket in (one, two, third):
            await socket.until("welcome")
        await one.say({"t": "say", "id": "message-0001", "text": "Hello"})
        shown = [await one.next(), await one.next()]
        assert {"t": "ack", "id": "message-0001"} in shown
        entry = await two.next()
        assert entry in shown
        assert (entry["id"], entry["from"], entry["n"]) == ("i.message-0001", "visitor", 1)
        await third.say('{"t":"ping"}')
        assert await third.next() == {"t": "pong"}


async def test_what_another_process_keeps_is_told_within_a_second(chat, make_chat, run_app):
    token, who = await visitor(chat)
    await chat.say(token, "Hello")
    await chat.hub.process()
    elsewhere = make_chat(store=chat.hub.store)
    async with run_app(chat.app), chat.socket(token, after=1) as socket:
        await socket.until("welcome")
        await anyio.sleep(0.3)
        await answer(elsewhere, who, "from the command line")
        with anyio.fail_after(1):
            assert (await socket.next())["parts"][0]["text"] == "from the command line"


async def test_typing_passes_and_is_stored_nowhere(chat):
    token, _ = await visitor(chat)
    feed = (await chat.session(resume=token))["visitor"]
    heard = []
    chat.hub.visitors.listeners.append(lambda *what: heard.append(what))
    async with chat.socket(token) as socket:
        await socket.until("welcome")
        chat.hub.visitors.signal("web", feed, '{"t": "typing", "on": true}')
        assert await socket.next() == {"t": "typing", "on": True}
        await chat.call("POST", "say", {"t": "typing", "on": True}, token=token)
        assert heard[-1] == ("web", feed, '{"t": "typing", "on": true}', True)
        await socket.say('{"t":"ping"}')
        assert await socket.next() == {"t": "pong"}  # nobody is told of their own typing
    assert (await chat.hub.ledger()).received == 0


async def test_a_choice_is_the_answer_to_what_was_offered(chat):
    token, who = await visitor(chat)
    await chat.say(token, "Hello")
    await chat.hub.process()
    options = (Option(value="mon", label="Monday"), Option(value="tue", label="Tuesday"))
    offered = await answer(chat, who, [Text(text="Which day?"), Offer(title="Days", options=options)])
    entry = (await chat.entries(token))[-1]
    assert [o["label"] for o in entry["parts"][1]["options"]] == ["Monday", "Tuesday"]
    choice = {"t": "choose", "id": "choice-0001", "of": entry["id"], "value": "mon", "label": "Monday"}
    assert (await chat.call("POST", "say", choice, token=token)).status == 200
    await chat.hub.process()
    chosen = (await chat.hub.timeline(who)).items[0]
    assert chosen.current_parts == (Choices(action_id=entry["id"], value="mon", label="Monday"),)
    assert chosen.interaction.in_reply_to == f"webchat:web/{who.rpartition('/')[2]}/o.{offered.id}"


async def test_our_edits_and_deletions_reach_the_visitor(chat):
    token, who = await visitor(chat)
    await chat.say(token, "Hello")
    await chat.hub.process()
    sent = await answer(chat, who, "Come on Monday")
    await chat.hub.outbox.edit(sent.interaction, "Come on **Tuesday**")
    await chat.hub.outbox.delete(sent.interaction)
    await chat.hub.outbox.deliver()
    await chat.hub.outbox.deliver()
    edit, delete = (await chat.entries(token))[-2:]
    assert (edit["t"], edit["of"], edit["parts"][0]["text"]) == ("edit", f"o.{sent.id}", "Come on Tuesday")
    assert (delete["t"], delete["of"]) == ("delete", f"o.{sent.id}")


async def test_who_talks_too_fast_waits_and_nothing_is_lost(chat):
    token, _ = await visitor(chat)
    answers = [(await chat.say(token, "x", f"message-{n:04}")).json for n in range(12)]
    assert [a["t"] for a in answers] == ["ack"] * 10 + ["nak"] * 2
    assert answers[-1]["reason"] == "too-fast"
    assert 0 < answers[-1]["retry_after_s"] <= 2


async def test_words_that_are_none_are_refused_with_a_reason_and_never_an_error(chat):
    token, _ = await visitor(chat)
    bad = {
        "frame-malformed": b"{", "frame-without-id": b"{}", "frame-unknown": b'{"t":"x","id":"message-0001"}',
        "empty": b'{"t":"say","id":"message-0001","text":" "}',
        "too-long": json.dumps({"t": "say", "id": "message-0001", "text": "x" * 8001}).encode(),
        "token-malformed": b'{"t":"say","id":"message-0001","files":["x"]}',
        "choice-malformed": b'{"t":"choose","id":"message-0001","of":"i.1","value":"x"}',
        "receipt-malformed": b'{"t":"seen","id":"message-0001","read":["i.message-0001"]}',
    }  # fmt: skip
    for reason, body in bad.items():
        refused = await chat.call("POST", "say", body, token=token)
        assert 400 <= refused.status < 500
        assert refused.json["reason"] == reason
    assert (await chat.call("POST", "say", b"[" * 50_000, token=token)).status == 400
    assert (await chat.say("x", "Hello")).status == 401
    assert (await chat.hub.ledger()).received == 0


async def test_a_socket_needs_a_token_an_origin_and_small_frames(chat):
    token, _ = await visitor(chat)
    async with chat.socket("x.y") as socket:
        assert (await socket.next())["t"] == "refused"
        assert (await socket.next())["code"] == 4401
    async with chat.socket(token) as socket:
        await socket.until("welcome")
        await socket.say("x" * 70_000)
        assert (await socket.next())["code"] == 4413
    sent = []

    async def send(message):
        sent.append(message)

    await chat.app(chat.scope("websocket", "socket", None, "https://evil.example", "1.2.3.4", {}), None, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]


async def test_the_stream_begins_after_the_last_event_the_client_has(chat):
    token, who = await visitor(chat)
    await chat.say(token, "first")
    await chat.hub.process()
    await answer(chat, who, "second")
    sent, gone = [], anyio.Event()

    async def send(message):
        sent.append(message.get("body", b"").decode())
        if "second" in sent[-1]:
            gone.set()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    scope = chat.scope("http", "events", token, None, "1.2.3.4", {"last-event-id": "1"}) | {"method": "GET"}
    with anyio.fail_after(5):
        await chat.app(scope, receive, send)
    events = "".join(sent)
    assert "id: 2\ndata: {" in events
    assert "id: 1\n" not in events


async def test_an_upload_is_sniffed_kept_named_in_a_message_and_given_out_as_a_download(chat):
    token, who = await visitor(chat)
    other, _ = await visitor(chat)
    png = b"\x89PNG\r\n\x1a\n" + bytes(200)
    up = await chat.call(
        "POST", "files?name=..%2Fl%C3%A1mpara%E2%80%AEgnp.png", png, token=token, content_type="text/html"
    )
    assert (up.json["mime"], up.json["name"]) == ("image/png", "_lámparagnp.png")
    assert (await chat.say(other, "", files=[up.json["file"]])).json["reason"] == "token-wrong"
    assert (await chat.say(token, "See", files=[up.json["file"]])).status == 200
    await chat.hub.process()
    (media,) = [p for p in (await chat.hub.timeline(who)).items[0].current_parts if isinstance(p, Media)]
    assert (media.kind, media.mime_type, media.size) == ("image", "image/png", len(png))
    (item,) = await chat.hub.media.items(interactions=[(await chat.hub.timeline(who)).items[0].interaction.id])
    assert item.state is MediaState.FETCHED
    assert (await chat.hub.media.read(item.id)).content == png
    url = (await chat.entries(token))[-1]["parts"][1]["url"]
    got = await chat.call("GET", url.removeprefix("https://chat.town.example"), origin=None)
    assert got.body == png
    assert got.headers["content-disposition"].startswith("attachment; filename=\"_l_mparagnp.png\"; filename*=UTF-8''")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert (await chat.call("GET", f"files/{up.json['file']}")).status == 403  # an upload's token is no address
    assert (await chat.call("GET", url.removeprefix("https://chat.town.example")[:-3] + "AAA")).status == 403


async def test_two_files_of_equal_bytes_keep_their_names_both_ways(chat, tmp_path):
    token, who = await visitor(chat)
    names = ["plan.txt", "copy.txt"]
    ups = [await chat.call("POST", f"files?name={name}", b"the same", token=token) for name in names]
    await chat.say(token, "", files=[up.json["file"] for up in ups])
    for name in names:
        (tmp_path / name).write_bytes(b"the same")
    await chat.hub.process()
    await chat.hub.outbox.send(who, "Both", files=[tmp_path / name for name in names])
    await chat.hub.outbox.deliver()
    for entry in await chat.entries(token):
        files = [part for part in entry["parts"] if part["type"] == "file"]
        assert [file["name"] for file in files] == names
        for file in files:
            got = await chat.call("GET", file["url"].removeprefix("https://chat.town.example"), origin=None)
            assert (got.status, got.body) == (200, b"the same")
            assert f'filename="{file["name"]}"' in got.headers["content-disposition"]
    said = next(i for i in (await chat.hub.timeline(who)).items if i.interaction.direction == "inbound")
    assert [part.filename for part in said.current_parts if isinstance(part, Media)] == names
    kept = await chat.hub.media.items(interactions=[said.interaction.id])
    assert {item.state for item in kept} == {MediaState.FETCHED}


async def test_uploads_that_are_too_large_empty_or_of_no_wanted_type_are_refused(chat):
    token, _ = await visitor(chat)
    for body, status in ((b"x" * 10_001, 413), (b"", 400), (b"<html><script>", 415), (b"MZ\x90\x00" + bytes(99), 415)):
        assert (await chat.call("POST", "files?name=a.png", body, token=token)).status == status
    assert (await chat.call("POST", "files?name=a.png", b"x")).status == 401


async def test_a_process_that_stops_ends_its_lines_and_their_clients_go_on_elsewhere(chat, make_chat):
    token, _ = await visitor(chat)
    async with chat.socket(token) as socket:
        await socket.until("welcome")
        await chat.say(token, "Hello")
        assert (await socket.next())["n"] == 1
        chat.app.end_lines()
        assert (await socket.next())["type"] == "websocket.close"
    elsewhere = make_chat(store=chat.hub.store)
    async with elsewhere.socket(token, after=1) as socket:
        assert await socket.next() == {"t": "welcome", "last": 1}


async def test_a_line_lives_on_after_its_hello(chat, monkeypatch):
    monkeypatch.setattr("omnilink.web.chat.socket.HELLO_S", 0.05)
    token, _ = await visitor(chat)
    async with chat.socket(token) as socket:
        await socket.until("welcome")
        await anyio.sleep(0.2)
        await socket.say('{"t":"ping"}')
        assert await socket.next() == {"t": "pong"}


async def test_a_line_that_ends_with_its_process_says_nothing_against_its_token(chat):
    token, _ = await visitor(chat)
    async with chat.socket(token) as socket:
        await socket.until("welcome")
        chat.app._chat.end()
        assert (await socket.next())["code"] == 1001


async def test_a_store_that_is_busy_ends_a_line_and_no_more(chat, monkeypatch):
    token, _ = await visitor(chat)

    async def busy(*args, **more):
        raise StoreBusy("the disk is full")

    monkeypatch.setattr(chat.hub.store, "read_feed", busy)
    async with chat.socket(token) as socket:
        assert (await socket.next())["code"] == 1001
    sent = []

    async def send(message):
        sent.append(message)

    with anyio.fail_after(5):
        scope = chat.scope("http", "events", token, None, "1.2.3.4", {}) | {"method": "GET"}
        await chat.app(scope, anyio.sleep_forever, send)
    assert (sent[0]["status"], sent[-1]) == (200, {"type": "http.response.body", "body": b""})


async def test_a_client_that_is_gone_before_its_acknowledgement_is_no_error(chat, caplog):
    token, _ = await visitor(chat)
    said = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": json.dumps({"t": "hello", "token": token})},
        {"type": "websocket.receive", "text": json.dumps({"t": "say", "id": "message-0001", "text": "Hello"})},
    ]

    async def receive():
        if not said:
            await anyio.sleep_forever()
        return said.pop(0)

    async def send(message):
        if '"ack"' in message.get("text", ""):
            raise OSError("gone")

    with anyio.fail_after(5):
        await chat.app(chat.scope("websocket", "socket", None, None, "1.2.3.4", {}), receive, send)
    assert (len(await chat.entries(token)), caplog.records) == (1, [])
