"""Said: a directive as a part of the history. Pure.

What was said to somebody on the line is an outbound interaction in the call's conversation; what their turn was
understood as belongs to the call itself.
"""

from collections.abc import Iterator

from omnilink.ingest.prepare import Prepared, PreparedEnvelope, Seat
from omnilink.model.event import ChoiceMade, ConversationKind, Direction, MessageReceived, Spoken
from omnilink.model.part import Media, Native, Part, Text
from omnilink.model.participant import Participant, Role
from omnilink.plugin.answering import Dial, Directive, DirectiveStep, Gather, HangUp, Play, Record, Say, Turn


def make_said(directive: Directive, turn: Turn, heard: PreparedEnvelope) -> tuple[Prepared, ...]:
    """What one turn adds to the history beside its own events.

    Args:
        directive: the answer.
        turn: what it answers.
        heard: the same as an envelope; one that could not be read says nothing of whom we spoke with.
    """
    call = next((p for p in heard.events if isinstance(p.event, Spoken)), None)
    if call is None or not isinstance(call.event, Spoken):
        return ()
    found = []
    if directive.chose is not None:
        found.append(Prepared(_choice(directive, turn, call.event), call.seats))
    parts = tuple(part for step in directive.steps for part in _parts_of(step))
    if parts:
        seats = _turned_round(call)
        found.append(Prepared(_message(directive, turn, call.event, parts, seats), seats))
    return tuple(found)


def _choice(directive: Directive, turn: Turn, call: Spoken) -> ChoiceMade:
    return ChoiceMade(
        event_key=f"chose:{turn.key}",
        lane_key=call.lane_key,
        occurred_at=call.occurred_at,
        message_key=turn.call,
        channel=call.channel,
        conversation_keys=call.conversation_keys,
        conversation_kind=ConversationKind.CALL,
        direction=call.direction,
        participants=call.participants,
        parts=(directive.chose,) if directive.chose is not None else (),
        language=directive.language,
    )


def _message(
    directive: Directive, turn: Turn, call: Spoken, parts: tuple[Part, ...], seats: tuple[Seat, ...]
) -> MessageReceived:
    return MessageReceived(
        event_key=f"said:{turn.key}",
        lane_key=call.lane_key,
        occurred_at=call.occurred_at,
        message_key=f"{turn.call}/said/{turn.step}",
        channel=call.channel,
        conversation_keys=call.conversation_keys,
        conversation_kind=ConversationKind.CALL,
        reply_to_key=turn.call,
        direction=Direction.OUTBOUND,
        participants=tuple(seat.participant for seat in seats),
        parts=parts,
        language=directive.language,
        automated="generated",
    )


def _turned_round(call: Prepared) -> tuple[Seat, ...]:
    """We speak, to whoever is on the line; they are the same personas as in the call, also where no number is known."""
    ours = next((seat.participant.handle for seat in call.seats if seat.participant.own), None)
    theirs = [
        Seat(seat.participant.model_copy(update={"role": Role.TO, "claims": ()}), seat.seed)
        for seat in call.seats
        if seat.seed is not None
    ]
    return (Seat(Participant(role=Role.AUTHOR, handle=ours, own=True), None), *theirs)


def _parts_of(step: DirectiveStep) -> Iterator[Part]:
    match step:
        case Say():
            yield Text(text=step.text)
        case Play():
            yield Media(kind="audio", ref=step.url)
        case Gather():
            for said in step.prompt:
                yield from _parts_of(said)
            if step.offer is not None:
                # No `offer`, which a message days later may still answer: what is spoken is over with the call.
                yield Native(name="menu", data=step.offer.model_dump(mode="json"))
        case Record():
            yield Native(name="record", data={"max_s": step.max_s, "transcribe": step.transcribe})
        case Dial():
            yield Native(name="dial", data={"to": step.to.key})
        case HangUp():
            yield Native(name="hang_up")
        case _:  # a redirect says nothing
            return
