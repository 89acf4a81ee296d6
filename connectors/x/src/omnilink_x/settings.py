"""What the X connector reads out of its account's settings."""

from dataclasses import dataclass

from omnilink.plugin import ConnectorSettings
from omnilink.plugin.credentials import read_api_url

API_URL = "https://api.x.com"
ACCESS_TOKEN = "access_token"  # noqa: S105 - the setting's name, not its value
CONSUMER_SECRET = "consumer_secret"  # noqa: S105 - the setting's name, not its value


@dataclass(frozen=True, slots=True)
class XSettings:
    """What parsing needs to know of the account.

    Attributes:
        account: the account's name.
        own_ids: user ids of the agency's own accounts.
        api_url: where the API is, without a slash at the end.
    """

    account: str
    own_ids: frozenset[str] = frozenset()
    api_url: str = API_URL

    @classmethod
    def read(cls, settings: ConnectorSettings) -> "XSettings":
        """Reads the account's settings.

        Args:
            settings: as the core made them.
        """
        own = (handle.raw.strip() for handle in settings.own_handles if handle.scheme == "x")
        api_url = read_api_url(settings, API_URL, connector="x")
        return cls(settings.account, frozenset(own), api_url)
