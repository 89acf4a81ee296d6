"""The border of a large provider: which fields of a mail it wrote itself. Pure.

Everything a sender writes comes in below the Received field of the host that takes the mail from outside. So only what
stands above the topmost such field is the provider's, and only if nothing but its own hops stands between.

A mail that never came in from outside (a colleague's, one left by somebody who can log in) has no such field, and its
sender may write one. Where a provider lets such mails into a mailbox, its stamps tell: fields that it takes from
everybody's mails and writes itself, of which server judged the mail, and as whose.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from omnilink.errors import ConfigError
from omnilink.plugin.tables import read_toml
from omnilink_email.comments import has_quote_in_comment, split_sections, strip_comments
from omnilink_email.headers import Headers

_WORD = re.compile(r"[^\s;()<>]{1,255}")
_INSTANCE = re.compile(r"i=\d{1,3}")


@dataclass(frozen=True, slots=True)
class Border:
    """How a provider marks the mails it takes in; see `data/mailboxes.toml`."""

    hosts: tuple[str, ...]
    inside: tuple[str, ...]
    field: str
    authserv_id: str
    judge_field: str = ""
    stamps: tuple[tuple[str, str], ...] = ()


class _Hop(NamedTuple):
    """What a Received field says: who handed the mail over, by his own word, and which host took it."""

    sender: str
    host: str


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
    return Border(
        tuple(row["border"]), tuple(row["inside"]), row["field"], row["authserv_id"],
        judge_field=row.get("judge_field", ""), stamps=tuple(row.get("stamps", {}).items()),
    )  # fmt: skip


def results_above(headers: Headers, border: Border) -> list[tuple[list[str], bool]]:
    """The verdicts that stand above the border, each as its `method=result` sections, and whether they are doubtful
    (see `has_quote_in_comment`); none if it cannot be made out.

    Args:
        headers: the mail's, in order.
        border: the provider's.
    """
    found: list[tuple[list[str], bool]] = []
    above: _Hop | None = None
    for name, value in headers.fields:
        if name == "received":
            hop = _read_hop(strip_comments(headers.decode(value)[0]))
            if hop is None:
                return []
            if _is_one_of(hop.host, border.hosts):
                return found if _is_vouched_for(headers, border, hop.host, above) else []
            if not _is_one_of(hop.host, border.inside):
                return []  # a hop of somebody else's: what is above it is not all the provider's
            above = hop
        elif name == border.field:
            text = headers.decode(value)[0]
            if (sections := _sections(text, border)) is not None:
                found.append((sections, has_quote_in_comment(text)))
    return []


def _is_vouched_for(headers: Headers, border: Border, host: str, above: _Hop | None) -> bool:
    """Whether the provider's stamps say that this host took the mail from outside, and the hop above took it from it.

    A server has one first label and, to the outside and within, two domains.
    """
    if not border.judge_field:
        return True
    judge, expected = _only_value(headers, border.judge_field), dict(border.stamps)
    return (
        above is not None
        and all(_is_one_of(name, (*border.hosts, *border.inside)) for name in (above.sender, judge))
        and {_first_label(above.sender), _first_label(judge)} == {_first_label(host)}
        and {name: _only_value(headers, name) for name in expected} == expected
    )


def _only_value(headers: Headers, name: str) -> str:
    """A field's value in lower case; "" where it is missing or there twice: one of them is not the provider's."""
    values = headers.raw(name)
    return headers.decode(values[0])[0].strip().lower() if len(values) == 1 else ""


def _first_label(host: str) -> str:
    return host.partition(".")[0]


def _sections(text: str, border: Border) -> list[str] | None:
    """What a verdict says, if it is the provider's."""
    sections = [section.strip() for section in split_sections(text)]
    if border.field.startswith("arc-"):  # RFC 8617 §4.1.1: the instance comes first
        if not _INSTANCE.fullmatch(sections[0]):
            return None
        sections = sections[1:]
    if not border.authserv_id:
        return sections if sections and "=" in sections[0] else None
    words = sections[0].split() if sections else []
    return sections[1:] if words and words[0].strip('"').lower() == border.authserv_id else None


def _read_hop(text: str) -> _Hop | None:
    """A Received field: `from HOST by HOST ...`, or only `by HOST ...` (RFC 5321 §4.4).

    What follows `from` is the sender's word, one word long: a `by` within it is none. Where there are two more (a
    server has let a blank through), nobody can tell whose they are.
    """
    words = text.partition(";")[0].split()
    if [word.lower() for word in words[2:]].count("by") > 1:
        return None
    sender = ""
    if len(words) > 2 and words[0].lower() == "from":
        sender, words = words[1].lower(), words[2:]
    if len(words) < 2 or words[0].lower() != "by" or (host := _WORD.match(words[1])) is None:
        return None
    return _Hop(sender, host[0].lower().rstrip("."))


def _is_one_of(host: str, names: tuple[str, ...]) -> bool:
    return any(
        host.endswith(name) if name.startswith(".") else host.startswith(name) if name.endswith(":") else host == name
        for name in names
    )
