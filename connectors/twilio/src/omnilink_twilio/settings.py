"""The account's own settings, read once from its options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from omnilink.errors import ConfigError
from omnilink.model import Handle
from omnilink.plugin import ConnectorSettings
from omnilink.plugin.credentials import read_api_url

API_URL = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """What the parser needs to know of the account.

    Attributes:
        claims_from: form field → claim field (`StatedName` → `name`).
        own: the agency's own addresses.
        account_sid: whose messages are sent; "" = the account only receives.
        messaging_service_sid: sends from whatever number fits.
        api_url: where the API is, without a slash at the end.
        public_url: where receipts are told.
    """

    claims_from: Mapping[str, str] = field(default_factory=dict)
    own: tuple[Handle, ...] = ()
    account_sid: str = ""
    messaging_service_sid: str = ""
    api_url: str = API_URL
    public_url: str | None = None

    @classmethod
    def of(cls, settings: ConnectorSettings) -> Self:
        """Reads them from the account's configuration.

        Raises:
            ConfigError: `claims_from` is no table of texts.
        """
        table = settings.options.get("claims_from", {})
        if not isinstance(table, Mapping) or not all(
            isinstance(k, str) and isinstance(v, str) and k and v for k, v in table.items()
        ):
            raise ConfigError(
                "claims_from must be a table of form field to claim",
                setting=f"accounts.{settings.account}.claims_from",
                hint='write claims_from = { StatedName = "name" }',
                connector="twilio",
            )
        texts = {name: settings.options.get(name, "") for name in ("account_sid", "messaging_service_sid")}
        for name, value in texts.items():
            if not isinstance(value, str):
                raise ConfigError(
                    f"{name} is not of the right kind",
                    setting=f"accounts.{settings.account}.{name}",
                    connector="twilio",
                )
        texts["api_url"] = read_api_url(settings, API_URL, connector="twilio")
        return cls(claims_from=dict(table), own=settings.own_handles, public_url=settings.public_url, **texts)
