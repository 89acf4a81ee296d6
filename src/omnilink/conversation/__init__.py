"""Conversation: native threads, exact. Pure: no IO, no clock, no store; usable without a Hub."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omnilink.conversation.mail_record import Mail
    from omnilink.conversation.mail_tree import draw_svg, draw_text
    from omnilink.conversation.threads import Threads, thread

__all__ = ["Mail", "Threads", "draw_svg", "draw_text", "thread"]

_WHERE = {
    "Mail": "omnilink.conversation.mail_record",
    "Threads": "omnilink.conversation.threads",
    "draw_svg": "omnilink.conversation.mail_tree",
    "draw_text": "omnilink.conversation.mail_tree",
    "thread": "omnilink.conversation.threads",
}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'omnilink.conversation' has no attribute {name!r}")
