"""Whatever a client says is heard or refused with a reason; whatever is heard can be stored, read and shown."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.model import Envelope, FeedEntry, Unparsed
from omnilink.plugin import Admitted, ConnectorSettings, Heard, Rejected, Secret, StoredFile, Visitor
from omnilink.testing.payloads import HOSTILE, mutate
from omnilink_webchat.connector import WebchatConnector

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
SECRETS = {"session_secret": [Secret("a-secret-of-the-agency-0123456789")], "identity_secret": [Secret("x" * 32)]}
CHAT = WebchatConnector(ConnectorSettings(account="web", public_url="https://chat.town.example/hooks/web"))
ANA = Visitor("u.4711", NOW + timedelta(hours=1), True, {"name": "Ana"})
FILE = json.loads(CHAT.seal_file(StoredFile("5d" * 32, 7, "image/png", "a.png"), ANA, SECRETS, NOW))["file"]
FRAMES = (
    {"t": "say", "id": "c0ffee01", "text": "Hi 🙂", "files": [FILE], "to": "o.1", "page": "https://a.example/x?y#z"},
    {"t": "choose", "id": "c0ffee02", "of": "o.1", "value": "mon", "label": "Monday"},
    {"t": "seen", "id": "c0ffee03", "delivered": ["o.1", "o.2"], "read": ["o.1"]},
    {"t": "typing", "on": True},
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


def hear(said):
    heard = CHAT.hear(said, ANA, SECRETS, NOW)
    assert isinstance(heard, Heard | Rejected)
    if isinstance(heard, Rejected):
        assert 400 <= heard.status < 500
        return heard
    if heard.received is not None:
        envelope = Envelope(id="1", account="web", connector="webchat", received_at=NOW, body=heard.received.body,
                            sha256="0" * 64)  # fmt: skip
        events = CHAT.parse(envelope)
        assert not any(isinstance(event, Unparsed) for event in events)
        assert all(event.lane_key == "webchat:web/u.4711" for event in events)
    if heard.entry is not None:
        assert json.loads(CHAT.show(heard.entry.model_copy(update={"n": 1}), SECRETS, NOW))["n"] == 1
    return heard


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame["t"])
def test_a_frame_made_wrong_in_any_place_is_heard_or_refused(frame):
    assert isinstance(hear(json.dumps(frame).encode()), Heard)
    for _, body in mutate(json.dumps(frame).encode()):
        hear(body)
        assert isinstance(CHAT.admit(body, SECRETS, NOW, "x" * 22), Admitted | Rejected)
    for body in HOSTILE:
        hear(body)
        assert isinstance(CHAT.admit(body, SECRETS, NOW, "x" * 22), Admitted | Rejected)


@given(ANY, ANY, ANY)
def test_any_json_is_heard_or_refused(a, b, c):
    for kind in ("say", "choose", "seen"):
        frame = {"t": kind, "id": "c0ffee01", "text": a, "files": b, "of": "o.1", "value": a, "label": c, "read": b}
        hear(json.dumps(frame).encode())


@given(st.text(min_size=1, max_size=60))
def test_any_words_arrive_as_they_are_but_for_what_no_text_holds(text):
    heard = hear(json.dumps({"t": "say", "id": "c0ffee01", "text": text}).encode("utf-8", "surrogatepass"))
    if isinstance(heard, Rejected):
        assert not text.replace("\x00", "").strip()
        return
    shown = json.loads(CHAT.show(heard.entry, SECRETS, NOW))["parts"][0]["text"]
    assert shown == text.replace("\x00", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def test_a_files_address_opens_that_file_for_a_while_and_an_uploads_token_opens_none():
    entry = FeedEntry(account="web", feed="u.4711", key="i.c0ffee01", at=NOW,
                      body=json.dumps({"t": "message", "parts": [{"type": "file", "sha256": "5d" * 32, "size": 7,
                                       "mime": "image/png", "name": "a.png"}]}))  # fmt: skip
    part = json.loads(CHAT.show(entry, SECRETS, NOW))["parts"][0]
    assert "sha256" not in part
    token = part["url"].removeprefix("https://chat.town.example/chat/web/files/")
    assert CHAT.open_file(token, SECRETS, NOW) == StoredFile("5d" * 32, 7, "image/png", "a.png")
    assert isinstance(CHAT.open_file(token, SECRETS, NOW + timedelta(hours=2, seconds=1)), Rejected)
    assert isinstance(CHAT.open_file(FILE, SECRETS, NOW), Rejected)
