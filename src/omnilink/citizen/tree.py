"""A conversation as a tree of answers. Pure."""

from collections.abc import Iterable

from omnilink.conversation.mail_record import Mail
from omnilink.conversation.mail_tree import Branch, grow_tree
from omnilink.model.event import Direction
from omnilink.model.interaction import Interaction
from omnilink.model.participant import Role


def conversation_tree(items: Iterable[Interaction]) -> tuple[Branch, ...]:
    """The trees of a conversation, depth first: what answers what, as far as the channel tells.

    Args:
        items: all of it.
    """
    listed = list(items)
    by_key: dict[str, list[str]] = {}
    for item in listed:
        by_key.setdefault(item.message_key, []).append(item.id)
    cited = {item.id: by_key.get(item.in_reply_to or "", []) for item in listed}
    return grow_tree([_mail(item) for item in listed], cited)


def _mail(item: Interaction) -> Mail:
    author = next((p for p in item.participants if p.role in (Role.AUTHOR, Role.CALLER)), None)
    handle = author.handle if author else None
    name = (author.stated("name") or author.stated("display_name")) if author else None
    return Mail(
        id=item.id,
        subject=item.subject or item.kind.value,
        author=handle.value if handle else "",
        author_name=name or ("us" if author is not None and author.own else ""),
        at_s=item.occurred_at.timestamp(),
        automated=item.automated,
        is_own=item.direction is not Direction.INBOUND,
    )
