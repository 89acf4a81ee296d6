"""Reply tokens in what came in: a thin shell that looks up the account's keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from omnilink.conversation.case_book import Token
from omnilink.conversation.case_context import Moment
from omnilink.conversation.reply_routes import read_reply_tokens
from omnilink.conversation.tokens import TokenKey, find_tokens
from omnilink.errors import ConfigError, SecretMissing
from omnilink.model.event import Direction
from omnilink.model.participant import Role

_HEARS = (Role.TO, Role.CC, Role.BCC)


@dataclass(frozen=True, slots=True)
class TokenReader:
    """Reads the reply token of a moment.

    Args:
        keys_of: account → its keys, newest first.
    """

    keys_of: Callable[[str], Sequence[TokenKey]]

    def read(self, moment: Moment) -> Token | None:
        """What the token says, or why it is not believed; None where there is none.

        An account whose keys cannot be read believes none: the mail is recorded all the same.
        """
        interaction = moment.interaction
        if interaction.direction is not Direction.INBOUND:
            return None
        addresses = [p.handle.raw for p in interaction.participants if p.role in _HEARS and p.handle is not None]
        ids = [interaction.in_reply_to] if interaction.in_reply_to else []
        if not find_tokens([*addresses, *ids]):
            return None
        try:
            keys = self.keys_of(interaction.account)
        except (SecretMissing, ConfigError):
            keys = ()
        return read_reply_tokens(keys, addresses, ids, now=interaction.received_at)
