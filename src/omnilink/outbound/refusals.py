"""Refusals: why something must not be sent. Pure; each raises `SendRefused` with its reason."""

from collections.abc import Iterable
from datetime import datetime

from omnilink.errors import SendRefused
from omnilink.model.consent import Consent
from omnilink.model.outgoing import Action, Draft
from omnilink.model.part import Template
from omnilink.plugin.capabilities import Capabilities, Level
from omnilink.policy.consent import decide_consent
from omnilink.policy.window import open_until

_NAMES = {Action.EDIT: "edit", Action.DELETE: "delete", Action.REACT: "reaction"}


def check_content(draft: Draft, capabilities: Capabilities) -> None:
    """Something is said, and the channel has that action at all.

    Raises:
        SendRefused: `empty` or `not-supported`.
    """
    if draft.action in (Action.SEND, Action.EDIT) and not draft.parts:
        raise SendRefused("there is nothing to send", reason="empty", hint="give a text, a file or a template")
    name = _NAMES.get(draft.action)
    if name is not None and capabilities.send.get(name, Level.NONE) < Level.PARTIAL:
        raise SendRefused(f"this channel has no {name}", reason="not-supported")


def refuse_without_consent(consents: Iterable[Consent], purpose: str, sender_key: str) -> None:
    """Nobody who said stop is written to.

    Raises:
        SendRefused: `opted-out`.
    """
    decision = decide_consent(consents, purpose=purpose, sender_key=sender_key)
    if not decision.allowed:
        raise SendRefused(
            "that person does not want messages from this sender", reason="opted-out",
            hint="they can start again by the channel's own word for it",
        )  # fmt: skip


def check_window(draft: Draft, capabilities: Capabilities, heard_at: datetime | None, now: datetime) -> datetime | None:
    """Whether the platform lets us write now.

    Args:
        heard_at: when the person last wrote to this account; None = never.

    Returns:
        Until when free text is possible; None where it always is.

    Raises:
        SendRefused: `cannot-start` or `window-closed`.
    """
    if not capabilities.starts and heard_at is None:
        raise SendRefused(
            "this channel only lets us answer, and that person has not written yet", reason="cannot-start",
            hint="use another channel, or ask them to write first",
        )  # fmt: skip
    if capabilities.service_window_s is None:
        return None
    until = open_until(heard_at, capabilities.service_window_s)
    only_template = bool(draft.parts) and all(isinstance(p, Template) for p in draft.parts)
    if only_template or draft.action is not Action.SEND:
        return until
    if until is None or until <= now:
        raise SendRefused(
            "the window for free text is closed", reason="window-closed",
            hint="send an approved template, or wait until they write",
        )  # fmt: skip
    return until
