"""A whole call by a menu, through the web app: every turn answered once, whatever is repeated, and one call in the end.

The fake telephone does what the TwiML says and refuses what Twilio would refuse; the twilio package is the oracle for
signatures and for the names of verbs and attributes.
"""

import inspect
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from omnilink.hub import Hub
from omnilink.model import Call, Choices, Direction, InteractionKind, Media, Text
from omnilink.plugin.settings import parse_settings
from omnilink.plugin.webhook import RawRequest, WebhookResponse
from omnilink.store.base import Store
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore
from omnilink.testing.fakes.twilio import FakeTwilio
from omnilink.testing.fakes.twilio_calls import FakeCall
from omnilink.web.webhooks import WebhookApp

pytestmark = pytest.mark.anyio
MENU = Path(__file__).parents[2] / "examples" / "telephone_menu.toml"
ANA = "tel:+34600111222"
ACCOUNT, TOKEN = "AC" + "a" * 32, "the-token-that-signs"
URL = "https://hooks.town.example/hooks/helpline"
PIN = "8042471103"
"""So long that no id has it by chance."""
SETTINGS = f"""
public_url = "https://hooks.town.example"
[accounts.helpline]
connector = "twilio"
auth_token = "env:TELEPHONE_TOKEN"
account_sid = "{ACCOUNT}"
own_handles = ["tel:+34910000000"]
[plugins.telephone-menu]
file = '{MENU}'
"""


class Town:
    """A hub behind its web app, and the fake that calls it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.twilio = FakeTwilio(account_sid=ACCOUNT, auth_token=TOKEN, url=URL)
        self.app = WebhookApp(hub)

    async def ask(self, request: RawRequest) -> WebhookResponse:
        """One request through ASGI, as a server hands it on."""
        parts = urlsplit(request.url)
        scope = {
            "type": "http", "method": request.method, "path": parts.path, "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(), "http_version": "1.1", "client": ("203.0.113.9", 40_000),
            "headers": [(name.encode(), value.encode()) for name, value in request.headers.items()],
        }  # fmt: skip
        sent = []

        async def receive():
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        start, body = sent
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return WebhookResponse(start["status"], body["body"], headers.get("content-type", ""))

    def call(self, **options) -> FakeCall:
        return FakeCall(self.twilio, self.ask, **options)

    async def tell_the_rest(self, *, backwards: bool = False) -> None:
        """Twilio tells of recordings, transcripts and the end of calls."""
        if backwards:
            self.twilio.webhooks.reverse()
        answers = await self.twilio.deliver(self.hub, "helpline")
        assert {answer.status for answer in answers} <= {200}
        await self.hub.process()


BOTH_STORES = pytest.mark.parametrize("town", ["memory", "sqlite"], indirect=True)


@pytest.fixture
async def town(request, tmp_path, monkeypatch, anyio_backend) -> AsyncIterator[Town]:
    monkeypatch.setenv("TELEPHONE_TOKEN", TOKEN)
    on_disk = getattr(request, "param", "memory") == "sqlite"
    store: Store = await SqliteStore.open(tmp_path / "town.db") if on_disk else MemoryStore()
    yield Town(Hub(store, parse_settings(SETTINGS)))
    assert await store.check() == []
    await store.aclose()


async def a_whole_call(town: Town) -> FakeCall:
    call = town.call(StirVerstat="TN-Validation-Passed-A")
    await call.ring()
    await call.press("2")
    await call.press("1")
    await call.say("Calle Mayor, by the bridge")
    await call.speak(12, transcript="The lamp is dark since Monday")
    call.hang_up(75)
    return call


async def the_call(town: Town, who: str = ANA):
    """The one call in somebody's history, and what was said in it, oldest first."""
    items = (await town.hub.timeline(who)).items
    calls = [item for item in items if item.kind is InteractionKind.CALL]
    assert len(calls) == 1
    said = [item for item in reversed(items) if item.direction is Direction.OUTBOUND]
    assert len(said) + 1 == len(items)
    return calls[0], said


@BOTH_STORES
async def test_a_whole_call_is_one_call_in_the_callers_history(town):
    call = await a_whole_call(town)
    assert call.ended
    await town.tell_the_rest()
    item, said = await the_call(town)
    assert item.direction is Direction.INBOUND
    assert item.state == "completed"
    parts = item.current_parts
    told = next(part for part in parts if isinstance(part, Call))
    assert (told.status, told.duration_s, told.digits) == ("completed", 75, "2 1")
    assert told.speech == "Calle Mayor, by the bridge"
    assert told.transcript == "The lamp is dark since Monday"
    assert [(p.action_id, p.value, p.label) for p in parts if isinstance(p, Choices)] == [
        ("welcome", "2", "English"), ("main", "street-lamps", "Street lamps"),
    ]  # fmt: skip
    assert [p.ref for p in parts if isinstance(p, Media)] == [told.recording_ref]
    words = [" ".join(p.text for p in i.current_parts if isinstance(p, Text)) for i in said]
    assert words == [
        "Ayuntamiento. Español: 1. English: 2. العربية: 3.",
        "Please choose, or say it. Street lamps: 1. Permits: 2. Talk to a person: 0.",
        "Which street is it in?",
        "Say what is wrong after the tone.",
        "We have noted it. Thank you for calling. Goodbye.",
    ]
    assert all(i.interaction.automated == "generated" for i in said)
    (conversation,) = await town.hub.conversations()
    assert conversation.interactions == len(said) + 1
    ledger = await town.hub.ledger()
    assert ledger.balanced
    assert (ledger.received, ledger.duplicate, ledger.pending) == (8, 0, 0)


