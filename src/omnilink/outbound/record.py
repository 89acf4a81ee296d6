"""Record: what queuing a message changes in the history, as one `Change`. Pure.

The interaction is in the citizen's history from the moment it is owed; what becomes of it are receipts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from omnilink.conversation.causes import ThreadCause, cause_of
from omnilink.conversation.keys import copy_key, join_conversation
from omnilink.identity.people import People
from omnilink.identity.resolve import PersonaSeed, seed_persona
from omnilink.model.conversation import Conversation
from omnilink.model.event import ConversationKind, Direction, InteractionKind
from omnilink.model.interaction import Arrival, Interaction, Revision, RevisionAction
from omnilink.model.outgoing import Action, Offer, OutboxItem, OutgoingPart
from omnilink.model.part import Native, Part
from omnilink.model.participant import Participant, Role
from omnilink.outbound.plan import Plan
from omnilink.store.base import Change, Context, Lookup


def own_key(item: str) -> str:
    """Our own name for what an outbox item says, until and beside the provider's."""
    return f"out:{item}"


def message_key_of(plan: Plan) -> str:
    """The name the interaction has from the start: the sender's own, else ours; the provider's follow as aliases."""
    return plan.rendered.message_key or own_key(plan.item)


def conversation_keys_of(plan: Plan) -> tuple[str, ...]:
    """The native keys of the conversation the message will be in."""
    quoted = plan.outgoing.quoted
    keys = [message_key_of(plan), *plan.rendered.conversation_keys]
    if quoted is not None and not plan.rendered.conversation_keys:
        # The channel shows the answer where it shows what is answered.
        keys += quoted.conversation_keys or quoted.message_keys
    return tuple(dict.fromkeys(keys))


def _copy_keys(plan: Plan) -> tuple[str, ...]:
    return (copy_key(plan.rendered.content_key),) if plan.rendered.content_key else ()


def seed_of(plan: Plan) -> PersonaSeed:
    """The persona that is written to."""
    return seed_persona(plan.recipient, place=f"{message_key_of(plan)}|/1")


def queue_lookup(plan: Plan) -> Lookup:
    """Every key that queuing will ask for."""
    if plan.target is not None:
        return Lookup()
    seed = seed_of(plan)
    return Lookup(
        messages=frozenset({message_key_of(plan), *_copy_keys(plan)}),
        personas=frozenset({seed.key}),
        match_keys=frozenset(seed.match_keys),
        conversation_keys=frozenset({*conversation_keys_of(plan), *_copy_keys(plan)}),
    )


def decide_queue(
    plan: Plan, context: Context, blobs: Mapping[str, bytes], new_id: Callable[[], str], now: datetime
) -> tuple[OutboxItem, Change]:
    """The outbox item and everything that is written with it.

    Args:
        context: the answer to `queue_lookup(plan)`.
        blobs: sha256 → bytes of the media to be sent.
    """
    if plan.target is not None:
        item = _item(plan, plan.target.id, plan.target.conversation, now)
        return item, Change(seq=context.seq, versions=context.versions, outbox=[item], blobs=blobs)
    people = People(
        personas=context.personas, holders=context.holders, members=context.members, links=context.links,
        new_id=new_id, now=now,
    )  # fmt: skip
    # Of two mails that say the same in the same second the first is known by it; the other has its Message-ID only.
    copies = [key for key in _copy_keys(plan) if not context.messages.get(key) and key not in context.conversations]
    keys = (*conversation_keys_of(plan), *copies)
    join = join_conversation(keys, context.conversations)
    made = [] if join.conversation else [_conversation(plan, plan.conversation or new_id())]
    conversation = join.conversation or made[0].id
    interaction = _interaction(plan, conversation, new_id(), now)
    people.address(interaction.id, 1, plan.recipient, seed_of(plan), plan.route.sender.account)
    item = _item(plan, interaction.id, conversation, now)
    return item, Change(
        seq=context.seq,
        versions=context.versions,
        interactions=[interaction],
        revisions=[receipt(item, "queued", now, new_id)],
        personas=people.personas,
        claims=people.claims,
        attributions=people.attributions,
        links=people.links(),
        revoked=people.revocations(),
        memberships=people.memberships(),
        conversations=made,
        conversation_keys=dict.fromkeys(join.new_keys, conversation),
        merges=[(loser, conversation) for loser in join.merged],
        causes=[_cause(plan, interaction, copies)],
        message_keys=dict.fromkeys(copies, interaction.id),
        outbox=[item],
        blobs=blobs,
    )


