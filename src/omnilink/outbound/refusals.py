"""Refusals: why something must not be sent. Pure; each raises `SendRefused` with its reason."""

from collections.abc import Iterable
from datetime import datetime

from omnilink.errors import SendRefused
from omnilink.model.consent import Consent
from omnilink.model.outgoing import Action, Draft, Offer
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
    if sum(isinstance(part, Offer) for part in draft.parts) > 1:
        raise SendRefused("a message offers one choice", reason="not-supported", hint="send two messages")
    name = _NAMES.get(draft.action)
    if name is not None and capabilities.send.get(name, Level.NONE) < Level.PARTIAL:
        raise SendRefused(f"this channel has no {name}", reason="not-supported")


def refuse_without_consent(consents: Iterable[Consent], purpose: str, sender_keys: frozenset[str]) -> None:
    """Nobody who said stop is written to.

    Args:
        sender_keys: every address of the account: which of them a provider picks is not known before. An account
            without any counts every sender's stop.

    Raises:
        SendRefused: `opted-out`.
    """
    said = list(consents)
    keys = _with_twins(sender_keys) if sender_keys else {consent.sender for consent in said}
    if not all(decide_consent(said, purpose=purpose, sender_key=key).allowed for key in keys):
        raise SendRefused(
            "that person does not want messages from this sender", reason="opted-out",
            hint="they can start again by the channel's own word for it",
        )  # fmt: skip


def _with_twins(keys: Iterable[str]) -> set[str]:
    """One number is one number, for text messages and for WhatsApp."""
    twins = {"tel": "wa", "wa": "tel"}
    split = [key.partition(":") for key in keys]
    return {*keys, *(f"{twins[scheme]}:{rest}" for scheme, _, rest in split if scheme in twins)}


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
    if only_template or draft.action is Action.DELETE:
        return None
    if until is None or until <= max(now, draft.not_before or now):
        raise SendRefused(
            "the window for free text is closed", reason="window-closed",
            hint="send an approved template, or wait until they write",
        )  # fmt: skip
    return until
