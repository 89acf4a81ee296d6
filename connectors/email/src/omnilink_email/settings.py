"""The connector's own settings, checked once."""

from collections.abc import Iterable
from dataclasses import dataclass

from omnilink.errors import ConfigError
from omnilink.plugin import ConnectorSettings
from omnilink_email.border import Border, read_border


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """What parsing a mail depends on.

    Attributes:
        own: the agency's addresses, bare and in lower case.
        authserv_ids: authserv-ids of the agency's own mail servers, in lower case.
        border: how the provider that keeps the mailbox marks what it takes in (`mailbox_at`).
        trust_own_from: a mail from an own address is believed without proof.
    """

    own: frozenset[str] = frozenset()
    authserv_ids: frozenset[str] = frozenset()
    trust_own_from: bool = False
    border: Border | None = None


def _texts(value: object, setting: str) -> Iterable[str]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return value
    raise ConfigError("must be a text or a list of texts", connector="email", setting=setting)


def read_settings(settings: ConnectorSettings) -> EmailSettings:
    """Reads an account's settings.

    Raises:
        ConfigError: `authserv_id` is no text and no list of texts, `trust_own_from` no truth value, or `mailbox_at` no
            provider that is known.
    """
    setting = f"accounts.{settings.account}.authserv_id"
    ids = [text.strip().lower() for text in _texts(settings.options.get("authserv_id"), setting)]
    trust = settings.options.get("trust_own_from", False)
    if not isinstance(trust, bool):
        raise ConfigError(
            "must be true or false", connector="email", setting=f"accounts.{settings.account}.trust_own_from"
        )
    mailbox_at = settings.options.get("mailbox_at")
    setting = f"accounts.{settings.account}.mailbox_at"
    border = None if mailbox_at is None else read_border(str(mailbox_at), setting=setting)
    own = [text.strip().lower() for handle in settings.own_handles for text in (handle.raw, handle.value)]
    return EmailSettings(
        own=frozenset(text for text in own if text),
        authserv_ids=frozenset(text for text in ids if text),
        trust_own_from=trust,
        border=border,
    )
