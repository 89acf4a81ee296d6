"""The account's own settings, read once from its options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from omnilink.errors import ConfigError
from omnilink.model import Handle
from omnilink.plugin import ConnectorSettings
from omnilink.plugin.credentials import read_api_url
from omnilink_whatsapp.manifest import API_URL


@dataclass(frozen=True, slots=True)
class WhatsAppSettings:
    """What the parser needs to know of the account.

    Attributes:
        phone_number_id: if set, items for another number are not this account's.
        waba_id: if set, items of another WhatsApp Business Account are not this account's.
        portfolio_id: scope of business-scoped user ids; "" = the WhatsApp Business Account's id.
        own: the agency's own WhatsApp numbers.
        api_url: where the Cloud API is, without a slash at the end.
    """

    phone_number_id: str = ""
    waba_id: str = ""
    portfolio_id: str = ""
    own: tuple[Handle, ...] = ()
    api_url: str = API_URL

    @classmethod
    def of(cls, settings: ConnectorSettings) -> Self:
        """Reads them from the account's configuration.

        Raises:
            ConfigError: an option is no id.
        """
        options = settings.options
        return cls(
            phone_number_id=_id(options, "phone_number_id", settings.account),
            waba_id=_id(options, "waba_id", settings.account),
            portfolio_id=_id(options, "portfolio_id", settings.account),
            api_url=read_api_url(settings, API_URL, connector="whatsapp"),
            own=tuple(h for h in settings.own_handles if h.scheme == "wa"),
        )


def _id(options: Mapping[str, object], name: str, account: str) -> str:
    value = options.get(name, "")
    # TOML readers of ids often leave the quotes out: a whole number is taken as its digits.
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ConfigError(f"{name} must be an id", setting=f"accounts.{account}.{name}", connector="whatsapp")
    return str(value).strip()
