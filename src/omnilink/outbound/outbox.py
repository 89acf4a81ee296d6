"""Outbox: the desk an official sends from. A message is on disk, and in the citizen's history, before it leaves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from omnilink.errors import BadInput, Conflict, NotFound
from omnilink.model.delivery import RESENT
from omnilink.model.interaction import Interaction
from omnilink.model.outgoing import Action, Draft, OutboxItem, OutboxState, OutgoingPart, SendCheck
from omnilink.model.part import Text
from omnilink.model.scope import Scope
from omnilink.outbound.accounts import SendingAccounts
from omnilink.outbound.charging import Meters
from omnilink.outbound.deliver import Delivered, Deliverer
from omnilink.outbound.files import read_files
from omnilink.outbound.outcome import Progress
from omnilink.outbound.plan import Find, Planner
from omnilink.outbound.record import decide_queue, queue_lookup
from omnilink.plugin.http import HttpClient
from omnilink.plugin.sending import MediaFile, digest_of
from omnilink.store.base import Store

TRIES = 20
MOST_DUE = 10_000


@dataclass(frozen=True, slots=True)
class Outbox:
    """Plans, queues and delivers messages.

    Args:
        store, scope: where and whose; needs a scope over all accounts.
        planner, deliverer: see there.
        new_id, clock: injected.
        queued: called after something new is owed (wakes the delivery).
    """

    store: Store
    scope: Scope
    planner: Planner
    deliverer: Deliverer
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    queued: Callable[[], None] = lambda: None

    @classmethod
    def of(
        cls,
        store: Store,
        scope: Scope,
        accounts: SendingAccounts,
        *,
        find: Find,
        http: Callable[[], HttpClient],
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
        queued: Callable[[], None],
        meter: Meters,
        default_region: str | None = None,
    ) -> Self:
        """An outbox with its planner and deliverer; arguments as of those."""
        planner = Planner(store, scope, accounts, find, clock, meter, default_region, new_id)
        deliverer = Deliverer(store, scope, accounts, http, new_id, clock, meter)
        return cls(store, scope, planner, deliverer, new_id, clock, queued)

    # --- saying something -----------------------------------------------------------------------------------------

    async def send(
        self, to: str | Draft, text: str | Sequence[OutgoingPart] = (), *, files: Iterable[str | Path] = (),
        **fields: object,
    ) -> OutboxItem:  # fmt: skip
        """Queues a message to somebody; it is sent by `deliver`, or by a running server at once.

        Args:
            to: a handle, a contact id, or a whole `Draft`.
            text: Markdown, or parts.
            files: paths of files to attach.
            fields: as of `Draft` (`subject`, `account`, `purpose`, `idempotency_key` ...).

        Returns:
            The item as it is on disk. The same idempotency key gives the first one again.

        Raises:
            SendRefused: it must not or cannot be sent; nothing was stored.
            NotFound, BadHandle, Ambiguous, BadInput: see `Planner.plan`.
        """
        draft, media = self._draft(to, text, files, fields)
        self.scope.require_all()
        for _ in range(TRIES):
            if draft.idempotency_key and (known := await self._known(draft.idempotency_key)):
                if (known.message.parts, known.message.action) != (draft.parts, draft.action):
                    raise BadInput("that key is another message's", hint="use a new idempotency key")
                return known
            plan = await self.planner.plan(draft, self.new_id(), media)
            context = await self.store.read_context(self.scope, queue_lookup(plan))
            blobs = {digest_of(ref): file.content for ref, file in media.items()}
            item, change = decide_queue(plan, context, blobs, self.new_id, self.clock())
            try:
                await self.store.commit_change(self.scope, change)
            except Conflict:
                continue
            self.queued()
            return item
        raise Conflict("the message lost every race for the store", hint="try again")

    async def reply(
        self, interaction: str, text: str | Sequence[OutgoingPart] = (), *, files: Iterable[str | Path] = (),
        **fields: object,
    ) -> OutboxItem:  # fmt: skip
        """Queues an answer to an interaction, in its thread where the channel has threads. As `send`."""
        return await self.send("", text, files=files, reply_to=interaction, **fields)

    async def edit(self, interaction: str, text: str | Sequence[OutgoingPart]) -> OutboxItem:
        """Queues the change of a message we sent."""
        await self._require_own(interaction)
        return await self.send("", text, action=Action.EDIT, target=interaction)

    async def delete(self, interaction: str) -> OutboxItem:
        """Queues the withdrawal of a message we sent; what it said stays in the history."""
        await self._require_own(interaction)
        return await self.send("", action=Action.DELETE, target=interaction)

    async def react(self, interaction: str, reaction: str) -> OutboxItem:
        """Queues a reaction to a message; "" takes ours back."""
        return await self.send("", action=Action.REACT, target=interaction, reaction=reaction)

    async def can_send(
        self, to: str | Draft, text: str | Sequence[OutgoingPart] = (), *, files: Iterable[str | Path] = (),
        **fields: object,
    ) -> SendCheck:  # fmt: skip
        """Whether it could be sent now, until when, and what would be lost. Stores and sends nothing."""
        draft, media = self._draft(to, text or (Text(text="…", format="plain"),), files, fields)
        return await self.planner.check(draft, self.new_id(), media)

    # --- what is owed ---------------------------------------------------------------------------------------------

    async def deliver(self, ids: Sequence[str] = ()) -> Delivered:
        """Tries what is due now, or these items if they are waiting."""
        if not ids:
            return await self.deliverer.deliver_due()
        states: dict[OutboxState, int] = {}
        due = await self.store.read_due(self.scope, now=self.clock(), limit=MOST_DUE)
        for item in (item for item in due if item.id in set(ids)):
            done = await self.deliverer.deliver(item)
            states[done.state] = states.get(done.state, 0) + 1
        return Delivered(states)

    async def item(self, item: str) -> OutboxItem:
        """One item.

        Raises:
            NotFound: there is none of that id.
        """
        found = await self.store.read_outbox(self.scope, ids=[item])
        if not found:
            raise NotFound("no such outbox item", hint="`omnilink outbox list` shows them")
        return found[0]

    async def items(self, *states: OutboxState, limit: int = 100) -> list[OutboxItem]:
        """Items in these states, oldest first; the ones somebody should look at if none is given."""
        wanted = states or (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN, OutboxState.FAILED)
        return await self.store.read_outbox(self.scope, states=wanted, limit=limit)

    async def cancel(self, item: str) -> OutboxItem:
        """Takes back what has not been sent.

        Raises:
            BadInput: it has begun to leave.
        """
        return await self._decide(item, {OutboxState.QUEUED}, Progress(OutboxState.CANCELLED, reason="cancelled"))

    async def resend(self, item: str) -> OutboxItem:
        """A person's word that an item whose outcome is unknown, or that failed, is tried again.

        Raises:
            BadInput: it is in no such state.
        """
        again = {OutboxState.UNKNOWN, OutboxState.FAILED}
        progress = Progress(OutboxState.QUEUED, attempts=0, not_before=self.clock(), reason=RESENT)
        return await self._decide(item, again, progress)

    # --- within ---------------------------------------------------------------------------------------------------

    def _draft(
        self,
        to: str | Draft,
        text: str | Sequence[OutgoingPart],
        files: Iterable[str | Path],
        fields: dict[str, object],
    ) -> tuple[Draft, dict[str, MediaFile]]:
        media, bytes_of = read_files(files)
        if isinstance(to, Draft):
            return to.model_copy(update={"parts": (*to.parts, *media)}), bytes_of
        words = (Text(text=text, format="markdown"),) if isinstance(text, str) and text.strip() else ()
        said = words if isinstance(text, str) else tuple(text)
        return Draft(to=to, parts=(*said, *media), **fields), bytes_of  # type: ignore[arg-type]

    async def _known(self, idempotency_key: str) -> OutboxItem | None:
        found = await self.store.read_outbox(self.scope, idempotency_key=idempotency_key)
        return found[0] if found else None

    async def _require_own(self, interaction: str) -> Interaction:
        found = await self.store.read_interactions(self.scope, [interaction])
        if not found or found[0].direction == "inbound":
            raise BadInput("that is no message of ours", hint="`omnilink timeline` shows the ids of what we sent")
        return found[0]

    async def _decide(self, id_: str, allowed: set[OutboxState], progress: Progress) -> OutboxItem:
        item = await self.item(id_)
        if item.state not in allowed:
            raise BadInput(f"the item is {item.state.value}", hint="`omnilink outbox show` tells what became of it")
        return await self.deliverer.write(item, progress)
