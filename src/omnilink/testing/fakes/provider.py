"""FakeProvider: the base of every fake."""

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from omnilink.model.ids import Clock, system_clock
from omnilink.plugin.sending import HttpAnswer, HttpRequest
from omnilink.plugin.webhook import RawRequest, WebhookResponse
from omnilink.testing.fakes.descriptions import ApiDescription, Description, Violation
from omnilink.testing.faults import Fault

_ROUTE = "_omnilink_route"
Handler = TypeVar("Handler", bound=Callable[..., HttpAnswer])


class TakesWebhooks(Protocol):
    """What webhooks are delivered to: a `Hub`."""

    async def receive(self, account: str, request: RawRequest) -> WebhookResponse: ...


@dataclass(frozen=True, slots=True, repr=False)
class FakeResponse:
    """An answer as an `HttpClient` gives it."""

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


def json_answer(status: int, value: Any, **headers: str) -> HttpAnswer:
    """An answer with a JSON body; `_` in a header's name is written `-`."""
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    return HttpAnswer(status, {"content-type": "application/json", **told}, json.dumps(value).encode())


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Makes a method of a fake answer a path; `{name}` is one segment and becomes a keyword argument.

    Args:
        method: of HTTP, upper case.
        path: as in the vendor's documentation (`/v23.0/{number}/messages`).
    """
    names = [re.escape(piece) for piece in re.split(r"\{\w+\}", path)]
    found = re.findall(r"\{(\w+)\}", path)
    pattern = names[0] + "".join(f"(?P<{name}>[^/]+){rest}" for name, rest in zip(found, names[1:], strict=True))

    def mark(handler: Handler) -> Handler:
        setattr(handler, _ROUTE, (method, re.compile(pattern)))
        return handler

    return mark


class FakeProvider:
    """A provider in this process. Subclass it, say its hosts, and write a method a route.

    Args:
        specs: the folder of the vendors' descriptions; without it (or without `description`) nothing is checked.
        clock: the time.

    Attributes:
        hosts: the hosts it answers as; a request to any other one is a fault of the connector.
        file_hosts: further hosts, where its files are; no description tells of them.
        description: the vendor's OpenAPI file within `specs`.
        requests: everything that was sent, credentials included.
        webhooks: what is to be told and was not accepted yet, oldest first.
        violations: what did not fit the description; each was raised as well.
    """

    hosts: ClassVar[frozenset[str]] = frozenset()
    file_hosts: ClassVar[frozenset[str]] = frozenset()
    description: ClassVar[str | None] = None

    def __init__(self, *, specs: Path | None = None, clock: Clock = system_clock) -> None:
        self.clock = clock
        self.requests: list[HttpRequest] = []
        self.webhooks: list[RawRequest] = []
        self.violations: list[Violation] = []
        self._faults: deque[Fault] = deque()
        self._description = self.read_description(specs) if specs is not None else None
        marked = [getattr(self, name) for name in dir(type(self)) if hasattr(getattr(type(self), name), _ROUTE)]
        self._routes = [(*getattr(method, _ROUTE), method) for method in marked]

    def read_description(self, specs: Path) -> Description | None:
        """The vendor's description; override where it is not one OpenAPI file."""
        return ApiDescription.read(specs / self.description) if self.description else None

    @property
    def is_checking(self) -> bool:
        """Whether requests and answers are checked against the vendor's description."""
        return self._description is not None

    # --- what a connector sees ------------------------------------------------------------------------------------

    async def request(
        self, method: str, url: str, *, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> FakeResponse:
        """Answers one request (`HttpClient`).

        Raises:
            Violation: the request or the answer does not fit the description, or the host is not the provider's.
            httpx.TransportError: a fault that was asked for.
        """
        made = HttpRequest(method.upper(), url, {k.lower(): v for k, v in (headers or {}).items()}, content or b"")
        self.requests.append(made)
        if urlsplit(url).hostname not in self.hosts | self.file_hosts or urlsplit(url).scheme != "https":
            raise self._violated("a request left for another host", made)
        fault = self._faults.popleft() if self._faults else None
        if fault is not None and not isinstance(fault, HttpAnswer):
            import httpx

            if not fault.dispatched:
                raise httpx.ConnectTimeout(fault.reason)
            self._answer(made)
            raise httpx.ReadTimeout(fault.reason)
        answer = fault if fault is not None else self._answer(made)
        return FakeResponse(answer.status, answer.headers, answer.body)

    async def aclose(self) -> None:
        """Nothing to close."""

    def fail(self, *faults: Fault) -> None:
        """Plays these, one a request, before it answers again. After a dispatched one the request was still done."""
        self._faults.extend(faults)

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        description = self._description if self.is_described(request) else None
        if description is not None and (problem := description.check_request(request)):
            raise self._violated(problem, request)
        answer = self.answer(request)
        # Most vendors describe only what they say when all is well.
        if description is not None and answer.status < 400 and (problem := description.check_answer(request, answer)):
            raise self._violated(f"the fake's own answer: {problem}", request)
        return answer

    def is_described(self, request: HttpRequest) -> bool:
        """Whether the vendor's description tells of such a request; of fetching a file's bytes none does."""
        return urlsplit(request.url).hostname not in self.file_hosts

    def keep_file(self, content: bytes, mime_type: str) -> str | None:
        """Keeps a file as if a citizen had sent it.

        Returns:
            The reference a message would name it by; None where the fake has no files.
        """
        return None

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """What the provider says; by the routes, 404 for what has none."""
        path = urlsplit(request.url).path
        for method, pattern, handler in self._routes:
            if request.method == method and (match := pattern.fullmatch(path)):
                answer: HttpAnswer = handler(
                    request, **{name: unquote(text) for name, text in match.groupdict().items()}
                )
                return answer
        return json_answer(404, {"error": "no such path"})

    def _violated(self, problem: str, request: HttpRequest) -> Violation:
        violation = Violation(f"{request.method} {urlsplit(request.url).path}: {problem}")
        self.violations.append(violation)
        return violation

    # --- what the agency's webhook sees ---------------------------------------------------------------------------

    def emit(self, *webhooks: RawRequest) -> None:
        """Queues webhook requests, already signed as the vendor signs."""
        self.webhooks.extend(webhooks)

    async def deliver(self, hub: TakesWebhooks, account: str) -> list[WebhookResponse]:
        """Delivers what is queued, in order. What is not answered with 2xx stays and is told again the next time.

        Returns:
            The answers, one a webhook.
        """
        waiting, self.webhooks = self.webhooks, []
        answers = []
        for webhook in waiting:
            answer = await hub.receive(account, webhook)
            answers.append(answer)
            if not 200 <= answer.status < 300:
                self.webhooks.append(webhook)
        return answers
