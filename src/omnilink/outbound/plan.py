"""Plan: a draft becomes one route and one rendering, or a typed refusal, before anything is stored or sent."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import quote as quote_url

from omnilink.conversation.reply_routes import make_reply_tokens
from omnilink.errors import BadInput, NotFound, SendRefused
from omnilink.identity.normalise import parse_handle
from omnilink.model.handle import Handle
from omnilink.model.interaction import Interaction
from omnilink.model.outgoing import Action, Draft, Outgoing, Quoted, SendCheck
from omnilink.model.participant import Participant, Role, StatedClaim
from omnilink.model.persona import Persona
from omnilink.model.scope import Scope
from omnilink.outbound.accounts import SendingAccounts
from omnilink.outbound.charging import Meters, refuse_over_budget
from omnilink.outbound.loops import refuse_loops
from omnilink.outbound.people import MOST_HOLDERS, last_heard, whose_word_counts
from omnilink.outbound.quoted import quote, speaker_of
from omnilink.outbound.refusals import check_content, check_window, refuse_without_consent
from omnilink.outbound.route import Route, Sender, choose_routes
from omnilink.plugin.sending import MediaFile, RenderPlan, SendContext, Sends
from omnilink.store.base import Component, HistoryStore, PeopleStore
from omnilink.store.outbox import OutboxStore

Find = Callable[[str, str | None], Awaitable[tuple[Component, str]]]


class PlanningStore(PeopleStore, HistoryStore, OutboxStore, Protocol):
    """What planning reads."""


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """What would be sent.

    Attributes:
        item: the outbox item's id it was rendered for.
        answered: the interaction it answers; `target` the one it edits, deletes or reacts to.
        recipient: who is written to, as a participant of the interaction to come.
        conversation: id of the conversation it will be in, if it turns out to be a new one.
    """

    item: str
    draft: Draft
    route: Route
    outgoing: Outgoing
    rendered: RenderPlan
    recipient: Participant
    planned_at: datetime
    window_until: datetime | None = None
    answered: Interaction | None = None
    target: Interaction | None = None
    conversation: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Addressee:
    """Who is meant: the addresses to choose from, and all personas whose word counts."""

    addresses: tuple[tuple[Handle, Persona | None], ...]
    personas: tuple[Persona, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans messages.

    Args:
        store, scope: where and whose.
        accounts: the configured accounts.
        find: finds a contact by id or handle.
        clock: injected.
        meter: knows the budgets.
        default_region: of telephone numbers without country code.
        new_id: makes the id of a conversation that begins.
    """

    store: PlanningStore
    scope: Scope
    accounts: SendingAccounts
    find: Find
    clock: Callable[[], datetime]
    meter: Meters
    default_region: str | None = None
    new_id: Callable[[], str] | None = None

    async def plan(self, draft: Draft, item: str, media: Mapping[str, MediaFile] | None = None) -> Plan:
        """The best way to say it that is allowed.

        Args:
            draft: what is meant.
            item: id of the outbox item to be.
            media: `blob:<sha256>` → bytes.

        Raises:
            SendRefused: it must not or cannot be sent; nothing has left.
            NotFound, BadHandle, Ambiguous: there is no such interaction, address or person.
        """
        answered = await self._read(draft.reply_to)
        target = await self._read(draft.target)
        if (draft.action is not Action.SEND) != (target is not None):
            raise BadInput("an edit, deletion or reaction needs a target, and only those have one")
        about = target or answered
        if draft.action in (Action.EDIT, Action.DELETE) and target is not None and target.direction == "inbound":
            raise BadInput("only a message of ours can be changed", hint="`omnilink timeline` shows what we sent")
        addressee = await self._addressee(draft, about)
        if about is not None and draft.to:
            _require_same_person(addressee, about)
        account = about.account if about else draft.account
        if draft.account not in (None, account):
            raise BadInput("an answer leaves from the account it was asked at", hint="leave the account out")
        senders = self._senders(account)
        routes = choose_routes(
            addressee.addresses,
            senders,
            prefer_account=about.account if about else None,
            heard_at=await self._last_words(addressee),
            born_at={p.id: p.born_at.timestamp() for p in addressee.personas},
        )
        if not routes:
            reason = "no-account" if not senders else "unreachable"
            raise SendRefused("no configured account can reach that address", reason=reason,
                              hint="`omnilink doctor` lists the accounts that can send")  # fmt: skip
        refusal: SendRefused | None = None
        for route in routes:
            try:
                return await self._along(route, draft, item, media or {}, addressee, answered, target)
            except SendRefused as e:
                if e.reason == "opted-out":
                    raise  # another account of ours is no way around a stop
                refusal = refusal or e
        assert refusal is not None  # noqa: S101 - every route was refused
        raise refusal

    async def check(self, draft: Draft, item: str, media: Mapping[str, MediaFile] | None = None) -> SendCheck:
        """Whether a draft could be sent now, and what of it would be lost. Raises as `plan`, but for refusals."""
        try:
            plan = await self.plan(draft, item, media)
        except SendRefused as e:
            return SendCheck(allowed=False, reason=e.reason, hint=e.hint, needs_template=e.reason == "window-closed")
        placeholders = {step.name: f"<{step.name}>" for step in plan.rendered.steps}
        return SendCheck(
            allowed=True,
            account=plan.route.sender.account,
            channel=plan.route.sender.channel,
            scheme=plan.route.recipient.scheme,
            window_until=plan.window_until,
            losses=plan.rendered.losses,
            steps=tuple(
                without_recipient(step.make(placeholders).describe(), plan.route.recipient)
                for step in plan.rendered.steps
            ),
        )

    # --- who and where --------------------------------------------------------------------------------------------

    async def _read(self, interaction: str | None) -> Interaction | None:
        if interaction is None:
            return None
        found = await self.store.read_interactions(self.scope, [interaction])
        if not found:
            raise NotFound("no such interaction", hint="`omnilink timeline` shows their ids")
        return found[0]

    async def _addressee(self, draft: Draft, about: Interaction | None) -> Addressee:
        if not draft.to:
            if about is None:
                raise BadInput("a message needs a recipient", hint="name a handle, a contact id or a message to answer")
            return await self._other_side(about)
        if await self.store.read_personas(self.scope, ids=[draft.to]):
            component, _ = await self.find(draft.to, draft.name)
            holders = [p for p in component.personas if p.handle is not None]
            return Addressee(tuple((p.handle, p) for p in holders if p.handle), component.personas, draft.name)
        return await self._at(parse_handle(draft.to, default_region=self.default_region), draft.name)

    async def _other_side(self, about: Interaction) -> Addressee:
        """Who an answer goes to: whoever spoke, or whom we spoke to."""
        other = speaker_of(about)
        if other is None or other.handle is None:
            raise SendRefused("nobody can be answered there: no address was seen", reason="unreachable")
        return await self._at(other.handle, other.stated("name"))

    async def _at(self, handle: Handle, name: str | None) -> Addressee:
        """Who holds a handle: with a name, the person of that name; else everybody whose word counts on it."""
        holders = await self.store.read_personas(
            self.scope, handle_keys=[handle.key], match_keys=list(handle.match_keys)
        )
        exact = [p for p in holders if p.handle is not None and p.handle.key == handle.key]
        seen = {p.id: p for p in holders}
        for persona in exact[:MOST_HOLDERS]:
            component = await self.store.read_component(self.scope, persona.id)
            seen.update({p.id: p for p in component.personas})
        spoken = exact[0].handle if exact else None
        # As the channel wrote it, if it ever did: that is what it can be sent to.
        return Addressee(((spoken or handle, exact[0] if exact else None),), tuple(seen.values()), name)

    def _senders(self, account: str | None) -> list[Sender]:
        names = [account] if account else list(self.accounts.configured)
        found = []
        for name in names:
            connector = self.accounts.connector(name)
            if isinstance(connector, Sends) and connector.capabilities.reaches:
                found.append(
                    Sender(
                        name,
                        connector.manifest.channels[0],
                        connector.capabilities,
                        self.accounts.own_handles(self.accounts.configured[name]),
                    )
                )
        return found

    # --- one route ------------------------------------------------------------------------------------------------

    async def _along(
        self,
        route: Route,
        draft: Draft,
        item: str,
        media: Mapping[str, MediaFile],
        addressee: Addressee,
        answered: Interaction | None,
        target: Interaction | None,
    ) -> Plan:
        sender, now = route.sender, self.clock()
        capabilities = sender.capabilities
        check_content(draft, capabilities)
        own = sender.own[0] if sender.own else None
        if draft.action is not Action.DELETE:
            counts = await whose_word_counts(self.store, self.scope, route.recipient)
            consents = await self.store.read_consents(self.scope, sorted(counts | {p.id for p in addressee.personas}))
            refuse_without_consent(consents, draft.purpose, frozenset(h.key for h in sender.own))
        if draft.automated:
            await refuse_loops(self.store, self.scope, answered, [p.id for p in addressee.personas], now)
        window_until = None
        if not capabilities.starts or capabilities.service_window_s is not None:
            heard = await self._heard_at(addressee, route)
            window_until = check_window(draft, capabilities, heard, now)
        keys = self.accounts.reply_keys(sender.account) if draft.action is Action.SEND else ()
        begun = self.new_id() if self.new_id and keys and answered is None else None
        token_of = begun or (await self._conversation_of(answered) if answered is not None and keys else None)
        outgoing = Outgoing(
            action=draft.action,
            parts=draft.parts,
            subject=draft.subject,
            quoted=await self._quoted(answered),
            target=await self._quoted(target),
            reaction=draft.reaction,
            automated=draft.automated,
            tokens=make_reply_tokens(keys, token_of, now=now) if keys and token_of else None,
        )
        context = SendContext(
            item=item, account=sender.account, recipient=route.recipient, sender=own, now=now, media=media
        )
        connector = self.accounts.connector(sender.account)
        assert isinstance(connector, Sends)  # noqa: S101 - `_senders` chose it
        rendered = connector.render(outgoing, context)
        await refuse_over_budget(self.meter, sender.account, rendered.steps)
        return Plan(
            item=item,
            draft=draft,
            route=route,
            outgoing=outgoing,
            rendered=rendered,
            recipient=_recipient(route, addressee.name),
            planned_at=now,
            window_until=window_until,
            answered=answered,
            target=target,
            conversation=begun,
        )

    async def _conversation_of(self, interaction: Interaction) -> str:
        found = await self.store.read_conversations(self.scope, ids=[interaction.conversation])
        return found[0].id if found else interaction.conversation

    async def _last_words(self, addressee: Addressee) -> dict[str, float]:
        """Persona id → when they last wrote, of all that could be written to, where there is a choice."""
        personas = [persona.id for _, persona in addressee.addresses if persona is not None]
        heard = {p: await last_heard(self.store, self.scope, [p]) for p in personas if len(personas) > 1}
        return {persona: at.timestamp() for persona, at in heard.items() if at is not None}

    async def _heard_at(self, addressee: Addressee, route: Route) -> datetime | None:
        """When the person last wrote to this account, from that address (or another kind of name for it)."""
        sender, to = route.sender, route.recipient
        mine = [
            p.id
            for p in addressee.personas
            if p.handle is not None
            and p.handle.scheme in sender.capabilities.reaches
            and (p.handle.scheme != to.scheme or p.handle.key == to.key or set(p.match_keys) & set(to.match_keys))
        ]
        return await last_heard(self.store, Scope(self.scope.tenant, frozenset({sender.account})), mine)

    async def _quoted(self, interaction: Interaction | None) -> Quoted | None:
        if interaction is None:
            return None
        items = await self.store.read_outbox(self.scope, interactions=[interaction.id])
        conversations = await self.store.read_conversations(self.scope, ids=[interaction.conversation])
        keys: Iterable[str] = conversations[0].keys if conversations else ()
        return quote(interaction, items, keys)


def without_recipient(description: str, recipient: Handle) -> str:
    """What would be done, without the address it would be done to: some providers want that in the URL."""
    spelt = {recipient.value, recipient.raw, quote_url(recipient.value, safe=""), quote_url(recipient.raw, safe="")}
    for text in sorted(filter(None, spelt), key=len, reverse=True):
        description = description.replace(text, "<recipient>")
    return description


def _require_same_person(addressee: Addressee, about: Interaction) -> None:
    """Channels answer where the quoted message is: that must be with the person who is meant.

    Raises:
        BadInput: it is somebody else's message.
    """
    other = speaker_of(about)
    known = {handle.key for handle, _ in addressee.addresses} | {p.handle.key for p in addressee.personas if p.handle}
    if other is None or other.handle is None or other.handle.key not in known:
        raise BadInput("the message answered is somebody else's", hint="leave the recipient out to answer it")


def _recipient(route: Route, name: str | None) -> Participant:
    stated = name or (route.persona.name if route.persona else None)
    claims = (StatedClaim(field="name", value=stated),) if stated else ()
    return Participant(role=Role.TO, handle=route.recipient, claims=claims)
