"""Posts in all their forms (API v2, Activity API, v1.1): a post, a like, a deletion.

Sources: https://docs.x.com/x-api/fundamentals/data-dictionary (v2), and the v1.1 object in
https://docs.x.com/x-api/account-activity/introduction
"""

from typing import Any

from omnilink.model import (
    ConversationKind,
    Direction,
    Event,
    Ignored,
    InteractionKind,
    MessageDeleted,
    MessageReceived,
    NativeRefs,
    Participant,
    ReactionChanged,
    Role,
    Unparsed,
)
from omnilink.plugin.fields import digest, list_at, object_at, text_at
from omnilink_x.content import post_parts
from omnilink_x.fields import id_at, moment_at
from omnilink_x.origin import Origin


def post_key(post_id: str) -> str:
    """Names one post."""
    return f"x:{post_id}"


def post_id(post: object) -> str | None:
    """A post's id; numbers of that size are damaged by many JSON readers, so the text comes first."""
    return id_at(post, "id_str") or id_at(post, "id")


def author_id(post: object) -> str | None:
    """Id of who wrote a post."""
    return id_at(post, "author_id") or id_at(post, "user", "id_str") or id_at(post, "user", "id")


def referenced(post: object, relation: str) -> str | None:
    """Id of the post that this one answers (`replied_to`), quotes (`quoted`) or repeats (`retweeted`)."""
    for field in ("referenced_tweets", "referenced_posts"):
        for reference in list_at(post, field):
            if text_at(reference, "type") == relation:
                return id_at(reference, "id")
    return None


def answered(post: object) -> str | None:
    """Id of the post this one answers; a quote is no answer."""
    return (
        id_at(post, "in_reply_to_tweet_id")
        or id_at(post, "in_reply_to_status_id_str")
        or id_at(post, "in_reply_to_status_id")
        or referenced(post, "replied_to")
    )


def is_repost(post: object) -> bool:
    """Whether a post only repeats another one: its text is not its author's."""
    return bool(object_at(post, "retweeted_status")) or referenced(post, "retweeted") is not None


def _refs(post: object, origin: Origin) -> NativeRefs:
    return origin.refs(
        message_id=post_id(post),
        sender_id=author_id(post),
        conversation_id=id_at(post, "conversation_id"),
        reply_to=answered(post),
    )


def _threads(post: object, ident: str | None) -> tuple[str, ...]:
    """The thread by its root, as far as it is told; v1.1 names only the post that is answered.

    A root post's id is its thread's id, so posts that know only their neighbours still meet in one conversation.
    """
    known = (id_at(post, "conversation_id"), ident, answered(post))
    return tuple(dict.fromkeys(f"x:conversation/{known_id}" for known_id in known if known_id))


def parse_post(post: dict[str, Any], origin: Origin, *, addressed: bool = False) -> Event:
    """A post as a message.

    Args:
        post: the object, of any version.
        origin: the payload's context.
        addressed: it mentions, answers or quotes the subscribed account.

    Returns:
        `Unparsed` where neither the post nor the event that brought it has an id.
    """
    ident = post_id(post)
    if ident is None and origin.event_id is None:
        return Unparsed(
            event_key=f"unparsed:post/{digest(post)}", lane_key=origin.lane, refs=_refs(post, origin),
            reason="post_without_id",
        )  # fmt: skip
    author = origin.participant(Role.AUTHOR, author_id(post), object_at(post, "user"))
    own = author is not None and author.own
    threads = _threads(post, ident) or (f"x:event/{origin.event_id}",)
    reply_to = answered(post)
    # A post can come as a mention, as a reply and from a search: it is the post that is told once.
    return MessageReceived(
        event_key=f"post:{ident}" if ident else f"event:{origin.event_id}",
        lane_key=threads[0],
        refs=_refs(post, origin),
        message_key=post_key(ident) if ident else f"x:event/{origin.event_id}",
        conversation_keys=threads,
        conversation_kind=ConversationKind.PUBLIC,
        reply_to_key=post_key(reply_to) if reply_to else None,
        kind=InteractionKind.POST,
        direction=Direction.OUTBOUND if own else Direction.INBOUND,
        participants=tuple(person for person in (author, *_addressees(post, origin, own, addressed)) if person),
        parts=post_parts(post, origin, words=not is_repost(post)),
        language=_language(post),
        occurred_at=moment_at(post, "created_at"),
    )


