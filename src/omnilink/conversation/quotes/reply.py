"""The new text of a reply, with a place for everything else in it. For any Python program: no Hub needed."""

from dataclasses import dataclass, field
from email.message import Message

from omnilink.conversation.quotes import lines as mail_lines
from omnilink.conversation.quotes import scan
from omnilink.conversation.quotes.html import html_text
from omnilink.conversation.quotes.mail import mail_bodies
from omnilink.conversation.quotes.spans import Span, SpanKind, decide


@dataclass(frozen=True, slots=True, repr=False)
class ReplyText:
    """A mail's text in spans.

    Attributes:
        source: the text the spans are of: the plain text as it came, or what the HTML says.
        spans: they cover `source` in order, without a gap or an overlap.
    """

    source: str
    spans: tuple[Span, ...] = field(default=())

    @property
    def text(self) -> str:
        """What a reader wants: the new words, and quotations that answers stand between."""
        shown = "".join(self.source[span.start : span.end] for span in self.spans if span.shown)
        if "\r" in shown:
            shown = shown.replace("\r\n", "\n").replace("\r", "\n")
        # The first line keeps its indentation.
        lead = len(shown) - len(shown.lstrip())
        return shown[shown.rfind("\n", 0, lead) + 1 :].rstrip()

    @property
    def new(self) -> str:
        """The writer's own words alone."""
        return self.of("new")

    @property
    def quoted(self) -> str:
        """What somebody else wrote before, with the lines that say so."""
        return self.of("quoted")

    @property
    def signature(self) -> str:
        """The signature, and what a program signed with."""
        return self.of("signature")

    def of(self, kind: SpanKind) -> str:
        """The words of one kind, in order.

        Args:
            kind: "new", "quoted", "signature", "forwarded header" or "disclaimer".
        """
        return "".join(self.source[span.start : span.end] for span in self.spans if span.kind == kind).strip()


def reply_text(mail_or_text: str | bytes | Message = "", *, html: str | None = None) -> ReplyText:
    """Tells a reply's new text from what it quotes, its signature and its legal notice.

    Nothing is dropped: what is not surely somebody else's is new. Time grows with the length of the text, whatever
    the text; behind the first 262,144 characters or 4,000 lines all is new.

    Args:
        mail_or_text: a plain text, or a whole mail as bytes or as `email.message.Message`.
        html: the mail's HTML; read where there is no plain text.

    Returns:
        Spans over the plain text, or over the text of the HTML where there is no other.
    """
    if isinstance(mail_or_text, str):
        text, markup = mail_or_text, html or ""
    else:
        text, markup = mail_bodies(mail_or_text)
        markup = markup or html or ""
    marks: tuple[mail_lines.Mark, ...] = ()
    if markup and not text.strip():
        text, marks = html_text(markup)
    found = mail_lines.split(text, marks)
    scan.classify(found, text)
    return ReplyText(text, decide(found, len(text)))
