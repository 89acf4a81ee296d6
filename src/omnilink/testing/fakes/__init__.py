"""Fakes: providers that live in this process, keep state, and check what they are sent against the vendor's own
description.

A fake is an `HttpClient`: give it to `Hub(..., http=fake)` and messages go to it instead of the network. It answers as
the provider does, remembers, and tells the agency's webhooks of what happened, signed (`fake.deliver(hub, account)`).

    class FakeCarrier(FakeProvider):
        hosts = frozenset({"api.carrier.example"})

        @route("POST", "/v1/messages")
        def send(self, request: HttpRequest) -> HttpAnswer:
            self.emit(self.sign({"type": "receipt", "id": "m1", "status": "delivered"}))
            return json_answer(201, {"id": "m1"})
"""

from omnilink.testing.fakes.descriptions import ApiDescription, Description, Violation, find_specs
from omnilink.testing.fakes.line import FakeHttp, FakeLine, FakeWire
from omnilink.testing.fakes.provider import FakeProvider, FakeResponse, TakesWebhooks, json_answer, route

__all__ = [
    "ApiDescription", "Description", "FakeHttp", "FakeLine", "FakeProvider", "FakeResponse", "FakeWire",
    "TakesWebhooks", "Violation", "find_specs", "json_answer", "route",
]  # fmt: skip
