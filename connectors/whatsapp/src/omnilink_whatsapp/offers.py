"""Offers: options as WhatsApp's buttons or list. Pure.

https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages#interactive-messages
"""

from dataclasses import dataclass
from typing import Any

from omnilink.model import Loss, Offer
from omnilink.plugin.formatting import shorten, shortened
from omnilink_whatsapp.manifest import CAPABILITIES

_LIMIT = CAPABILITIES.limit
BUTTONS, BUTTON_CHARS, BUTTON_VALUE_CHARS = (
    _LIMIT("buttons"),
    _LIMIT("button_label_chars"),
    _LIMIT("button_value_chars"),
)
ROWS, ROW_CHARS, ROW_VALUE_CHARS = _LIMIT("rows"), _LIMIT("row_label_chars"), _LIMIT("row_value_chars")
DETAIL_CHARS = _LIMIT("row_detail_chars")


@dataclass(frozen=True, slots=True, repr=False)
class ShownOffer:
    """The `interactive` object but for its body, and what was cut."""

    content: dict[str, Any]
    losses: tuple[Loss, ...] = ()


def render_offer(offer: Offer) -> ShownOffer | None:
    """Up to three short options as buttons, up to ten as a list; None where WhatsApp has no form for them.

    A label is never cut: two that differ at their ends would look alike.
    """
    options = offer.options
    if not options or len({option.value for option in options}) < len(options):
        return None
    plain = not any(option.description for option in options)
    if len(options) <= BUTTONS and plain and _fit(offer, BUTTON_CHARS, BUTTON_VALUE_CHARS):
        buttons = [{"type": "reply", "reply": {"id": o.value, "title": o.label}} for o in options]
        return ShownOffer({"type": "button", "action": {"buttons": buttons}})
    if len(options) > ROWS or not _fit(offer, ROW_CHARS, ROW_VALUE_CHARS):
        return None
    rows = [
        {"id": o.value, "title": o.label, **({"description": shorten(o.description, DETAIL_CHARS)}
                                             if o.description else {})}
        for o in options
    ]  # fmt: skip
    title = offer.title or "☰"
    losses = (
        *shortened("offer", (o.description or "" for o in options), DETAIL_CHARS, "a row's description is cut"),
        *shortened("offer", (title,), BUTTON_CHARS, "the list's title is cut"),
    )
    action = {"button": shorten(title, BUTTON_CHARS), "sections": [{"rows": rows}]}
    return ShownOffer({"type": "list", "action": action}, losses)


def _fit(offer: Offer, label_chars: int, value_chars: int) -> bool:
    return all(len(o.label) <= label_chars and len(o.value) <= value_chars for o in offer.options)
