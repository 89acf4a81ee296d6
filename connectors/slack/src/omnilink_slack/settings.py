"""What the Slack connector reads out of its account's settings."""

from dataclasses import dataclass

from omnilink.plugin import ConnectorSettings
from omnilink.plugin.credentials import read_api_url

API_URL = "https://slack.com/api"
BOT_TOKEN = "bot_token"  # noqa: S105 - the setting's name, not its value
SIGNING_SECRET = "signing_secret"  # noqa: S105 - the setting's name, not its value


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """What parsing needs to know of the account.

    Attributes:
        account: the account's name; stands in for the workspace where a payload names none.
        own_users: (team id, user or bot id) of the agency's own people and bots.
        api_url: where the Web API is, without a slash at the end.
    """

    account: str
    own_users: frozenset[tuple[str, str]] = frozenset()
    api_url: str = API_URL

    @classmethod
    def read(cls, settings: ConnectorSettings) -> "SlackSettings":
        """Reads the account's settings.

        Args:
            settings: as the core made them.
        """
        own = ((handle.scope, handle.raw.strip()) for handle in settings.own_handles if handle.scheme == "slack")
        api_url = read_api_url(settings, API_URL, connector="slack")
        return cls(settings.account, frozenset(own), api_url)
