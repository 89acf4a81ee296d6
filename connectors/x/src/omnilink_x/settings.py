"""What the X connector reads out of its account's settings."""

from dataclasses import dataclass, field

from omnilink.errors import ConfigError
from omnilink.plugin import ConnectorSettings, Tariff, read_tariff
from omnilink.plugin.credentials import read_api_url

API_URL = "https://api.x.com"
ACCESS_TOKEN = "access_token"  # noqa: S105 - the setting's name, not its value
CONSUMER_SECRET = "consumer_secret"  # noqa: S105 - the setting's name, not its value
POLL_EVERY_S = 60.0
SHORTEST_POLL_S = 3.0
"""Mentions may be read 300 times in 15 minutes (see limits.toml)."""


@dataclass(frozen=True, slots=True)
class XSettings:
    """What parsing needs to know of the account.

    Attributes:
        account: the account's name.
        own_ids: user ids of the agency's own accounts.
        api_url: where the API is, without a slash at the end.
        user_id: whose mentions are polled; None where X calls our webhook.
        poll_every_s: between two questions.
        tariff: prices and the month's budget.
    """

    account: str
    own_ids: frozenset[str] = frozenset()
    api_url: str = API_URL
    user_id: str | None = None
    poll_every_s: float = POLL_EVERY_S
    tariff: Tariff = field(default_factory=Tariff)

    @classmethod
    def read(cls, settings: ConnectorSettings) -> "XSettings":
        """Reads the account's settings.

        Args:
            settings: as the core made them.

        Raises:
            ConfigError: a setting makes no sense.
        """
        own = tuple(handle.raw.strip() for handle in settings.own_handles if handle.scheme == "x")
        api_url = read_api_url(settings, API_URL, connector="x")
        tariff = read_tariff("omnilink_x", settings.options, account=settings.account, connector="x")
        user_id, every_s = _read_polling(settings, own)
        return cls(settings.account, frozenset(own), api_url, user_id, every_s, tariff)


def _read_polling(settings: ConnectorSettings, own: tuple[str, ...]) -> tuple[str | None, float]:
    """Whose mentions are polled, and how often."""
    every_s = settings.options.get("poll_every_s", POLL_EVERY_S)
    about = f"accounts.{settings.account}"
    if isinstance(every_s, bool) or not isinstance(every_s, int | float) or not SHORTEST_POLL_S <= every_s <= 86_400:
        raise ConfigError(f"poll_every_s is a number of seconds, at least {SHORTEST_POLL_S:.0f}",
                          setting=f"{about}.poll_every_s", connector="x")  # fmt: skip
    if settings.options.get("polling") is not True:
        return None, float(every_s)
    user_id = next((ident for ident in own if ident.isdigit()), None)
    if user_id is None:
        raise ConfigError("polling needs the account's own user id", setting=f"{about}.own_handles", connector="x",
                          hint='write own_handles = ["x:2244994945"]')  # fmt: skip
    return user_id, float(every_s)
