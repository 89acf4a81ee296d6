"""Signs of the making of a mail, for the core to judge whether a person wrote it."""

from itertools import islice

from omnilink.model import MachineSigns
from omnilink_email.mime import Entity

MOST_FIELDS = 200
MOST_PARTS = 200
LONGEST_CHARS = 998
_NAMES = frozenset({"precedence", "mailing-list"})
_ONLY_WHETHER = ("received", "in-reply-to", "references")
_PREFIXES = ("x-", "auto", "list-")


def find_signs(root: Entity, author: str | None) -> MachineSigns:
    """What a mail shows of its making. Of servers on its way, and of what it answers, only how many there are.

    Args:
        root: the whole mail.
        author: the bare address of From.
    """
    headers = root.headers
    names = dict.fromkeys(name for name, _ in headers.fields if name in _NAMES or name.startswith(_PREFIXES))
    fields = {name: tuple(value[:LONGEST_CHARS] for value in headers.all(name)) for name in list(names)[:MOST_FIELDS]}
    for name in _ONLY_WHETHER:
        if count := len(headers.raw(name)):
            fields[name] = ("",) * count
    paths = headers.all("return-path")
    return MachineSigns(
        fields=fields,
        media_types=(root.media_type, *(leaf.media_type for leaf in islice(root.leaves(), MOST_PARTS))),
        report_type=root.parameters.get("report-type", "").strip().lower(),
        author=author or "",
        envelope_sender=paths[0][:LONGEST_CHARS] if paths else None,
    )
