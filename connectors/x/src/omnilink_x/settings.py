"""What the X connector reads out of its account's settings."""

from dataclasses import dataclass

from omnilink.plugin import ConnectorSettings

CONSUMER_SECRET = "consumer_secret"  # noqa: S105 - the setting's name, not its value


@dataclass(frozen=True, slots=True)
class XSettings:
    """What parsing needs to know of the account.

    Attributes:
        account: the account's name.
        own_ids: user ids of the agency's own accounts.
    """

    account: str
    own_ids: frozenset[str] = frozenset()

    @classmethod
    def read(cls, settings: ConnectorSettings) -> "XSettings":
        """Reads the account's settings.

        Args:
            settings: as the core made them.
        """
        own = (handle.raw.strip() for handle in settings.own_handles if handle.scheme == "x")
        return cls(settings.account, frozenset(own))
