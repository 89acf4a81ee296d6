"""Mail: what threading needs to know of one mail, whatever it was read from."""

from typing import NamedTuple

MOST_IDS = 100
"""Ids of one mail that count; of too many the first and the last stay."""
LONGEST_ID = 998
"""Characters of an id that is believed (RFC 5322 §2.1.1: a line's limit)."""


class Mail(NamedTuple):
    """One mail, as threading sees it.

    Attributes:
        id: names the mail for the caller; unique.
        ids: its Message-IDs without brackets; the first is canonical, all others are aliases. May be empty.
        answered: ids of In-Reply-To.
        references: ids of References, the root's first.
        subject: decoded.
        author: the author's address in canonical form; "" if there is none.
        author_name: the name shown beside it.
        recipients: canonical addresses of To and Cc.
        at_s: when it was sent, in seconds since 1970; None where nothing believable is known.
        text: the plain text.
        automated: what `automation` made of it: `auto-reply`, `bounce`, `list` ...; None for a person's mail.
        is_own: sent by our own side.
    """

    id: str
    ids: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    author: str = ""
    author_name: str = ""
    recipients: tuple[str, ...] = ()
    at_s: float | None = None
    text: str = ""
    automated: str | None = None
    is_own: bool = False

    def __repr__(self) -> str:
        return f"Mail(ids={len(self.ids)}, references={len(self.references)})"


def cited_ids(mail: Mail) -> list[str]:
    """Every id the mail cites, the nearest first: References from their end, then In-Reply-To; at most `MOST_IDS`.

    Of too many references the ones nearest to the mail and to the root stay: those between add the least.
    """
    references = mail.references
    if len(references) + len(mail.answered) > MOST_IDS:
        room = max(MOST_IDS - len(mail.answered[:10]), 2)
        near = room - room // 2
        kept = references[-near:][::-1] + references[: room // 2][::-1] + mail.answered[:10]
    else:
        kept = references[::-1] + mail.answered
    return [cited for cited in dict.fromkeys(kept) if cited and len(cited) <= LONGEST_ID]