def _cause(plan: Plan, interaction: Interaction, copies: Sequence[str]) -> ThreadCause:
    """What the message itself names: not the whole conversation it is shown in, which would hold that together."""
    quoted = plan.outgoing.quoted
    shown = plan.rendered.conversation_keys or (quoted.message_keys if quoted is not None else ())
    return cause_of(
        interaction.id, shown, own=(interaction.message_key, *copies), answers=interaction.in_reply_to, is_mail=False
    )


def receipt(
    item: OutboxItem, status: str, at: datetime, new_id: Callable[[], str], error_code: str | None = None
) -> Revision:
    """What we know ourselves about a delivery, in the same ladder as the provider's receipts."""
    return Revision(
        id=new_id(),
        interaction=item.interaction,
        action=RevisionAction.RECEIPT,
        account=item.account,
        event_key=f"outbox:{item.id}:{item.attempts}:{status}",
        at=at,
        status=status,
        error_code=error_code,
    )


def _item(plan: Plan, interaction: str, conversation: str, now: datetime) -> OutboxItem:
    draft, route = plan.draft, plan.route
    return OutboxItem(
        id=plan.item,
        interaction=interaction,
        account=route.sender.account,
        recipient=route.recipient,
        sender=route.sender.own[0] if route.sender.own else None,
        message=plan.outgoing,
        purpose=draft.purpose,
        lane=f"{route.sender.account}/{conversation}",
        idempotency_key=draft.idempotency_key,
        losses=plan.rendered.losses,
        # The plan's time, so that every attempt renders the same bytes.
        created_at=plan.planned_at,
        not_before=draft.not_before,
        # What waits past the window would be refused, and paid for.
        deadline=min((at for at in (draft.deadline, plan.window_until) if at is not None), default=None),
    )


def _interaction(plan: Plan, conversation: str, id_: str, now: datetime) -> Interaction:
    sender = plan.route.sender
    own = Participant(role=Role.AUTHOR, handle=sender.own[0] if sender.own else None, own=True)
    return Interaction(
        id=id_,
        kind=InteractionKind.MESSAGE,
        direction=Direction.OUTBOUND,
        channel=_channel(plan),
        account=sender.account,
        message_key=message_key_of(plan),
        content_key=plan.rendered.content_key,
        conversation=conversation,
        arrivals=(Arrival(account=sender.account, envelope="", event_key=f"outbox:{plan.item}"),),
        participants=(own, plan.recipient),
        occurred_at=plan.planned_at,
        received_at=now,
        in_reply_to=plan.answered.message_key if plan.answered else None,
        subject=plan.draft.subject,
        parts=tuple(_kept(part) for part in plan.draft.parts),
        automated="generated" if plan.draft.automated else None,
    )


def _channel(plan: Plan) -> str:
    """A connector of several channels answers on the one it was asked on."""
    if plan.answered is not None and plan.answered.account == plan.route.sender.account:
        return plan.answered.channel
    return "whatsapp" if plan.route.recipient.scheme in ("wa", "wa_bsuid") else plan.route.sender.channel


def _conversation(plan: Plan, id_: str) -> Conversation:
    kind = ConversationKind.MAIL if plan.route.recipient.scheme == "mailto" else ConversationKind.DM
    return Conversation(
        id=id_, account=plan.route.sender.account, channel=_channel(plan), kind=kind, subject=plan.draft.subject
    )


def _kept(part: OutgoingPart) -> Part:
    return Native(name="offer", data=part.model_dump(mode="json")) if isinstance(part, Offer) else part


def revision_of(item: OutboxItem, at: datetime, new_id: Callable[[], str]) -> Revision | None:
    """What an accepted edit, deletion or reaction did to its target."""
    message = item.message
    if message.action is Action.SEND:
        return None
    action = {
        Action.EDIT: RevisionAction.EDIT, Action.DELETE: RevisionAction.DELETE, Action.REACT: RevisionAction.REACT,
    }[message.action]  # fmt: skip
    return Revision(
        id=new_id(),
        interaction=item.interaction,
        action=action,
        account=item.account,
        event_key=f"outbox:{item.id}:{action.value}",
        at=at,
        actor=Participant(role=Role.AUTHOR, handle=item.sender, own=True),
        parts=tuple(_kept(part) for part in message.parts) if action is RevisionAction.EDIT else (),
        subject=message.subject if action is RevisionAction.EDIT else None,
        added=(message.reaction,) if message.reaction else (),
    )
