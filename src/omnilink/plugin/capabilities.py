"""Capabilities: what an account can do, as data. Each claim is proved by a conformance test."""

from enum import IntEnum

from pydantic import Field

from omnilink.model.record import Record


class Level(IntEnum):
    """How well something is supported."""

    REJECTED = -2
    DROPPED = -1
    NONE = 0
    PARTIAL = 1
    FULL = 2


class Capabilities(Record):
    """What can be said and heard on a channel. A name absent from a table means `Level.NONE`.

    Attributes:
        receive: content and event names (`text`, `media`, `edit`, `delete`, `reaction`, `receipt`, `call`,
            `choice`, `location`, `contact_card`) to level.
        send: likewise for sending: `text`, `formatting`, `media`, `location`, `contact_card`, `offer`, `template`,
            `subject`, `reply` (a quote or thread), `edit`, `delete`, `reaction`.
        reaches: schemes of the handles it can send to; empty = it only receives.
        starts: it may write first; otherwise only to who has written to this account before.
        service_window_s: after the person's last message free text is possible for this long; None = always.
            Outside, only a `Template`.
        limits: names with the unit in them (`text_chars`, `media_bytes`, `webhook_deadline_s`) to value.
        redelivers: the provider repeats what was not acknowledged.
        ordered: it delivers in order.
        opt_out_keywords: it reports that somebody said stop (by a word, a button, a block).
        keyword_channels: channels on which a message that is only a stop or start word counts, by law or custom, also
            where the provider does not report it.
    """

    receive: dict[str, Level] = Field(default_factory=dict)
    send: dict[str, Level] = Field(default_factory=dict)
    limits: dict[str, float] = Field(default_factory=dict)
    reaches: tuple[str, ...] = ()
    starts: bool = True
    service_window_s: float | None = None
    redelivers: bool = False
    ordered: bool = False
    opt_out_keywords: bool = False
    keyword_channels: tuple[str, ...] = ("sms", "whatsapp")

    def limit(self, name: str) -> int:
        """One limit as a whole number.

        Raises:
            KeyError: the connector has none of that name.
        """
        return int(self.limits[name])
