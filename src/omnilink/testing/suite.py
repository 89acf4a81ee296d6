"""ConnectorSuite: what a connector's package declares to be tested by every contract.

class TestCarrier(ConnectorSuite):
    connector = Carrier
    own = ("tel:+12025550100",)

    def samples(self):
        yield Sample.json("text", TEXT, expect=("message_received",), says=("The lamp is dark",))

    def sign(self, request, secret, now):
        return replace(request, headers={**request.headers, "x-carrier-signature": ...})

    def answers(self):
        yield VendorAnswer("taken", http(201, b'{"id": "m1"}'), Accepted(("carrier:m1",)))
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from omnilink.plugin.connector import Connector
from omnilink.plugin.http import HttpClient
from omnilink.plugin.webhook import RawRequest
from omnilink.testing.contracts import CONTRACTS
from omnilink.testing.fakes.line import FakeLine
from omnilink.testing.fakes.provider import FakeProvider
from omnilink.testing.samples import Sample, SendSample, VendorAnswer, find_recordings, read_recordings
from omnilink.testing.trial import ContractBroken, make_canary, run_contract
from omnilink.testing.wire import read_texts

Test = TypeVar("Test", bound=Callable[..., None])
XFAIL = "_omnilink_xfail"


def xfail(reason: str) -> Callable[[Test], Test]:
    """Marks an overridden contract as known not to hold, and says why. It then must fail: a mended one has to say so.

    @xfail("the gateway tells of no receipts for group messages")
    def test_receipts(self): super().test_receipts()
    """

    def mark(test: Test) -> Test:
        setattr(test, XFAIL, reason)
        pytest: Any = sys.modules.get("pytest")
        if pytest is not None:  # without it, `omnilink conformance` reads the reason
            marked: Test = pytest.mark.xfail(reason=reason, strict=True, raises=ContractBroken)(test)
            return marked
        return test

    return mark


class ConnectorSuite:
    """The contracts of a connector as tests. Only `connector` and `samples` are needed by every one.

    Attributes:
        connector: the class under test.
        own: the agency's own addresses there, as in a configuration.
        options: the account's own settings; `polling` and `holding` those of an account that polls or holds lines, if
            they are others.
        secrets: values of secret settings, where their form matters; the kit makes up all others.
        signed_with: the secret setting that signs webhooks; the first one if not given.
        webhook_url: the public URL the provider calls.
        hosts: hosts its requests may go to.
        recipient: who is written to; the writer of the first message among the samples if not given.
        template: how the provider names a template.
        colleagues: the agency's own people write there too, from addresses of their own that a configuration names.
        uses: packages its modules may load when they are imported; a vendor's SDK never.
        echoes: the platform tells us our own messages too (then a sample shows it).
        recordings: channels of the folder of recorded payloads, where there is one (`find_recordings`).
        real: the test that shows it against a real server, `tests/real/test_mail.py::test_name`.
    """

    connector: ClassVar[type[Connector]]
    own: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[Mapping[str, Any]] = {}
    polling: ClassVar[Mapping[str, Any] | None] = None
    holding: ClassVar[Mapping[str, Any] | None] = None
    secrets: ClassVar[Mapping[str, str]] = {}
    signed_with: ClassVar[str | None] = None
    webhook_url: ClassVar[str] = "https://hooks.town.example/hooks/town"
    hosts: ClassVar[frozenset[str]] = frozenset()
    recipient: ClassVar[str | None] = None
    uses: ClassVar[frozenset[str]] = frozenset()
    template: ClassVar[str] = "appointment_0091"
    echoes: ClassVar[bool] = True
    colleagues: ClassVar[bool] = False
    recordings: ClassVar[tuple[str, ...]] = ()
    real: ClassVar[str | None] = None

    # --- what a suite brings --------------------------------------------------------------------------------------

    def samples(self) -> Iterable[Sample]:
        """Payloads of every kind the provider sends, made up after its documentation."""
        raise NotImplementedError("a suite needs samples")

    def recorded(self) -> Iterable[Sample]:
        """Payloads recorded elsewhere, if there are any at hand: all must be read."""
        folder = find_recordings() if self.recordings else None
        return read_recordings(folder, self.recordings) if folder is not None else ()

    def sign(self, request: RawRequest, secret: str, now: datetime) -> RawRequest:
        """The request as the provider signs it. Write it from the vendor's page, not from the connector."""
        raise NotImplementedError("a connector that receives webhooks needs `sign`")

    def oracle(self, request: RawRequest, secret: str, now: datetime) -> bool | None:
        """What the vendor's own verifier says of a request; None = there is none at hand."""
        return None

    def answers(self) -> Iterable[VendorAnswer]:
        """What the vendor answers: taken, and each error code that means something."""
        return ()

    def drafts(self) -> Iterable[SendSample]:
        """Messages beside the kit's own, with what must be on the wire."""
        return ()

    def fake(self) -> FakeProvider | None:
        """A fake of the provider; what is sent goes to it, and its receipts come back. See `secret`."""
        return None

    def polled(self) -> HttpClient | None:
        """A provider in this process that `poll` gets something from, new for each call."""
        return None

    def line(self) -> FakeLine | None:
        """A provider in this process that opens lines, new for each call."""
        return None

    def hello(self, who: str | None, secrets: Mapping[str, str], now: datetime) -> bytes:
        """What a visitor's client opens a session with: `who` is logged in, None = nobody.

        Args:
            secrets: secret setting → the value that proves it. Sign it after the vendor's page, not by your own code.
        """
        raise NotImplementedError("a connector that serves visitors needs `hello`")

    def frame(self, text: str, ident: str, files: Sequence[str] = ()) -> bytes:
        """What a visitor's client says: a message with its own id, and the names of its uploads."""
        raise NotImplementedError("a connector that serves visitors needs `frame`")

    def wire_texts(self, request: Any) -> list[str]:
        """Every text a request says. Override it for requests that are neither HTTP nor plain records."""
        return read_texts(request)

    def measure(self, text: str) -> float:
        """How long the provider counts a text, for the limit `text_chars`."""
        return len(text)

    def made_id(self, step: str) -> str:
        """What an earlier step may have given, for requests that are made of it."""
        return f"id-of-{step}"

    def secret(self, setting: str) -> str:
        """The newest value of a secret setting in this suite."""
        return self.secrets.get(setting) or make_canary(setting)


def _test(name: str) -> Callable[[ConnectorSuite], None]:
    def test(self: ConnectorSuite) -> None:
        run_contract(name, self)

    test.__name__ = test.__qualname__ = f"test_{name}"
    test.__doc__ = CONTRACTS[name].summary
    return test


for _name in CONTRACTS:
    setattr(ConnectorSuite, f"test_{_name}", _test(_name))
