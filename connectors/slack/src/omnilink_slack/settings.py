"""What the Slack connector reads out of its account's settings."""

from dataclasses import dataclass

from omnilink.errors import ConfigError
from omnilink.plugin import ConnectorSettings
from omnilink.plugin.credentials import read_api_url
from omnilink.plugin.limits import read_limits

API_URL = "https://slack.com/api"
APP_TOKEN = "app_token"  # noqa: S105 - the setting's name, not its value
BOT_TOKEN = "bot_token"  # noqa: S105 - the setting's name, not its value
SIGNING_SECRET = "signing_secret"  # noqa: S105 - the setting's name, not its value

MOST_LINES = int(read_limits("omnilink_slack")["socket_mode_lines"])


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """What parsing needs to know of the account.

    Attributes:
        account: the account's name; stands in for the workspace where a payload names none.
        own_users: (team id, user or bot id) of the agency's own people and bots.
        api_url: where the Web API is, without a slash at the end.
        lines: Socket Mode connections to hold; 0 where Slack calls our webhook.
    """

    account: str
    own_users: frozenset[tuple[str, str]] = frozenset()
    api_url: str = API_URL
    lines: int = 0

    @classmethod
    def read(cls, settings: ConnectorSettings) -> "SlackSettings":
        """Reads the account's settings.

        Args:
            settings: as the core made them.

        Raises:
            ConfigError: `connections` is no number Slack allows, or `api_url` no https address.
        """
        own = ((handle.scope, handle.raw.strip()) for handle in settings.own_handles if handle.scheme == "slack")
        api_url = read_api_url(settings, API_URL, connector="slack")
        return cls(settings.account, frozenset(own), api_url, _read_lines(settings))


def _read_lines(settings: ConnectorSettings) -> int:
    """How many Socket Mode connections the account is set to hold."""
    if settings.options.get("socket_mode") is not True:
        return 0
    lines = settings.options.get("connections", 1)
    if type(lines) is not int or not 1 <= lines <= MOST_LINES:
        setting = f"accounts.{settings.account}.connections"
        raise ConfigError(f"connections must be 1 to {MOST_LINES}", setting=setting, connector="slack")
    return lines
