"""Trial: one contract over one suite. It counts what it checked and stops at the first thing that does not hold."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from omnilink.errors import SendRefused
from omnilink.identity.normalise import normalise, parse_handle
from omnilink.model.envelope import Envelope
from omnilink.model.event import Direction, Event, Spoken
from omnilink.model.handle import Handle
from omnilink.model.outgoing import Outgoing
from omnilink.model.participant import Role
from omnilink.plugin.connector import Connector, ConnectorSettings, Parses
from omnilink.plugin.sending import MediaFile, RenderPlan, SendContext, Sends, Step
from omnilink.plugin.settings import Secret
from omnilink.plugin.webhook import RawRequest, Secrets
from omnilink.testing.clock import START
from omnilink.testing.contracts import CONTRACTS
from omnilink.testing.real import BY_SERVER, is_test_there
from omnilink.testing.samples import Sample

if TYPE_CHECKING:
    from omnilink.testing.suite import ConnectorSuite


class ContractBroken(AssertionError):
    """A contract does not hold."""


def make_canary(name: str) -> str:
    """A secret for tests: easily found where it must not be, of letters and digits."""
    return "canary" + hashlib.sha256(name.encode()).hexdigest()[:34]


class Facts:
    """What all contracts of a suite need; made once, on use.

    Args:
        suite: whose.
    """

    now: datetime = START

    def __init__(self, suite: "ConnectorSuite") -> None:
        self.suite = suite

    # --- the connector --------------------------------------------------------------------------------------------

    def make(self, *, own: Iterable[str] | None = None, options: Mapping[str, Any] | None = None) -> Connector:
        """A new connector object, as the core makes one; by default with the suite's addresses and options."""
        return self.make_for("town", own=own, options=options)

    def make_for(
        self, account: str, *, own: Iterable[str] | None = None, options: Mapping[str, Any] | None = None
    ) -> Connector:
        """As `make`, for an account of another name."""
        texts = self.suite.own if own is None else own
        handles = tuple(normalise(parse_handle(text)) for text in texts)
        suite = self.suite
        return suite.connector(
            ConnectorSettings(
                account=account,
                own_handles=handles,
                public_url=suite.webhook_url,
                options=dict(suite.options if options is None else options),
            )
        )

    @cached_property
    def connector(self) -> Connector:
        """The connector object most checks share."""
        return self.make()

    @cached_property
    def secret_texts(self) -> Mapping[str, str]:
        """Secret setting → its newest value."""
        return {name: self.suite.secret(name) for name in sorted(self.suite.connector.manifest.secret_names)}

    @cached_property
    def secrets(self) -> Secrets:
        """What the core gives the connector."""
        return {name: (Secret(text),) for name, text in self.secret_texts.items()}

    @cached_property
    def signed_with(self) -> str:
        """The secret setting that signs."""
        names = [s.name for s in self.suite.connector.manifest.settings if s.secret]
        return self.suite.signed_with or (names[0] if names else "")

    # --- what comes in --------------------------------------------------------------------------------------------

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """The suite's samples, set-up questions left out."""
        return tuple(sample for sample in self.suite.samples() if not sample.handshake)

    @cached_property
    def handshakes(self) -> tuple[Sample, ...]:
        """The set-up questions among the samples."""
        return tuple(sample for sample in self.suite.samples() if sample.handshake)

    def request(self, sample: Sample) -> RawRequest:
        """The sample as a request, not signed."""
        return RawRequest.of(sample.method, sample.url or self.suite.webhook_url, sample.headers, sample.body)

    def parse(self, body: bytes, headers: Mapping[str, str] | None = None, **more: Any) -> list[Event]:
        """The events of some bytes.

        Args:
            body: of the envelope.
            headers: kept with it.
            more: other fields of the envelope; `by`: another connector object.
        """
        by = more.pop("by", self.connector)
        assert isinstance(by, Parses)  # noqa: S101 - contracts that parse ask before
        fields: dict[str, Any] = {"id": "e1", "account": "town", "received_at": self.now, **more}
        return by.parse(
            Envelope(
                connector=self.suite.connector.manifest.name,
                body=body,
                sha256=hashlib.sha256(body).hexdigest(),
                headers={name.lower(): value for name, value in (headers or {}).items()},
                **fields,
            )
        )

    @cached_property
    def events(self) -> Mapping[str, list[Event]]:
        """Sample's name → its events."""
        return {sample.name: self.parse(sample.body, sample.headers) for sample in self.samples}

    @cached_property
    def messages(self) -> list[Spoken]:
        """What citizens said among the samples."""
        found = [e for events in self.events.values() for e in events if isinstance(e, Spoken)]
        return [e for e in found if e.direction is Direction.INBOUND]

    # --- what goes out --------------------------------------------------------------------------------------------

    @cached_property
    def recipient(self) -> Handle | None:
        """Who is written to: as the core would answer, at the address a citizen wrote from."""
        if self.suite.recipient is not None:
            return normalise(parse_handle(self.suite.recipient))
        for event in self.messages:
            for seat in event.participants:
                if seat.role in (Role.AUTHOR, Role.CALLER) and seat.handle is not None and not seat.own:
                    handle = normalise(seat.handle)
                    if handle.scheme in self.suite.connector.capabilities.reaches:
                        return handle
        return None

    @cached_property
    def sender(self) -> Handle | None:
        """Our own address."""
        return normalise(parse_handle(self.suite.own[0])) if self.suite.own else None

    def render(
        self, outgoing: Outgoing, media: Mapping[str, MediaFile] | None = None, by: Connector | None = None
    ) -> RenderPlan:
        """The plan of a message.

        Raises:
            SendRefused: as of `Sends.render`.
        """
        connector = by or self.connector
        assert isinstance(connector, Sends)  # noqa: S101 - contracts that send ask before
        context = SendContext(
            item="0197f1d8-7a00-7000-8000-000000000001",
            account="town",
            recipient=self.recipient,
            sender=self.sender,
            now=self.now,
            media=media or {},
        )
        return connector.render(outgoing, context)


