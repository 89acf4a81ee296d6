"""History of a batch: interactions, conversations and revisions on top of what was read.

Mutable by design and private to one decision (`ingest.decide`), which reads the results off it at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from omnilink.conversation.causes import ThreadCause, cause_of
from omnilink.conversation.keys import copy_key, join_conversation
from omnilink.conversation.revisions import make_revision
from omnilink.ingest.media import make_items
from omnilink.ingest.prepare import AccountFacts, Seat
from omnilink.model.conversation import Conversation
from omnilink.model.envelope import Envelope
from omnilink.model.event import (
    About,
    CallUpdated,
    ChoiceMade,
    ConversationKind,
    DeliveryUpdated,
    Direction,
    Event,
    InteractionKind,
    MessageReceived,
    Spoken,
)
from omnilink.model.ids import to_micros
from omnilink.model.interaction import Arrival, Interaction, Revision, RevisionAction
from omnilink.model.media import MediaItem
from omnilink.model.participant import Participant, Role
from omnilink.resolution.seen import Seen
from omnilink.store.base import ELSEWHERE, Context, MessageRef


class History:
    """What a batch knows and changes about interactions.

    Args:
        context: what was read.
        new_id: makes public ids.
        now: the time of the decision.
    """

    def __init__(self, context: Context, new_id: Callable[[], str], now: datetime) -> None:
        self._new_id, self._now = new_id, now
        self._messages = {key: list(refs) for key, refs in context.messages.items()}
        self._threads = dict(context.conversations)
        self.seen: list[Seen] = []
        self.interactions: list[Interaction] = []
        self.arrivals: list[tuple[str, Arrival]] = []
        self.revisions: list[Revision] = []
        self.media: list[MediaItem] = []
        self.conversations: list[Conversation] = []
        self.conversation_keys: dict[str, str] = {}
        self.merges: list[tuple[str, str]] = []
        self.causes: list[ThreadCause] = []
        self.message_keys: dict[str, str] = {}

    def find(self, event: About) -> str | None:
        """The interaction an event is about.

        A receipt belongs to what we sent, whoever else used the same id. Of several messages with one id (mails
        only) the smallest content key is meant, so that the order of arrival decides nothing.
        """
        refs = self._messages.get(event.target_key, ())
        if isinstance(event, DeliveryUpdated):
            refs = [ref for ref in refs if ref.direction != Direction.INBOUND]
        return min(refs, key=lambda ref: ref.content_key or "").id if refs else None

    def record(self, event: Spoken, seats: Sequence[Seat], envelope: Envelope, account: AccountFacts) -> str:
        """Records a message, choice or call.

        Returns:
            The interaction's id: a new one, or the one that was recorded before (the mail in the other mailbox,
            an earlier callback of the call).
        """
        known = self._messages.setdefault(event.message_key, [])
        arrival = Arrival(account=account.name, envelope=envelope.id, event_key=event.event_key)
        twin = next((ref for ref in known if ref.content_key == event.content_key), None)
        if twin is None and event.direction is not Direction.INBOUND:
            twin = self._find_sent(event, seats, envelope, account)
        if twin is None:
            return self._make(event, seats, envelope, account, arrival)
        if isinstance(event, CallUpdated) or (isinstance(event, ChoiceMade) and twin.kind == InteractionKind.CALL):
            self._continue_call(event, seats, twin, envelope, account)
        else:
            self.arrivals.append((twin.id, arrival))
            self.join_seats(event, seats, envelope, account)
        return twin.id

    def _find_sent(
        self, event: Spoken, seats: Sequence[Seat], envelope: Envelope, account: AccountFacts
    ) -> MessageRef | None:
        """What we sent and the platform shows under a name it had not told: that is a name of ours from now on."""
        copies: tuple[str, ...] = ()
        if event.direction is Direction.ECHO:
            refs = [ref for key in event.also_keys for ref in self._messages.get(key, ())]
        else:  # a mail whose Message-ID the provider wrote anew: the same content to the same person
            copies = (copy_key(event.content_key),) if event.content_key is not None else ()
            people = {seat.seed.key for seat in seats if seat.seed is not None}
            named_so = [ref for key in copies for ref in self._messages.get(key, ())]
            refs = [ref for ref in named_so if people & {key for _, key in ref.attributed}]
        sent = next((ref for ref in refs if ref.direction == Direction.OUTBOUND), None)
        if sent is None:
            return None
        named = replace(sent, message_key=event.message_key, content_key=event.content_key)
        self._messages[event.message_key].append(named)
        self.message_keys[event.message_key] = sent.id
        self._conversation(event, sent.id, envelope, account, copies)
        return named

    def join_seats(self, event: Spoken, seats: Sequence[Seat], envelope: Envelope, account: AccountFacts) -> None:
        """Another copy of a message may name people the first did not (a blind copy, a list): they took part too."""
        ref = next((r for r in self._messages.get(event.message_key, ()) if r.content_key == event.content_key), None)
        if ref is None or isinstance(event, CallUpdated):
            return
        seeds = {**dict(ref.attributed), **dict(ref.seeds)}
        known = set(seeds.values())
        at = event.occurred_at or envelope.received_at
        for seat in seats:
            if seat.seed is not None and seat.seed.key not in known:
                ordinal = max(ELSEWHERE - 1, *seeds) + 1
                self.seen.append(Seen(ref.id, ordinal, seat.participant, seat.seed, at, account.name))
                seeds[ordinal] = seat.seed.key
                known.add(seat.seed.key)
        self._reseat(ref, seeds)

    def _make(
        self, event: Spoken, seats: Sequence[Seat], envelope: Envelope, account: AccountFacts, arrival: Arrival
    ) -> str:
        occurred_at = event.occurred_at or envelope.received_at
        id_ = self._new_id()
        interaction = Interaction(
            id=id_,
            kind=_kind(event),
            direction=_direction(event, seats),
            channel=event.channel or account.channel,
            account=account.name,
            message_key=event.message_key,
            content_key=event.content_key,
            conversation=self._conversation(event, id_, envelope, account),
            arrivals=(arrival,),
            participants=tuple(seat.participant for seat in seats),
            occurred_at=occurred_at,
            received_at=envelope.received_at,
            in_reply_to=event.reply_to_key,
            subject=event.subject,
            parts=(event.call, *event.parts) if isinstance(event, CallUpdated) else event.parts,
            language=event.language,
            **_machine(event),  # type: ignore[arg-type]
        )
        self.interactions.append(interaction)
        self.tell_media(event, interaction.id, envelope.id, account.name, holds=account.holds_media)
        rank = _rank(event, occurred_at)
        seeds = []
        for ordinal, seat in enumerate(seats):
            if seat.seed is not None:
                self.seen.append(
                    Seen(interaction.id, ordinal, seat.participant, seat.seed, occurred_at, account.name, rank)
                )
                seeds.append((ordinal, seat.seed.key))
        made = MessageRef(
            id=interaction.id,
            message_key=event.message_key,
            content_key=event.content_key,
            account=account.name,
            kind=interaction.kind,
            direction=interaction.direction,
            seeds=tuple(seeds),
        )
        self._messages[event.message_key].append(made)
        if event.direction is Direction.ECHO:
            # Quicker than the answer to our call, which will know it by one of these.
            for key in event.also_keys:
                if not self._messages.get(key):
                    self._messages[key] = [made]
                    self.message_keys[key] = interaction.id
        return interaction.id

    def _continue_call(
        self,
        event: CallUpdated | ChoiceMade,
        seats: Sequence[Seat],
        ref: MessageRef,
        envelope: Envelope,
        account: AccountFacts,
    ) -> None:
        """A later callback of a call, or a choice made in it: a revision; a name stated meanwhile says who spoke."""
        at = event.occurred_at or envelope.received_at
        speaker = next((seat for seat in seats if seat.seed is not None), None)
        self.revisions.append(
            Revision(
                id=self._new_id(),
                interaction=ref.id,
                action=RevisionAction.CALL,
                account=account.name,
                event_key=event.event_key,
                at=at,
                actor=speaker.participant if speaker else None,
                parts=(event.call, *event.parts) if isinstance(event, CallUpdated) else event.parts,
            )
        )
        self.tell_media(event, ref.id, envelope.id, account.name, holds=account.holds_media)
        seeds = dict(ref.seeds)
        for ordinal, seat in enumerate(seats):
            if seat.seed is not None:
                # Of all callbacks the first that states a name says who was speaking.
                rank = _rank(event, at)
                self.seen.append(Seen(ref.id, ordinal, seat.participant, seat.seed, at, account.name, rank))
                seeds[ordinal] = seat.seed.key
        self._reseat(ref, seeds)

    def _reseat(self, ref: MessageRef, seeds: dict[int, str]) -> None:
        refs = self._messages[ref.message_key]
        refs[refs.index(ref)] = replace(ref, seeds=tuple(sorted(seeds.items())))

    def _conversation(
        self, event: Spoken, interaction: str, envelope: Envelope, account: AccountFacts, copies: Sequence[str] = ()
    ) -> str:
        keys = event.conversation_keys or (event.message_key,)
        is_mail = event.conversation_kind is ConversationKind.MAIL
        own = (event.message_key, *copies)
        self.causes.append(cause_of(interaction, keys, own=own, answers=event.reply_to_key, is_mail=is_mail))
        join = join_conversation((*keys, *copies), self._threads)
        conversation = join.conversation
        if conversation is None:
            conversation = self._new_id()
            self.conversations.append(
                Conversation(
                    id=conversation,
                    account=account.name,
                    channel=event.channel or account.channel,
                    kind=event.conversation_kind,
                    subject=event.subject,
                )
            )
        for loser in join.merged:
            self.merges.append((loser, conversation))
            self._threads.update({k: conversation for k, v in self._threads.items() if v == loser})
            self.conversation_keys.update({k: conversation for k, v in self.conversation_keys.items() if v == loser})
        for key in join.new_keys:
            self._threads[key] = self.conversation_keys[key] = conversation
        return conversation

    def revise(self, event: About, interaction: str, account: str, actor: Participant | None, at: datetime) -> None:
        """Adds what an event says about an earlier interaction."""
        self.revisions.append(
            make_revision(event, id_=self._new_id(), interaction=interaction, account=account, actor=actor, at=at)
        )

    def tell_media(
        self,
        event: Event,
        interaction: str,
        envelope: str,
        account: str,
        *,
        holds: Literal["envelope", "store"] | None = None,
    ) -> None:
        """Adds the files an event names, told for the first time or again; `holds`: where their bytes are already."""
        if interaction:
            self.media += make_items(
                event, interaction, account=account, envelope=envelope, holds=holds, new_id=self._new_id, now=self._now
            )


def _machine(event: Spoken) -> dict[str, object]:
    """What is known of the machine that wrote it, if one did."""
    if not isinstance(event, MessageReceived):
        return {}
    return {"automated": event.automated, "automated_by": event.automated_by, "silent": event.silent}


def _rank(event: Spoken, at: datetime) -> str:
    """What orders the accounts of a call's participant; "" where an event says all there is to say."""
    return f"{to_micros(at):020d} {event.event_key}" if isinstance(event, CallUpdated) else ""


def _kind(event: Spoken) -> InteractionKind:
    if isinstance(event, CallUpdated):
        return InteractionKind.CALL
    return InteractionKind.MESSAGE if isinstance(event, ChoiceMade) else event.kind


def _direction(event: Spoken, seats: Sequence[Seat]) -> Direction:
    """A message whose author is ourselves is outbound, whatever brought it to us."""
    speaker = next((seat for seat in seats if seat.participant.role in (Role.AUTHOR, Role.CALLER)), None)
    if event.direction is Direction.INBOUND and speaker is not None and speaker.seed is None:
        return Direction.OUTBOUND
    return event.direction
