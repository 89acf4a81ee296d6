"""What the Telegram connector reads out of its account's settings."""

import re
from dataclasses import dataclass

from omnilink.plugin import ConnectorSettings
from omnilink.plugin.credentials import read_api_url

API_URL = "https://api.telegram.org"
BOT_TOKEN = "bot_token"  # noqa: S105 - the setting's name, not its value
SECRET_TOKEN = "secret_token"  # noqa: S105 - the setting's name, not its value
_BOT_ID = re.compile(r"[1-9][0-9]{0,19}")


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """What parsing needs to know of the account.

    Attributes:
        account: the account's name; stands in for the bot where its id is not known.
        bot_id: the bot's user id, digits.
        own_ids: user and chat ids of the agency: the bot, its people, its channels.
        api_url: where the Bot API is, without a slash at the end.
        polls: updates are asked for, not sent to us.
    """

    account: str
    bot_id: str | None = None
    own_ids: frozenset[str] = frozenset()
    api_url: str = API_URL
    polls: bool = False

    @classmethod
    def read(cls, settings: ConnectorSettings) -> "TelegramSettings":
        """Reads the account's settings.

        Args:
            settings: as the core made them. `bot_id` may be written as a number or a text; anything else is no id.
        """
        told = settings.options.get("bot_id")
        bot_id = str(told) if isinstance(told, int | str) and _BOT_ID.fullmatch(str(told)) else None
        own = {handle.raw.strip() for handle in settings.own_handles if handle.scheme == "telegram"}
        api_url = read_api_url(settings, API_URL, connector="telegram")
        polls = settings.options.get("polling") is True
        own_ids = frozenset(own | ({bot_id} if bot_id else set()))
        return cls(settings.account, bot_id, own_ids, api_url, polls)
