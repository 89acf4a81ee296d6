"""Sending: the Protocols and the values between the core and a connector.

`render` turns a message into steps, the core sends them one after the other, `outcome` reads each answer. All pure;
the core does the HTTP (or `transmit` does what is not HTTP), keeps the item durable, and never repeats a step whose
outcome is unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self, runtime_checkable

from omnilink.model.handle import Handle
from omnilink.model.outgoing import Loss, Outgoing
from omnilink.plugin.http import HttpClient, HttpResponse
from omnilink.plugin.webhook import Secrets

BLOB = "blob:"
"""What a `Media.ref` of bytes kept here begins with; their sha256 follows."""

COPY = "#"
"""Between the digest and a number: the same bytes once more in one message, under another name."""


def digest_of(ref: str) -> str:
    """The sha256 of the bytes that a `blob:` reference means."""
    return ref.removeprefix(BLOB).partition(COPY)[0]


@dataclass(frozen=True, slots=True, repr=False)
class MediaFile:
    """The bytes of a `Media` part kept here (`blob:<sha256>`)."""

    content: bytes
    mime_type: str = "application/octet-stream"
    filename: str = "file"


@dataclass(frozen=True, slots=True, repr=False)
class SendContext:
    """What rendering may know beside the message.

    Attributes:
        item: the outbox item's id: stable over every attempt, so it may make a Message-ID or idempotency key.
        account: the account's name; `sender` its own address used, `recipient` the address to send to.
        now: the time of the plan (not of the attempt: rendering twice gives the same bytes).
        media: `blob:<sha256>` → bytes.
    """

    item: str
    account: str
    recipient: Handle | None
    sender: Handle | None
    now: datetime
    media: Mapping[str, MediaFile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class HttpRequest:
    """A request without its credentials: `CallsHttp.authorise` adds them last, so this one may be shown."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def describe(self) -> str:
        """For a dry run: what would be called."""
        return f"{self.method} {self.url} ({len(self.body)} bytes)"


class Request(Protocol):
    """What a step sends: an `HttpRequest`, or a value of a connector that transmits by itself."""

    def describe(self) -> str:
        """For a dry run: what would be done, without the recipient."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Keep:
    """A step that sends nothing: the recipient comes and fetches it. The core writes it down together with its outcome.

    Attributes:
        feed: whose feed it is an entry of.
        key: names the entry in it: rendered again, it is the same one.
        body: JSON.
        files: bytes that the body names, for a dry run; they are kept here already.
    """

    feed: str
    key: str
    body: str
    files: tuple[bytes, ...] = ()

    def describe(self) -> str:
        """For a dry run: what would be done, without the recipient."""
        return f"KEEP ({len(self.body.encode())} bytes)"


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One request of a plan.

    Attributes:
        name: unique in the plan and the same whenever the message is rendered (`upload-0`, `message-1`).
        make: the request, from the ids that earlier steps gave (step name → its first id).
        delivers: its ids name a message the citizen sees; False for a preparation such as an upload.
        repeatable: the provider recognises a repetition (an idempotency key): an unknown outcome may be tried again.
        charges: what it is billed as, where the account is `Metered`: name in the tariff → how often.
    """

    name: str
    make: Callable[[Mapping[str, str]], Any]
    delivers: bool = True
    repeatable: bool = False
    charges: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class RenderPlan:
    """How a message is said on this channel, and what is lost on the way.

    Attributes:
        message_key: the message's name, where the sender chooses it (a mail's own Message-ID).
        conversation_keys: native keys of the thread it will be in, as far as they are known before.
        content_key: what receiving makes of the same content, where a message has one (mail): a copy that comes
            back is then this message.
    """

    steps: tuple[Step, ...]
    losses: tuple[Loss, ...] = ()
    message_key: str | None = None
    conversation_keys: tuple[str, ...] = ()
    content_key: str | None = None


# --- what came back ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class HttpAnswer:
    """An answer: status, headers with names in lower case, body. SMTP and SDK answers take the same form."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, response: HttpResponse) -> Self:
        """What an HTTP client was answered."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        return cls(response.status_code, headers, response.content)


@dataclass(frozen=True, slots=True)
class TransportFailed:
    """There was no answer. `dispatched`: bytes may have left; only False is safe to repeat."""

    reason: str
    dispatched: bool


# --- what it means ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Accepted:
    """The provider took it.

    Attributes:
        ids: for a delivering step the `message_key`s later events will use; else the provider's ids.
        conversation_keys: native keys of the thread it turned out to be in.
        learned_handle: the recipient's address as the provider now writes it.
    """

    ids: tuple[str, ...] = ()
    conversation_keys: tuple[str, ...] = ()
    learned_handle: Handle | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """The provider refused for good; trying the same again cannot help.

    Attributes:
        reason: our word: `opted-out`, `unreachable`, `window-closed`, `bad-request`, `not-authorised`, `policy` ...
        error_code: the provider's.
    """

    reason: str
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not now; nothing was sent. `retry_after_s`: when, if told."""

    retry_after_s: float | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class NotDispatched:
    """Nothing left this machine, or the provider says that nothing was done: it may be repeated."""

    reason: str = "not-dispatched"


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been sent: never repeated blindly (law 5)."""

    reason: str = "unknown"


Outcome = Accepted | Declined | Throttled | NotDispatched | Unknown
Answer = HttpAnswer | TransportFailed


# --- the Protocols ----------------------------------------------------------------------------------------------


@runtime_checkable
class Sends(Protocol):
    """Says things on the channel. Both methods are pure."""

    def render(self, message: Outgoing, context: SendContext) -> RenderPlan:
        """How the message is said: ordered steps, and the truth about what is lost.

        Raises:
            SendRefused: it cannot be said at all (nothing to send, too large, not allowed), before any network.
        """
        ...

    def outcome(self, step: Step, answer: Answer) -> Outcome:
        """What an answer means. Total: whatever a server says is one of the five."""
        ...


@runtime_checkable
class CallsHttp(Protocol):
    """A sender whose steps are `HttpRequest`s."""

    def authorise(self, request: HttpRequest, secrets: Secrets, now: datetime) -> HttpRequest:
        """The request with its credentials; only for the provider's own host."""
        ...


@runtime_checkable
class Transmits(Protocol):
    """A sender whose steps are not plain HTTP (SMTP, a vendor's SDK, an open session)."""

    async def transmit(self, request: Any, secrets: Secrets, http: HttpClient) -> Answer:
        """Sends one step. Never raises for what the other side does."""
        ...
