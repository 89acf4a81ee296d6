"""Outbound: replies to posts and direct messages. Pure.

https://docs.x.com/x-api/posts/create-post, https://docs.x.com/x-api/direct-messages/create-dm-message-by-participant-id
A reply through the API is only possible to who summoned us (mentioned or quoted us) since 2026-02-23; asking that
before any network turns a paid refusal into a typed one.
"""

import json
from collections.abc import Iterator

from omnilink.errors import PolicyRefused, SendRefused
from omnilink.model import Action, Loss, Outgoing, Quoted, Text
from omnilink.plugin import HttpRequest, RenderPlan, SendContext, Step
from omnilink.plugin.formatting import PLAIN, lost_looks, say_texts
from omnilink.plugin.measures import x_length
from omnilink_x.charges import charge_post
from omnilink_x.manifest import CAPABILITIES
from omnilink_x.settings import XSettings

POST_WEIGHT, DM_CHARS = CAPABILITIES.limit("post_weight"), CAPABILITIES.limit("text_chars")


def render_message(message: Outgoing, context: SendContext, settings: XSettings) -> RenderPlan:
    """A reply to a post where one is answered, else a direct message.

    Raises:
        PolicyRefused: X allows no reply to that post.
        SendRefused: it cannot be said here.
    """
    if message.action is Action.DELETE and message.target is not None:
        return _plan([_delete(settings, n, post) for n, post in enumerate(_post_ids(message.target) or [None])], [])
    if message.action is not Action.SEND:
        raise SendRefused("X lets an app neither edit nor react", reason="not-supported", connector="x")
    losses = [Loss(what="subject", how="dropped")] if message.subject else []
    unsaid = [part for part in message.parts if not isinstance(part, Text)]
    if unsaid:
        raise SendRefused("only text is sent to X", reason="not-supported", connector="x",
                          hint="publish the file and send its address")  # fmt: skip
    post = _post_id(message.quoted) if message.quoted is not None else None
    limit, measure = (POST_WEIGHT, x_length) if post else (DM_CHARS, len)
    pieces = say_texts(message.parts, PLAIN, limit=limit, measure=measure)
    losses += lost_looks(message.parts, PLAIN)
    if not pieces:
        raise SendRefused("there is nothing to send", reason="empty", connector="x")
    if len(pieces) > 1:
        losses.append(Loss(what="text", how="split", count=len(pieces)))
    if post is not None and message.quoted is not None:
        if not message.quoted.addressed_us and not message.quoted.own:
            raise PolicyRefused(
                "X lets an app reply only to who mentioned or quoted it", connector="x",
                hint="write a direct message, or answer by hand on X",
            )  # fmt: skip
        return _plan(list(_replies(settings, pieces, post)), losses)
    if context.recipient is None or context.recipient.scheme != "x" or not context.recipient.raw.isdigit():
        raise SendRefused("that is no X user id", reason="bad-address", connector="x")
    url = f"{settings.api_url}/2/dm_conversations/with/{context.recipient.raw}/messages"
    return _plan([_post_step(f"message-{n}", url, {"text": piece}) for n, piece in enumerate(pieces)], losses)


def _replies(settings: XSettings, pieces: list[str], post: str) -> Iterator[Step]:
    """The first answers the post, each further one the piece before it: a thread."""
    url = f"{settings.api_url}/2/tweets"
    for n, piece in enumerate(pieces):

        def make(done: dict[str, str], n: int = n, piece: str = piece) -> HttpRequest:
            answered = done[f"reply-{n - 1}"].removeprefix("x:") if n else post
            return _json(url, {"text": piece, "reply": {"in_reply_to_tweet_id": answered}})

        # The first answers who summoned us; each further one answers ourselves.
        yield Step(f"reply-{n}", make, charges=charge_post(piece, summoned=n == 0))  # type: ignore[arg-type]


def _post_ids(quoted: Quoted) -> list[str]:
    """The ids of a post and of the posts that continue it; none where the interaction is a direct message."""
    keys = [k.removeprefix("x:") for k in quoted.message_keys if k.startswith("x:")]
    return [key for key in keys if key.isdigit()]


def _post_id(quoted: Quoted) -> str | None:
    return next(iter(reversed(_post_ids(quoted))), None)


def _delete(settings: XSettings, n: int, post: str | None) -> Step:
    if post is None:
        raise SendRefused("X lets an app delete only posts", reason="not-supported", connector="x")
    request = HttpRequest("DELETE", f"{settings.api_url}/2/tweets/{post}")
    return Step(f"delete-{n}", lambda done: request, delivers=False, repeatable=True, charges={"deletion": 1})


def _post_step(name: str, url: str, fields: dict[str, object]) -> Step:
    request = _json(url, fields)
    return Step(name, lambda done: request, charges={"direct_message": 1})


def _json(url: str, fields: dict[str, object]) -> HttpRequest:
    return HttpRequest("POST", url, {"content-type": "application/json"}, json.dumps(fields).encode())


def _plan(steps: list[Step], losses: list[Loss]) -> RenderPlan:
    return RenderPlan(tuple(steps), tuple(losses))
