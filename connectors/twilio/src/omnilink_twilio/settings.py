"""The account's own settings, read once from its options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from omnilink.errors import ConfigError
from omnilink.model import Handle
from omnilink.plugin import ConnectorSettings


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """What the parser needs to know of the account.

    Attributes:
        claims_from: form field → claim field (`StatedName` → `name`).
        own: the agency's own addresses.
    """

    claims_from: Mapping[str, str] = field(default_factory=dict)
    own: tuple[Handle, ...] = ()

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
        return cls(claims_from=dict(table), own=settings.own_handles)