async def test_what_the_caller_hears_is_what_the_history_says(town):
    call = await a_whole_call(town)
    await town.tell_the_rest()
    _, said = await the_call(town)
    assert [text for _, text in call.heard] == [p.text for i in said for p in i.current_parts if isinstance(p, Text)]
    assert {language for language, _ in call.heard[4:]} == {"en-GB"}


@BOTH_STORES
async def test_every_repetition_gets_the_same_bytes_and_changes_nothing(town):
    call = await a_whole_call(town)
    await town.tell_the_rest()
    before, books = await town.hub.store.read_digest(town.hub.scope), await town.hub.ledger()
    for request, answer in zip(call.requests, call.answers, strict=True):
        # As it came; under another token, as an attacker would; and again at the number's fallback address.
        forged = replace(request, headers={**request.headers, "i-twilio-idempotency-token": "another"})
        failed = {"ErrorCode": "11200", "ErrorUrl": request.url}
        fields = failed if "ringing" not in request.body.decode() else {**failed, "CallStatus": "ringing"}
        for again in (request, forged, call.make_request(URL, fields)):
            assert (await town.ask(again)).body == answer.body
    await town.hub.process()
    assert await town.hub.store.read_digest(town.hub.scope) == before
    after = await town.hub.ledger()
    assert after.balanced
    assert after.duplicate == books.duplicate + 3 * len(call.requests)


async def test_callbacks_may_come_in_any_order_and_twice(town):
    call = town.call()
    await call.ring()
    await call.press("2")
    await call.press("1")
    await call.wait()
    await call.wait()
    await call.wait()
    await call.speak(12, transcript="The lamp is dark")
    call.hang_up(75)
    town.twilio.webhooks *= 2
    await town.tell_the_rest(backwards=True)
    item, _ = await the_call(town)
    told = next(part for part in item.current_parts if isinstance(part, Call))
    assert (told.status, told.duration_s, told.digits) == ("completed", 75, "2 1")
    assert told.transcript == "The lamp is dark"
    assert len([p for p in item.current_parts if isinstance(p, Media)]) == 1


async def test_a_recording_told_of_before_the_call_is_part_of_it(town):
    call = await a_whole_call(town)
    other = Town(Hub(MemoryStore(), town.hub.settings))
    for webhook in reversed(town.twilio.webhooks):  # all callbacks came before the first ring was processed
        await other.ask(webhook)
    await other.hub.process()
    for request in reversed(call.requests):
        await other.ask(request)
    await other.hub.process()
    await town.tell_the_rest()
    for each in (town, other):
        item, _ = await the_call(each)
        told = next(part for part in item.current_parts if isinstance(part, Call))
        assert (told.status, told.digits, told.transcript) == ("completed", "2 1", "The lamp is dark since Monday")


async def test_a_secret_code_is_nowhere(town):
    call = town.call()
    await call.ring()
    await call.press("2")
    await call.press("2")
    await call.press(PIN)
    assert call.waits is not None
    assert call.waits.tag == "Dial"
    await call.finish_dialling("completed")
    call.hang_up()
    await town.tell_the_rest()
    item, _ = await the_call(town)
    assert next(p for p in item.current_parts if isinstance(p, Call)).digits == "2 2 ••••"
    for envelope in await town.hub.store.read_envelopes(town.hub.scope):
        assert PIN.encode() not in envelope.body
    page = await town.hub.timeline(ANA)
    assert PIN not in page.model_dump_json()


def without_public_url(town: Town) -> FakeCall:
    """A call to a hub behind somebody's own web framework, which alone knows the address."""
    town.hub = Hub(town.hub.store, replace(town.hub.settings, public_url=None))
    town.ask = lambda request: town.hub.receive("helpline", request)
    return town.call()


