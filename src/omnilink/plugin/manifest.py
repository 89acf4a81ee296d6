"""Manifest: what a connector says of itself, statically."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a connector.

    Attributes:
        secret: its value must be a reference (`env:`, `file:`), and several values may be in force (rotation).
        required: `doctor` and the webhook app refuse to start the account without it. A secret that a
            signature is checked with is always required.
        example: what `omnilink init` writes.
        waived_by: the setting that, when it is `true`, makes this one unneeded (no webhook, no webhook's secret).
    """

    name: str
    summary: str
    secret: bool = False
    required: bool = False
    example: str = ""
    waived_by: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a connector says of itself.

    Attributes:
        name: as in the entry point (`twilio`).
        title: for people (`Twilio: SMS, MMS, WhatsApp, voice`).
        channels: the media its events may be of (`sms`, `voice`, `whatsapp`).
        version: of its parser; kept with every envelope it read.
        settings: what can be configured.
        schemes: schemes of the handles it makes.
        backends: event loops it runs on.
        reply: `ack` (answer at once) or `synchronous` (the answer is content, within `reply_deadline_s`).
        docs: name of its page in docs/connectors/.
    """

    name: str
    title: str
    channels: tuple[str, ...]
    version: str
    settings: tuple[Setting, ...] = ()
    schemes: tuple[str, ...] = ()
    backends: frozenset[str] = field(default_factory=lambda: frozenset({"asyncio", "trio"}))
    reply: Literal["ack", "synchronous"] = "ack"
    reply_deadline_s: float | None = None
    docs: str = ""

    def required_settings(self, options: Mapping[str, Any]) -> tuple[Setting, ...]:
        """What an account with these options cannot do without."""
        return tuple(s for s in self.settings if s.required and not (s.waived_by and options.get(s.waived_by) is True))

    @property
    def secret_names(self) -> frozenset[str]:
        """Names of the secret settings."""
        return frozenset(s.name for s in self.settings if s.secret)