_FACTS: "WeakKeyDictionary[type[ConnectorSuite], Facts]" = WeakKeyDictionary()


def facts_of(suite: "ConnectorSuite") -> Facts:
    """The facts of a suite's class, shared by all its contracts."""
    if type(suite) not in _FACTS:
        _FACTS[type(suite)] = Facts(suite)
    return _FACTS[type(suite)]


class Trial:
    """One run of one contract.

    Args:
        name: the contract's.
        suite: over what.

    Attributes:
        checks: how many things were checked.
        notes: what a reader of the result should know, one sentence each.
    """

    def __init__(self, name: str, suite: "ConnectorSuite") -> None:
        self.name, self.suite, self.facts = name, suite, facts_of(suite)
        self.checks = 0
        self.notes: list[str] = []

    def check(self, holds: object, message: str) -> None:
        """Counts one check.

        Raises:
            ContractBroken: it does not hold.
        """
        self.checks += 1
        if not holds:
            self.fail(message)

    def fail(self, message: str) -> None:
        """Ends the trial.

        Raises:
            ContractBroken: always.
        """
        raise ContractBroken(f"{self.name}: {message}") from None

    def needs(self, found: object, what: str) -> None:
        """Something without which nothing is proved.

        Raises:
            ContractBroken: it is missing.
        """
        if not found:
            self.fail(f"claimed and not proved: the suite brings no {what}")

    def leave_to_server(self, what: str) -> None:
        """What no fake shows, a test of a real server has to.

        Args:
            what: the suite could bring instead.

        Raises:
            ContractBroken: it names none.
        """
        node = self.suite.real
        self.needs(node, f"{what}, and no test of a real server")
        if node is not None and is_test_there(type(self.suite), node):
            self.check(node, "")
            self.notes.append(BY_SERVER)

    def try_render(
        self, outgoing: Outgoing, media: Mapping[str, MediaFile] | None = None, by: Connector | None = None
    ) -> RenderPlan | SendRefused:
        """The plan, or the refusal; anything else that is raised breaks the contract.

        Raises:
            ContractBroken: `render` raised something else.
        """
        try:
            return self.facts.render(outgoing, media, by)
        except SendRefused as e:
            return e
        except Exception as e:
            self.fail(f"render raised {type(e).__name__} instead of SendRefused")
            raise


def make_requests(plan: RenderPlan, suite: "ConnectorSuite") -> list[tuple[Step, Any]]:
    """Each step with its request, ids of earlier steps made up."""
    known = {step.name: suite.made_id(step.name) for step in plan.steps}
    return [(step, step.make(known)) for step in plan.steps]


def run_contract(name: str, suite: "ConnectorSuite") -> Trial:
    """Runs one contract.

    Returns:
        What was checked; nothing, if the contract does not apply to this connector.

    Raises:
        ContractBroken: it does not hold.
    """
    contract = CONTRACTS[name]
    trial = Trial(name, suite)
    if applies(name, suite):
        contract.load()(trial)
    return trial


def applies(name: str, suite: "ConnectorSuite") -> bool:
    """Whether a contract is about something this connector does at all."""
    ability = CONTRACTS[name].ability
    if not ability:
        return True
    from omnilink.plugin import answering, connector, sending, session, visitors

    rooms = (connector, sending, answering, session, visitors)
    protocol = next(getattr(room, ability) for room in rooms if hasattr(room, ability))
    return isinstance(facts_of(suite).connector, protocol)
