"""Interactivity: buttons, menus, forms and shortcuts (https://docs.slack.dev/reference/interaction-payloads)."""

from collections.abc import Mapping
from datetime import datetime

from omnilink.model import (
    ChoiceMade,
    Choices,
    ConversationKind,
    Direction,
    Event,
    FormAnswers,
    NativeRefs,
    Part,
    Role,
    Unparsed,
)
from omnilink.plugin.fields import clean, digest, list_at, object_at, text_at
from omnilink_slack.answers import chosen, submitted_values, typed_files
from omnilink_slack.events import channel_of, conversation_of, is_direct, user_of
from omnilink_slack.fields import moment
from omnilink_slack.origin import Origin

INTERACTIONS = frozenset({
    "block_actions", "interactive_message", "message_action", "shortcut", "view_submission", "view_closed",
    "dialog_submission",
})  # fmt: skip


def parse_interaction(payload: Mapping[str, object], origin: Origin) -> Event:
    """What somebody chose, filled in or called up.

    Args:
        payload: the interaction; its `type` is one of `INTERACTIONS`.
        origin: where it comes from.
    """
    body = dict(payload)
    kind = text_at(body, "type") or ""
    user = user_of(body)
    ident = _identity(body, user)
    if user is None:
        return Unparsed(
            event_key=f"unparsed:{origin.home}/{digest(body)}",
            lane_key=origin.key(),
            reason="interaction_without_user",
            refs=NativeRefs(account_id=origin.team),
        )
    channel = channel_of(body)
    key = origin.key(kind, ident)
    answered = _message_ts(body)
    direct = channel is not None and is_direct(channel)
    team = origin.user_team(object_at(body, "user"), "team_id")
    display = text_at(body, "user", "name") or text_at(body, "user", "username")
    return ChoiceMade(
        event_key=f"{kind}:{origin.home}/{ident}",
        lane_key=origin.key(channel) if channel else origin.key("user", user),
        occurred_at=_occurred_at(body),
        refs=NativeRefs(
            account_id=origin.team,
            conversation_id=channel,
            sender_id=user,
            reply_to=answered,
            thread_id=_thread_ts(body),
        ),
        message_key=key,
        conversation_keys=_conversation(body, channel, answered, key, origin),
        conversation_kind=ConversationKind.DM if direct or channel is None else ConversationKind.GROUP,
        reply_to_key=origin.key(channel, answered) if channel and answered else None,
        direction=Direction.OUTBOUND if team is not None and (team, user) in origin.own_users else Direction.INBOUND,
        participants=(origin.participant(Role.AUTHOR, user, team, display),),
        parts=_parts(kind, body),
    )


def _identity(body: object, user: str | None) -> str:
    """What names one interaction for ever: Slack gives `trigger_id`, `action_ts`, or only the view's state."""
    told = (
        text_at(body, "trigger_id"),
        text_at(body, "action_ts") or text_at(body, "actions", 0, "action_ts"),
    )
    if any(told):
        return "/".join(part for part in told if part)
    view = (text_at(body, "view", "id"), text_at(body, "view", "hash"), user)
    return "/".join(part for part in view if part) if all(view) else digest(body)


def _occurred_at(body: object) -> datetime | None:
    return moment(text_at(body, "actions", 0, "action_ts")) or moment(text_at(body, "action_ts"))


def _message_ts(body: object) -> str | None:
    """The message whose control was used, or which a shortcut was called on."""
    return (
        text_at(body, "container", "message_ts")
        or text_at(body, "message", "ts")
        or text_at(body, "message_ts")
        or text_at(body, "original_message", "ts")
    )


def _thread_ts(body: object) -> str | None:
    return (
        text_at(body, "container", "thread_ts")
        or text_at(body, "message", "thread_ts")
        or text_at(body, "original_message", "thread_ts")
    )


def _conversation(body: object, channel: str | None, answered: str | None, key: str, origin: Origin) -> tuple[str, ...]:
    """The thread of the message used; the view, where it happened in a modal; otherwise one of its own."""
    if channel and (answered or is_direct(channel)):
        return conversation_of(channel, answered, _thread_ts(body), is_direct(channel), origin)
    if view := text_at(body, "view", "root_view_id") or text_at(body, "view", "id"):
        return (origin.key("view", view),)
    return (key,)


def _parts(kind: str, body: dict[str, object]) -> tuple[Part, ...]:
    form = text_at(body, "view", "callback_id") or text_at(body, "callback_id")
    match kind:
        case "view_submission":
            values = object_at(body, "view", "state", "values")
            return (FormAnswers(form=form, answers=submitted_values(values)), *typed_files(values))
        case "dialog_submission":
            entered = object_at(body, "submission")
            answers = {clean(name): answer for name in entered if (answer := text_at(entered, name))}
            return (FormAnswers(form=form, answers=answers),)
        case "view_closed":
            return (Choices(action_id=form, value="closed"),)
        case "shortcut" | "message_action":
            return (Choices(action_id=form),)
    parts: list[Part] = [choice for action in list_at(body, "actions") for choice in chosen(action)]
    state = object_at(body, "state", "values") or object_at(body, "view", "state", "values")
    if answers := submitted_values(state):
        # What is filled in so far beside the control used.
        parts.append(FormAnswers(form=form, answers=answers))
    return tuple(parts)
