"""The base of the fakes: routes, faults, webhooks, and nothing that leaves for another host or another shape."""

import json

import httpx
import pytest

from omnilink.plugin import HttpAnswer, HttpRequest, RawRequest, WebhookResponse
from omnilink.testing.clock import ManualClock
from omnilink.testing.fakes import FakeProvider, Violation, json_answer, route
from omnilink.testing.faults import CONNECT_TIMEOUT, READ_TIMEOUT, http

pytestmark = pytest.mark.anyio
URL = "https://api.carrier.example/v1/boxes/town%20hall/messages"
DESCRIPTION = {
    "openapi": "3.0.0",
    "info": {"title": "Carrier", "version": "1"},
    "servers": [{"url": "https://api.carrier.example"}],
    "paths": {
        "/v1/boxes/{box}/messages": {
            "post": {
                "parameters": [{"name": "box", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["to"],
                                "properties": {"to": {"type": "string"}},
                            }
                        }
                    },
                },
                "responses": {
                    "201": {
                        "description": "taken",
                        "content": {"application/json": {"schema": {"type": "object", "required": ["id"]}}},
                    }
                },
            }
        }
    },
}


class Carrier(FakeProvider):
    hosts = frozenset({"api.carrier.example"})
    description = "carrier.json"
    sent = 0

    @route("POST", "/v1/boxes/{box}/messages")
    def send(self, request: HttpRequest, box: str) -> HttpAnswer:
        self.sent += 1
        self.emit(RawRequest.of("POST", "https://hooks.town.example/hooks/sms", {}, box.encode()))
        return json_answer(201, {"id": f"m{self.sent}"} if b"nameless" not in request.body else {})


@pytest.fixture
def specs(tmp_path):
    (tmp_path / "carrier.json").write_text(json.dumps(DESCRIPTION))
    return tmp_path


async def post(fake, body=b'{"to": "+1"}', url=URL):
    return await fake.request("POST", url, content=body, headers={"Content-Type": "application/json"})


async def test_a_route_answers_its_path_and_no_other():
    fake = Carrier()
    answer = await post(fake)
    assert (answer.status_code, json.loads(answer.content)) == (201, {"id": "m1"})
    assert (await post(fake, url="https://api.carrier.example/v1/boxes/a/b/messages")).status_code == 404
    assert fake.requests[0].headers == {"content-type": "application/json"}


@pytest.mark.parametrize(
    "url", [URL.replace("https", "http"), URL.replace("api.", "api.carrier.example."), "https://x"]
)
async def test_a_request_to_another_host_is_a_violation(url):
    fake = Carrier()
    with pytest.raises(Violation):
        await post(fake, url=url)
    assert len(fake.violations) == 1


async def test_requests_and_answers_are_checked_against_the_description(specs):
    fake = Carrier(specs=specs)
    assert (await post(fake)).status_code == 201
    for body in (b"{}", b'{"to": 5}', b"[]", b"", b'{"to": "x", "nameless": 1}'):
        with pytest.raises(Violation):
            await post(fake, body)
    assert len(fake.violations) == 5


async def test_a_violation_names_places_and_no_values(specs):
    fake = Carrier(specs=specs)
    with pytest.raises(Violation) as raised:
        await post(fake, b'{"to": {"secret": "citizen"}}')
    assert "to: type" in str(raised.value)
    assert "citizen" not in str(raised.value)


async def test_faults_are_played_in_order_and_only_a_dispatched_one_was_done():
    fake = Carrier()
    fake.fail(http(429, retry_after="3"), CONNECT_TIMEOUT, READ_TIMEOUT)
    assert (await post(fake)).headers["retry-after"] == "3"
    with pytest.raises(httpx.ConnectTimeout):
        await post(fake)
    assert fake.sent == 0
    with pytest.raises(httpx.ReadTimeout):
        await post(fake)
    assert fake.sent == 1
    assert json.loads((await post(fake)).content) == {"id": "m2"}


async def test_a_webhook_is_told_again_until_it_is_acknowledged():
    fake, told = Carrier(), []

    class Agency:
        async def receive(self, account, request):
            told.append((account, request.body))
            return WebhookResponse(503 if len(told) == 1 else 200)

    await post(fake)
    assert [answer.status for answer in await fake.deliver(Agency(), "sms")] == [503]
    assert [answer.status for answer in await fake.deliver(Agency(), "sms")] == [200]
    assert await fake.deliver(Agency(), "sms") == []
    assert told == [("sms", b"town hall")] * 2


async def test_a_manual_clock_moves_when_told():
    clock = ManualClock()
    fake = Carrier(clock=clock)
    before = fake.clock()
    clock.advance(90)
    assert (fake.clock() - before).total_seconds() == 90
