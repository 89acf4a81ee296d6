"""Content of posts and direct messages as parts."""

from typing import Literal

from omnilink.model import Choices, Location, Media, Native, Part, Text
from omnilink.plugin.fields import at, degrees_at, list_at, object_at, plain, text_at
from omnilink_x.fields import id_at
from omnilink_x.origin import Origin

MediaKind = Literal["image", "audio", "video", "other"]
_KINDS: dict[str, MediaKind] = {"photo": "image", "animated_gif": "video", "video": "video", "audio": "audio"}


def post_text(post: object) -> str | None:
    """The whole text of a post.

    Long posts give only their beginning in `text` (https://docs.x.com/x-api/account-activity/introduction,
    "Support for longform posts").
    """
    return (
        text_at(post, "note_tweet", "text")
        or text_at(post, "note_post", "text")
        or text_at(post, "extended_tweet", "full_text")
        or text_at(post, "full_text")
        or text_at(post, "text")
    )


def post_parts(post: object, origin: Origin, *, words: bool) -> tuple[Part, ...]:
    """All content of a post.

    Args:
        post: the object.
        origin: knows the media its keys stand for.
        words: its text is its author's (a repost's is not).
    """
    parts: list[Part] = []
    if words and (text := post_text(post)):
        parts.append(Text(text=text))
    if words:
        parts.extend(_media(post, origin))
    parts.extend(_place(post))
    references = list_at(post, "referenced_tweets") + list_at(post, "referenced_posts")
    quoted = id_at(post, "quoted_status_id_str") or id_at(post, "quoted_status", "id_str")
    repeated = id_at(post, "retweeted_status", "id_str") or id_at(post, "retweeted_status", "id")
    references += [{"type": "quoted", "id": quoted}] if quoted else []
    references += [{"type": "retweeted", "id": repeated}] if repeated else []
    if references:
        parts.append(Native(name="references", data={"posts": plain(references)}))
    for name in ("article", "article_title", "card_uri", "community_id"):
        if value := at(post, name):
            parts.append(Native(name=name, data={name: plain(value)}))
    for field, name in (("poll_ids", "poll"), ("media_source_tweet_id", "media_source")):
        if listed := list_at(post, "attachments", field):
            parts.append(Native(name=name, data={field: plain(listed)}))
    history = list_at(post, "edit_history_tweet_ids") or list_at(post, "edit_history_post_ids")
    if len(history) > 1:
        # An edited post is a new post with a new id.
        parts.append(Native(name="edit_history", data={"post_ids": plain(history)}))
    return (*parts, *links(post))


def links(node: object) -> tuple[Native, ...]:
    """Where the short links of a text lead, if it has any."""
    urls = [
        {"url": short, "expanded_url": text_at(url, "expanded_url")}
        for url in list_at(node, "entities", "urls")
        if (short := text_at(url, "url"))
    ]
    return (Native(name="links", data={"urls": urls}),) if urls else ()


def _media(post: object, origin: Origin) -> list[Media]:
    keys = [key for position in range(len(list_at(post, "attachments", "media_keys")))
            if (key := id_at(post, "attachments", "media_keys", position))]  # fmt: skip
    if keys:
        return [media_of_key(key, origin) for key in keys]
    for path in (("extended_tweet", "extended_entities"), ("extended_entities",), ("entities",)):
        if found := list_at(post, *path, "media"):
            return [media_of(media) for media in found if isinstance(media, dict)]
    return []


def media_of_key(key: str, origin: Origin) -> Media:
    """A file that is named by its media key; `includes.media` may tell more of it."""
    told = object_at(origin.media, key)
    return media_of({**told, "media_key": key})


def media_of(media: object) -> Media:
    """A media object of any version as a part."""
    variants = list_at(media, "variants") or list_at(media, "video_info", "variants")
    video = next((url for variant in variants if (url := text_at(variant, "url"))), None)
    key = text_at(media, "media_key")
    # In v1.1 `url` is the short link in the text, in v2 the file's address.
    address = text_at(media, "url") if key else text_at(media, "media_url_https") or text_at(media, "media_url")
    return Media(
        kind=_KINDS.get(text_at(media, "type") or "", "other"),
        ref=video or address or key or id_at(media, "id_str") or id_at(media, "id"),
    )


def _place(post: object) -> list[Location]:
    """A point: GeoJSON writes longitude first."""
    for path in (("geo", "coordinates", "coordinates"), ("coordinates", "coordinates")):
        longitude, latitude = degrees_at(post, 180, *path, 0), degrees_at(post, 90, *path, 1)
        if latitude is not None and longitude is not None:
            return [Location(latitude=latitude, longitude=longitude, name=text_at(post, "place", "full_name"))]
    return []


def direct_parts(data: object, origin: Origin) -> tuple[Part, ...]:
    """All content of a direct message: `message_data` (v1.1, Activity API) or the event itself (v2)."""
    parts: list[Part] = []
    if text := text_at(data, "text"):
        parts.append(Text(text=text))
    attachment = object_at(data, "attachment")
    if media := object_at(attachment, "media"):
        parts.append(media_of(media))
    elif attachment:
        parts.append(Native(name="attachment", data=plain(attachment)))
    for position in range(len(list_at(data, "attachments", "media_keys"))):
        if key := id_at(data, "attachments", "media_keys", position):
            parts.append(media_of_key(key, origin))
    if reply := object_at(data, "quick_reply_response"):
        parts.append(Choices(action_id=text_at(reply, "type"), value=text_at(reply, "metadata")))
    if shared := list_at(data, "referenced_tweets") + list_at(data, "referenced_posts"):
        parts.append(Native(name="references", data={"posts": plain(shared)}))
    return (*parts, *links(data))
