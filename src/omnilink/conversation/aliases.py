"""Ids that providers put on our mails in place of ours: a citizen's answer cites those, and must still find its mail.

Our own id is kept in two more places that providers leave alone: at the head of References (`own_references`) and,
signed, in Reply-To (`tokens`).
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from omnilink.conversation.mail_record import LONGEST_ID
from omnilink.conversation.tables import read_table
from omnilink.errors import BadInput

_ID = re.compile(r"[^\s<>\"]{1,998}")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]{1,16}){1,3}-\d{1,2}")


def providers() -> tuple[str, ...]:
    """The names `provider_ids` knows."""
    return tuple(_forms())


def provider_ids(provider: str, returned: str, *, host: str = "") -> tuple[str, ...]:
    """Every Message-ID under which recipients may see a mail we handed to a provider.

    Args:
        provider: one of `providers()`.
        returned: the id its API or its SMTP answer returned, with or without brackets and domain.
        host: where it was sent to (`email-smtp.eu-west-1.amazonaws.com`): tells the region, where there are some.

    Returns:
        Ids without brackets, likeliest first: store them as further keys of the mail's conversation.

    Raises:
        BadInput: the provider is unknown, or what it returned is no id.
    """
    if provider not in _forms():
        raise BadInput("unknown mail provider", hint=f"one of {', '.join(providers())}")
    bare = returned.strip().removeprefix("<").removesuffix(">").strip()
    if not _ID.fullmatch(bare):
        raise BadInput("the provider returned no message id")
    if "@" in bare:
        return (bare,)
    region = _REGION.search(host.lower())
    ids = [
        form.format(id=bare, region=region[0] if region else "")
        for form in _forms()[provider]
        if region or "{region}" not in form
    ]
    return tuple(dict.fromkeys(i for i in ids if len(i) <= LONGEST_ID))


def original_ids(headers: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The ids a mail had before a server on its way replaced them.

    Args:
        headers: field name in lower case → its values.

    Returns:
        Ids without brackets, each once: further ids of the same mail.
    """
    found: dict[str, None] = {}
    for name in former_id_headers():
        for value in headers.get(name, ()):
            bare = "".join(value.split()).removeprefix("<").removesuffix(">")
            if "@" in bare and _ID.fullmatch(bare):
                found[bare] = None
    return tuple(found)


def own_references(message_id: str, references: Iterable[str]) -> tuple[str, ...]:
    """References for a mail of ours: what it answers, and its own id, which survives where Message-ID is replaced.

    Citing oneself makes no loop: an id that a mail has and cites is one node.
    """
    return tuple(dict.fromkeys([*references, message_id]))


@cache
def former_id_headers() -> tuple[str, ...]:
    """Names of header fields that hold a former id, in lower case."""
    return tuple(read_table("aliases")["header"]["same"])


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    return {row["name"]: tuple(row["forms"]) for row in read_table("aliases")["provider"]}