@pytest.mark.parametrize(
    "told",
    [
        {"ErrorUrl": "{url}"},
        {"ErrorUrl": "https://hooks.town.example:443/hooks/helpline?{query}"},
        {"ErrorUrl": "HTTPS://Hooks.Town.example/hooks/helpline?{query}"},
        {"ErrorUrl": "https://elsewhere.example/hooks/helpline?{query}"},
        {"ErrorUrl": "https://hooks.town.example/hooks/helpline?step=3&secret%3D1"},
        {"ErrorUrl": ""},
        {},
    ],
)
@pytest.mark.parametrize("public", [True, False])
async def test_a_secret_code_is_nowhere_either_when_its_answer_failed(town, told, public):
    call = town.call() if public else without_public_url(town)
    await call.ring()
    await call.press("2")
    await call.press("2")
    url = f"{URL}?{call.waits.get('action').partition('?')[2]}"
    told = {name: text.format(url=url, query=url.partition("?")[2]) for name, text in told.items()}
    for respelt in (False, True):
        request = call.make_request(URL, {"Digits": PIN, "ErrorCode": "11200", **told})
        if respelt:  # the same fields in other letters: signed alike
            body = request.body.replace(b"CallSid", b"%43allSid").replace(b"Digits", b"%44igits")
            request = replace(request, body=body)
        assert (await town.ask(request)).status == 200
    await town.hub.process()
    for envelope in await town.hub.store.read_envelopes(town.hub.scope):
        assert PIN.encode() not in envelope.body
    assert PIN not in (await town.hub.timeline(ANA)).model_dump_json()


@pytest.mark.parametrize("spelt", [URL, URL.replace("example", "example:443"), URL.replace("hooks.t", "Hooks.T")])
@pytest.mark.parametrize("public", [True, False])
async def test_the_fallback_goes_on_however_its_address_is_spelt(town, spelt, public):
    call = town.call() if public else without_public_url(town)
    await call.ring()
    await call.press("2")
    failed = call.waits.get("action").partition("?")[2]
    answer = await town.ask(
        call.make_request(URL, {"Digits": "2", "ErrorCode": "11200", "ErrorUrl": f"{spelt}?{failed}"})
    )
    assert b"<Gather" in answer.body


async def test_nobody_reachable_may_leave_a_message(town):
    call = town.call()
    await call.ring()
    await call.press("1")
    await call.press("0")
    await call.finish_dialling("no-answer")
    assert call.heard[-1] == ("es-ES", "No contesta nadie. Deje su mensaje.")
    await call.speak(4000)
    assert call.heard[-1] == ("es-ES", "Gracias por llamar. Adiós.")
    call.hang_up()
    await town.tell_the_rest()
    item, _ = await the_call(town)
    assert [p.label for p in item.current_parts if isinstance(p, Choices)] == ["Español", "Hablar con una persona"]


async def test_wrong_keys_and_silence_are_told_and_end_after_so_many_tries(town):
    call = town.call()
    await call.ring()
    await call.press("3")
    await call.press("*")
    assert call.heard[-5] == ("ar-AE", "هذا الخيار غير موجود.")
    await call.wait()
    assert call.heard[-5] == ("ar-AE", "لم نسمع شيئًا.")
    await call.press("7")
    assert call.ended
    assert call.heard[-2:] == [("ar-AE", "هذا الخيار غير موجود."), ("ar-AE", "شكرًا لاتصالك. مع السلامة.")]


async def test_a_menu_that_was_heard_makes_no_stop_word_an_answer(town):
    call = town.call()
    await call.ring()
    await call.press("2")
    call.hang_up()
    await town.tell_the_rest()
    town.twilio.say("CANCEL")
    await town.tell_the_rest()
    items = (await town.hub.timeline(ANA)).items
    personas = {item.why.persona for item in items}
    consents = await town.hub.store.read_consents(town.hub.scope, sorted(personas))
    assert [consent.state for consent in consents] == ["withdrawn"]


async def test_a_hidden_caller_is_one_person_in_one_call(town):
    call = town.call(caller="anonymous")
    await call.ring()
    await call.press("2")
    call.hang_up()
    await town.tell_the_rest()
    (contact,) = await town.hub.contacts()
    item, said = await the_call(town, contact.id)
    assert item.state == "completed"
    assert len(said) == 2


async def test_two_calls_of_one_number_are_two_calls(town):
    for number in (1, 2):
        call = town.call(number=number)
        await call.ring()
        await call.press("2")
        call.hang_up(10 * number)
    await town.tell_the_rest()
    items = (await town.hub.timeline(ANA)).items
    calls = [item for item in items if item.kind is InteractionKind.CALL]
    assert sorted(p.duration_s for i in calls for p in i.current_parts if isinstance(p, Call)) == [10, 20]
    assert len({item.conversation for item in calls}) == 2


def rebuild(parent, element: ElementTree.Element) -> None:
    """The same verb, made by Twilio's own package."""
    fields = {re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", name): value for name, value in element.attrib.items()}
    method = getattr(parent, element.tag.lower())
    assert set(fields) <= set(inspect.signature(method).parameters), element.tag
    made = method(element.text, **fields) if element.text else method(**fields)
    for inner in element:
        rebuild(made, inner)


async def test_the_twilio_package_takes_our_signatures_and_makes_the_same_documents(town):
    call = await a_whole_call(town)
    validator = RequestValidator(TOKEN)
    for request, answer in zip(call.requests, call.answers, strict=True):
        fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        assert validator.validate(request.url, fields, request.headers["x-twilio-signature"])
        theirs = VoiceResponse()
        for element in ElementTree.fromstring(answer.body):
            rebuild(theirs, element)
        assert ElementTree.canonicalize(str(theirs)) == ElementTree.canonicalize(answer.body.decode())