def _language(post: object) -> str | None:
    told = text_at(post, "lang")
    return None if told in ("und", "zxx", "qme", "qht", "qam", "qct", "qst", "art") else told


def _addressees(post: object, origin: Origin, own: bool, addressed: bool) -> list[Participant | None]:
    """Our accounts where somebody speaks to them; whoever our side answers."""
    answered_user = id_at(post, "in_reply_to_user_id_str") or id_at(post, "in_reply_to_user_id")
    mentioned = list_at(post, "entities", "mentions") + list_at(post, "entities", "user_mentions")
    ids = [answered_user, *(id_at(user, "id_str") or id_at(user, "id") for user in mentioned)]
    if own:
        found = [ident for ident in ids[:1] if ident and ident not in origin.own_ids]
    else:
        found = [ident for ident in ids if ident in origin.own_ids]
        if addressed and origin.user in origin.own_ids:
            found.append(origin.user)
    return [origin.participant(Role.TO, ident) for ident in dict.fromkeys(found)]


def parse_repost(post: dict[str, Any], origin: Origin) -> Event:
    """A repost, noted: it says nothing of its own."""
    ident = post_id(post)
    return Ignored(
        event_key=f"repost:{ident}" if ident else f"event:{origin.event_id or digest(post)}",
        lane_key=next(iter(_threads(post, ident)), origin.lane),
        refs=_refs(post, origin),
        reason="repost",
        what="system",
        occurred_at=moment_at(post, "created_at"),
    )


def parse_deletion(deleted: dict[str, Any], origin: Origin, *, post: str | None, author: str | None) -> Event:
    """A post that was deleted.

    Args:
        deleted: what tells of it.
        origin: the payload's context.
        post: id of the post.
        author: id of its author, who alone can delete it.
    """
    if post is None:
        return Unparsed(
            event_key=f"unparsed:delete/{origin.event_id or digest(deleted)}", lane_key=origin.lane,
            refs=origin.refs(sender_id=author), reason="deletion_without_target",
        )  # fmt: skip
    return MessageDeleted(
        event_key=f"delete:{post}",
        lane_key=post_key(post),
        refs=origin.refs(target_message_id=post, sender_id=author),
        target_key=post_key(post),
        actor=origin.participant(Role.AUTHOR, author),
        occurred_at=moment_at(deleted, "timestamp_ms"),
    )


def parse_like(
    like: dict[str, Any], origin: Origin, *, post: str | None, liker: str | None, told: object = None,
    removed: bool = False,
) -> Event:  # fmt: skip
    """A like.

    Args:
        like: the like's object.
        origin: the payload's context.
        post: id of the post that is liked.
        liker: id of who likes it, if known.
        told: a user object of the liker.
        removed: it was taken back.
    """
    # `event_uuid` names a delivery: a like told by two subscriptions has two. A like given again has another time.
    own_id = id_at(like, "id")
    name = f"{own_id}/{id_at(like, 'timestamp_ms') or ''}" if own_id else origin.event_id or digest(like)
    name += "/removed" if removed else ""
    if post is None:
        return Unparsed(
            event_key=f"unparsed:like/{name}", lane_key=origin.lane, refs=origin.refs(sender_id=liker),
            reason="like_without_target",
        )  # fmt: skip
    return ReactionChanged(
        event_key=f"like:{name}",
        lane_key=post_key(post),
        refs=origin.refs(target_message_id=post, sender_id=liker),
        target_key=post_key(post),
        actor=origin.participant(Role.AUTHOR, liker, told),
        added=() if removed else ("like",),
        removed=("like",) if removed else (),
        occurred_at=moment_at(like, "timestamp_ms") or moment_at(like, "created_at"),
    )
