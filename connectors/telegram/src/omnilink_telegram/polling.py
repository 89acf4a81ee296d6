"""Polling: updates asked for instead of sent to us. https://core.telegram.org/bots/api#getupdates"""

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from omnilink.errors import ConfigError, TransientError
from omnilink.model import Received
from omnilink.model.envelope import Authenticity
from omnilink.plugin import HttpAnswer, retry_after_s
from omnilink.plugin.http import HttpClient

WAIT_S = 5
"""How long Telegram holds a question open; below the HTTP client's own deadline."""
KINDS = [
    "message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "message_reaction",
    "my_chat_member", "business_connection", "business_message", "edited_business_message",
    "deleted_business_messages",
]  # fmt: skip


async def poll_updates(api: str, cursor: str | None, http: HttpClient) -> AsyncGenerator[Sequence[Received]]:
    """Lots of updates. Asking for the next one tells Telegram that the last lot is ours for good.

    Args:
        api: address of the bot, its token included.
        cursor: the `update_id` to begin with.

    Raises:
        ConfigError: the token is wrong, or a webhook is set.
        TransientError: Telegram cannot be reached or asks for a pause.
    """
    offset = int(cursor) if cursor and cursor.isdigit() else 0
    while True:
        asked = json.dumps({"offset": offset, "timeout": WAIT_S, "allowed_updates": KINDS}).encode()
        try:
            response = await http.request(
                "POST", f"{api}/getUpdates", content=asked, headers={"content-type": "application/json"}
            )
        except Exception as e:
            raise TransientError(f"Telegram cannot be reached: {type(e).__name__}", connector="telegram") from None
        updates = _read(HttpAnswer.of(response))
        lot = []
        for update in updates:
            number = int(update["update_id"])
            offset = max(offset, number + 1)
            lot.append(
                Received(
                    body=json.dumps(update).encode(), authenticity=Authenticity.POLLED,
                    delivery_key=f"update:{number}", cursor=str(offset),
                )
            )  # fmt: skip
        yield lot


def _read(answer: HttpAnswer) -> list[dict[str, Any]]:
    try:
        told = json.loads(answer.body)
        updates = told["result"] if told.get("ok") is True else []
    except (ValueError, KeyError, AttributeError):
        told, updates = {}, []
    if answer.status == 200:
        return [u for u in updates if isinstance(u, dict) and isinstance(u.get("update_id"), int)]
    if answer.status == 409:
        raise ConfigError("a webhook is set for that bot, or another program polls it", connector="telegram",
                          hint="call deleteWebhook, or do not poll")  # fmt: skip
    if answer.status in (401, 404):
        raise ConfigError("Telegram does not know that bot token", connector="telegram", hint="check bot_token")
    wait = (told.get("parameters") or {}).get("retry_after") if isinstance(told, dict) else None
    raise TransientError(
        "Telegram cannot answer now", connector="telegram", status_code=answer.status,
        retry_after_s=float(wait) if isinstance(wait, int) else retry_after_s(answer),
    )  # fmt: skip
