"""Handle: a typed, scoped address on a channel."""

import re
from typing import ClassVar, Self

from omnilink.errors import BadHandle
from omnilink.model.record import Record

_URI = re.compile(r"(?P<scheme>[a-z][a-z0-9_+.-]{0,31}):(?P<rest>.+)", re.DOTALL)
LONGEST = 1000
"""Characters a handle may have; longer texts are no address of anything."""


class Handle(Record):
    """A typed, scoped address: `tel:+34600111222`, `mailto:ana@example.org`, `slack:T1/U2`.

    A connector fills `scheme`, `scope` and `raw` (through `Handle.of`); the core's normaliser
    (`omnilink.identity.normalise`) then sets the canonical `value` and the `match_keys`.

    Attributes:
        scheme: kind of address, lower case (`tel`, `mailto`, `wa`, `wa_bsuid`, `slack`, `ext` ...).
        scope: within what the value is unique (a Slack team, a WhatsApp business, a CRM); "" where it is global.
        value: the canonical address.
        raw: the address exactly as the channel wrote it; sending uses this one.
        display: the name shown beside the address, if any. Never part of identity.
        match_keys: what finds the same holder (`tel:+5511912345678`); for matching only, never for sending.
    """

    scheme: str
    scope: str = ""
    value: str
    raw: str
    display: str | None = None
    match_keys: tuple[str, ...] = ()

    shown: ClassVar[tuple[str, ...]] = ("scheme",)

    @classmethod
    def of(cls, scheme: str, raw: str, *, scope: str = "", display: str | None = None) -> Self:
        """A handle as a channel wrote it, not yet normalised."""
        raw = raw.replace("\x00", "")
        return cls(scheme=scheme, scope=scope, value=raw.strip(), raw=raw, display=display or None)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads the URI form (`scheme:value`, `scheme:scope/value`), not yet normalised.

        Raises:
            BadHandle: the text has no scheme or is too long.
        """
        match = _URI.fullmatch(text.strip())
        if match is None or len(text) > LONGEST:
            raise BadHandle("not a handle", hint="write scheme:value, for example tel:+34600111222 or mailto:a@b.org")
        scheme, rest = match["scheme"], match["rest"]
        scope, slash, value = rest.partition("/")
        if slash and scope and value and scheme in SCOPED_SCHEMES:
            return cls.of(scheme, value, scope=scope)
        return cls.of(scheme, rest)

    @property
    def key(self) -> str:
        """The canonical URI: what makes two handles one."""
        if not self.scope:
            return f"{self.scheme}:{self.value}"
        return f"{self.scheme}:{self.scope.replace('/', '%2F')}/{self.value}"


SCOPED_SCHEMES = frozenset({"slack", "wa_bsuid", "ext", "teams", "messenger", "instagram", "line", "viber", "webchat"})
"""Schemes whose URI form names a scope before the value (`slack:T1/U2`)."""
