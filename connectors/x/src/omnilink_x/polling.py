"""Polling: the account's mentions asked for, for accounts without the Activity API's webhook.

https://docs.x.com/x-api/users/get-mentions : newest first, after `since_id`, page by page. Answers to the account's
posts mention it, so they are among them.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from urllib.parse import urlencode

from omnilink.errors import ConfigError, TransientError
from omnilink.model import Received
from omnilink.model.envelope import Authenticity
from omnilink.plugin import HttpAnswer
from omnilink.plugin.fields import list_at, text_at
from omnilink.plugin.http import HttpClient
from omnilink_x.body import read_json
from omnilink_x.fields import id_at
from omnilink_x.manifest import CAPABILITIES
from omnilink_x.outcomes import wait_s

MOST_PAGES = 8
"""X gives back the newest 800 mentions at most."""
FIELDS = {
    "max_results": str(CAPABILITIES.limit("mentions_per_poll")),
    "tweet.fields": "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,geo,"
    "in_reply_to_user_id,lang,note_tweet,referenced_tweets",
    "expansions": "author_id,attachments.media_keys,geo.place_id",
    "user.fields": "name,username",
    "media.fields": "type,url,alt_text",
}


async def poll_mentions(
    url: str, token: str, cursor: str | None, http: HttpClient, every_s: float
) -> AsyncGenerator[Sequence[Received]]:
    """Lots of mentions, one an answer of X's. The cursor moves when all pages of a round are there.

    Args:
        url: `.../2/users/ID/mentions`.
        token: of the user.
        cursor: the newest post seen; without one only the newest page is asked for.
        every_s: between two rounds.

    Raises:
        ConfigError: the token is wrong or may not do this.
        TransientError: X cannot be reached, or asks for a pause.
    """
    import anyio  # not loaded by who only sends

    newest = cursor if cursor and cursor.isdigit() else None
    while True:
        pages: list[bytes] = []
        after, token_of_page = newest, None
        for _ in range(MOST_PAGES if newest else 1):
            asked = {**FIELDS, **({"since_id": newest} if newest else {}),
                     **({"pagination_token": token_of_page} if token_of_page else {})}  # fmt: skip
            body = await _ask(f"{url}?{urlencode(asked)}", token, http)
            page = read_json(body)
            ids = [ident for post in list_at(page, "data") if (ident := id_at(post, "id")) and ident.isdigit()]
            if ids:
                pages.append(body)
                after = max([*ids, *([after] if after else [])], key=int)
            token_of_page = text_at(page, "meta", "next_token")
            if token_of_page is None:
                break
        # Oldest first; a page is ours for good only together with all that are older.
        yield [
            Received(body=body, authenticity=Authenticity.POLLED, cursor=after if n == len(pages) - 1 else None)
            for n, body in enumerate(reversed(pages))
        ]
        newest = after
        await anyio.sleep(every_s)


async def _ask(url: str, token: str, http: HttpClient) -> bytes:
    headers: Mapping[str, str] = {"authorization": f"Bearer {token}"}
    try:
        response = await http.request("GET", url, headers=headers)
    except Exception as e:
        raise TransientError(f"X cannot be reached: {type(e).__name__}", connector="x") from None
    answer = HttpAnswer.of(response)
    if answer.status in (401, 403):
        raise ConfigError("X does not take that access token", connector="x", status_code=answer.status,
                          hint="access_token needs tweet.read and users.read")  # fmt: skip
    if answer.status != 200:
        raise TransientError("X cannot answer now", connector="x", status_code=answer.status,
                             retry_after_s=wait_s(answer))  # fmt: skip
    return answer.body
