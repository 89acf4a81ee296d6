"""The account's own settings, read once from its options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from omnilink.errors import BadInput, ConfigError
from omnilink.model import Handle
from omnilink.plugin import ConnectorSettings
from omnilink.plugin.answering import Dial, Directive, HangUp, Say
from omnilink.plugin.credentials import read_api_url
from omnilink.plugin.regrets import regret

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
        account: the account's name.
        voices: language tag → Twilio's voice for it.
        fallback: what a caller hears when nobody could say anything better in time.
    """

    claims_from: Mapping[str, str] = field(default_factory=dict)
    own: tuple[Handle, ...] = ()
    account_sid: str = ""
    messaging_service_sid: str = ""
    api_url: str = API_URL
    public_url: str | None = None
    account: str = ""
    voices: Mapping[str, str] = field(default_factory=dict)
    fallback: Directive = field(default_factory=lambda: Directive((HangUp(),)))

    @classmethod
    def of(cls, settings: ConnectorSettings) -> Self:
        """Reads them from the account's configuration.

        Raises:
            ConfigError: a setting is of the wrong kind.
        """
        return cls(
            claims_from=_table(settings, "claims_from", '{ StatedName = "name" }'),
            own=settings.own_handles,
            account_sid=_text(settings, "account_sid"),
            messaging_service_sid=_text(settings, "messaging_service_sid"),
            api_url=read_api_url(settings, API_URL, connector="twilio"),
            public_url=settings.public_url,
            account=settings.account,
            voices=_table(settings, "voices", '{ ca-ES = "Google.ca-ES-Standard-A" }'),
            fallback=_fallback(settings),
        )


def _text(settings: ConnectorSettings, name: str) -> str:
    value = settings.options.get(name, "")
    if not isinstance(value, str):
        raise _wrong(settings, name, f"{name} is not of the right kind")
    return value


def _table(settings: ConnectorSettings, name: str, example: str) -> dict[str, str]:
    table = settings.options.get(name, {})
    if not isinstance(table, Mapping) or not all(
        isinstance(k, str) and isinstance(v, str) and k and v for k, v in table.items()
    ):
        raise _wrong(settings, name, f"{name} must be a table of texts", f"write {name} = {example}")
    return dict(table)


def _fallback(settings: ConnectorSettings) -> Directive:
    """The words of the account, else a sentence in its language; then somebody to talk to, or the end."""
    language, text = _text(settings, "language") or None, _text(settings, "fallback_text")
    say = Say(text, language) if text else regret(language)
    number = _text(settings, "fallback_dial")
    try:
        last = Dial(Handle.parse(number if number.startswith("tel:") else f"tel:{number}")) if number else HangUp()
    except BadInput as e:
        raise _wrong(settings, "fallback_dial", e.message, 'write fallback_dial = "+34910000000"') from None
    return Directive((say, last), language=language or say.language)


def _wrong(settings: ConnectorSettings, name: str, message: str, hint: str | None = None) -> ConfigError:
    return ConfigError(message, setting=f"accounts.{settings.account}.{name}", hint=hint, connector="twilio")
