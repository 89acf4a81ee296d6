"""Reply text as spans: new, quoted, signature, forwarded header, disclaimer. Pure, linear time, no Hub needed."""

from omnilink.conversation.quotes.reply import ReplyText, reply_text
from omnilink.conversation.quotes.spans import Span, SpanKind

__all__ = ["ReplyText", "Span", "SpanKind", "reply_text"]
