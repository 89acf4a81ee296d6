"""The connector's own settings, checked once."""

from collections.abc import Iterable
from dataclasses import dataclass

from omnilink.errors import ConfigError
from omnilink.plugin import ConnectorSettings


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """What parsing a mail depends on.

    Attributes:
        own: the agency's addresses, bare and in lower case.
        authserv_ids: authserv-ids of the agency's own mail servers, in lower case.
    """

    own: frozenset[str] = frozenset()
    authserv_ids: frozenset[str] = frozenset()


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
        ConfigError: `authserv_id` is no text and no list of texts.
    """
    setting = f"accounts.{settings.account}.authserv_id"
    ids = [text.strip().lower() for text in _texts(settings.options.get("authserv_id"), setting)]
    own = [text.strip().lower() for handle in settings.own_handles for text in (handle.raw, handle.value)]
    return EmailSettings(
        own=frozenset(text for text in own if text),
        authserv_ids=frozenset(text for text in ids if text),
    )
