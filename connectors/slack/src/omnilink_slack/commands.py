"""Slash commands: a form whose `text` is what somebody said to the app."""

from collections.abc import Mapping

from omnilink.model import ConversationKind, Direction, Event, Ignored, MessageReceived, Native, NativeRefs, Role
from omnilink.plugin.fields import digest, text_at
from omnilink_slack.content import text_part
from omnilink_slack.events import is_direct
from omnilink_slack.origin import Origin


def parse_form(form: Mapping[str, str], origin: Origin) -> Event:
    """The event of a form that is no interaction: a slash command, or Slack's check of our certificate.

    Source: https://docs.slack.dev/interactivity/implementing-slash-commands

    Args:
        form: its fields.
        origin: where it comes from.
    """
    fields = dict(form)
    command, user, channel = (text_at(fields, name) for name in ("command", "user_id", "channel_id"))
    refs = NativeRefs(account_id=origin.team, conversation_id=channel, sender_id=user)
    ident = text_at(fields, "trigger_id") or digest(fields)
    if command is None and "command" not in fields:
        return Ignored(
            event_key=f"ssl_check:{origin.home}/{ident}", lane_key=origin.key(), refs=refs, reason="ssl_check",
            what="handshake",
        )  # fmt: skip
    key = origin.key("command", ident)
    direct = channel is not None and is_direct(channel)
    team = origin.user_team(fields, "team_id")
    author = origin.participant(Role.AUTHOR, user, team, text_at(fields, "user_name"))
    # A command is no post: nobody else in the channel sees it and no thread can hang on it.
    return MessageReceived(
        event_key=f"command:{origin.home}/{ident}",
        lane_key=origin.key(channel) if channel else origin.key(),
        refs=refs,
        message_key=key,
        conversation_keys=(origin.key(channel),) if channel and direct else (key,),
        conversation_kind=ConversationKind.DM,
        direction=Direction.OUTBOUND if author.own else Direction.INBOUND,
        participants=(author,),
        parts=(Native(name="slash_command", data={"command": command or ""}), *text_part(fields, "text")),
    )
