"""From an envelope's bytes to events: the outer form of what Slack sends."""

from omnilink.model import Envelope, Event, Ignored, NativeRefs, Unparsed
from omnilink.plugin.fields import digest, text_at
from omnilink_slack import origin
from omnilink_slack.body import read_body
from omnilink_slack.commands import parse_form
from omnilink_slack.events import parse_event
from omnilink_slack.fields import moment
from omnilink_slack.interactions import INTERACTIONS, parse_interaction
from omnilink_slack.settings import SlackSettings


def parse_envelope(envelope: Envelope, settings: SlackSettings) -> list[Event]:
    """All events of an envelope; Slack sends one a request.

    Args:
        envelope: any bytes.
        settings: the account's.

    Returns:
        Exactly one event.
    """
    try:
        return [_parse(envelope, settings)]
    except (ValueError, TypeError, RecursionError, OverflowError):
        # Reached by no known payload; an odd one must not hold up the next.
        return [_unparsed("unreadable", envelope)]


def _parse(envelope: Envelope, settings: SlackSettings) -> Event:
    body = read_body(envelope.body)
    if body.form:
        return parse_form(body.form, origin.of_command(body.form, envelope, settings))
    if body.payload is None:
        return _unparsed("not_a_slack_payload", envelope)
    payload = body.payload
    kind = text_at(payload, "type")
    if kind == "event_callback":
        return parse_event(payload, origin.of_event(payload, envelope, settings))
    if kind in INTERACTIONS:
        return parse_interaction(payload, origin.of_interaction(payload, envelope, settings))
    if kind is None:
        return _unparsed("payload_without_type", envelope)
    source = origin.of_event(payload, envelope, settings)
    named = (source.home, digest(payload))
    refs = NativeRefs(event_id=source.event_id, account_id=source.team)
    if kind == "url_verification":
        return Ignored(
            event_key=f"handshake:{'/'.join(named)}", lane_key=source.key(), refs=refs, reason=kind, what="handshake"
        )
    if kind == "app_rate_limited":
        # Slack says that it held events back: the account's trouble, and nobody's words.
        return Ignored(
            event_key=f"rate_limited:{'/'.join(named)}", lane_key=source.key(), refs=refs, reason=kind, what="account",
            occurred_at=moment(payload.get("minute_rate_limited")),
        )  # fmt: skip
    return Ignored(
        event_key=f"unsupported:{'/'.join(named)}", lane_key=source.key(), refs=refs, reason="unknown_type",
        what="unsupported",
    )  # fmt: skip


def _unparsed(reason: str, envelope: Envelope) -> Unparsed:
    return Unparsed(event_key=f"unparsed:{envelope.sha256}", lane_key=f"slack:{envelope.account}", reason=reason)
