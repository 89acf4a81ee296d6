"""The border of a large provider: which fields of a mail it wrote itself. Pure.

Everything a sender writes comes in below the Received field of the host that takes the mail from outside. So only what
stands above the topmost such field is the provider's, and only if nothing but its own hops stands between.
"""

import re
from dataclasses import dataclass

from omnilink.errors import ConfigError
from omnilink.plugin.tables import read_toml
from omnilink_email.comments import has_quote_in_comment, split_sections, strip_comments
from omnilink_email.headers import Headers

_WORD = re.compile(r"[^\s;()<>]{1,255}")
_SECTIONS = 200
_INSTANCE = re.compile(r"i=\d{1,3}")


@dataclass(frozen=True, slots=True)
class Border:
    """How a provider marks the mails it takes in; see `data/mailboxes.toml`."""

    hosts: tuple[str, ...]
    inside: tuple[str, ...]
    field: str
    authserv_id: str


def read_border(name: str, *, setting: str) -> Border:
    """A provider's border by its name.

    Raises:
        ConfigError: no such provider is known.
    """
    table = read_toml("omnilink_email", "data", "mailboxes.toml")
    if name not in table:
        raise ConfigError("no such mailbox provider is known", connector="email", setting=setting,
                          hint=f"known: {', '.join(sorted(table))}")  # fmt: skip
    row = table[name]
    return Border(tuple(row["border"]), tuple(row["inside"]), row["field"], row["authserv_id"])


def results_above(headers: Headers, border: Border) -> list[tuple[list[str], bool]]:
    """The verdicts that stand above the border, each as its `method=result` sections, and whether they are doubtful
    (see `has_quote_in_comment`); none if it cannot be made out.

    Args:
        headers: the mail's, in order.
        border: the provider's.
    """
    found: list[tuple[list[str], bool]] = []
    for name, value in headers.fields:
        if name == "received":
            host = _receiving_host(strip_comments(headers.decode(value)[0]))
            if host is None:
                return []
            if _is_one_of(host, border.hosts):
                return found
            if not _is_one_of(host, border.inside):
                return []  # a hop of somebody else's: what is above it is not all the provider's
        elif name == border.field:
            text = headers.decode(value)[0]
            if (sections := _sections(text, border)) is not None:
                found.append((sections, has_quote_in_comment(text)))
    return []


def _sections(text: str, border: Border) -> list[str] | None:
    """What a verdict says, if it is the provider's."""
    sections = [section.strip() for section in split_sections(text, _SECTIONS)]
    if border.field.startswith("arc-"):  # RFC 8617 §4.1.1: the instance comes first
        if not _INSTANCE.fullmatch(sections[0]):
            return None
        sections = sections[1:]
    if not border.authserv_id:
        return sections if sections and "=" in sections[0] else None
    words = sections[0].split() if sections else []
    return sections[1:] if words and words[0].strip('"').lower() == border.authserv_id else None


def _receiving_host(text: str) -> str | None:
    """The host that wrote a Received field: `from HOST by HOST ...`, or only `by HOST ...` (RFC 5321 §4.4).

    What follows `from` is the sender's word, one word long: a `by` within it is none. Where there are two more (a
    server has let a blank through), nobody can tell whose they are.
    """
    words = text.partition(";")[0].split()
    if [word.lower() for word in words[2:]].count("by") > 1:
        return None
    if len(words) > 2 and words[0].lower() == "from":
        words = words[2:]
    if len(words) < 2 or words[0].lower() != "by" or (host := _WORD.match(words[1])) is None:
        return None
    return host[0].lower().rstrip(".")


def _is_one_of(host: str, names: tuple[str, ...]) -> bool:
    return any(
        host.endswith(name) if name.startswith(".") else host.startswith(name) if name.endswith(":") else host == name
        for name in names
    )
