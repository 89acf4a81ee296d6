"""Route: which account could say it, to which address. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from omnilink.model.handle import Handle
from omnilink.model.persona import FAILED_KEY, UNNAMED_KEY, Persona
from omnilink.plugin.capabilities import Capabilities


@dataclass(frozen=True, slots=True, repr=False)
class Sender:
    """An account that can send.

    Attributes:
        own: the agency's addresses there; the first is used where the channel needs one.
    """

    account: str
    channel: str
    capabilities: Capabilities
    own: tuple[Handle, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Route:
    """One way to reach somebody: from this account to that address, which this persona holds (None: never seen)."""

    sender: Sender
    recipient: Handle
    persona: Persona | None = None


def choose_routes(
    addresses: Iterable[tuple[Handle, Persona | None]],
    senders: Sequence[Sender],
    *,
    prefer_account: str | None = None,
    heard_at: Mapping[str, float] | None = None,
    born_at: Mapping[str, float] | None = None,
) -> list[Route]:
    """Every way to reach somebody, best first.

    The account of the message that is answered comes first, then the address last heard from, then the one that came up
    last, then the order of the configuration. A handle that failed its sender check, or was seen without a number, is
    no address.

    Args:
        addresses: handle → the persona that holds it.
        senders: the accounts that may be used.
        prefer_account: the account of the message answered.
        heard_at: persona id → when it last wrote, in seconds; `born_at` when it was first seen.
    """
    heard, born = heard_at or {}, born_at or {}
    routes = [
        Route(sender, handle, persona)
        for handle, persona in addresses
        for sender in senders
        if handle.scheme in sender.capabilities.reaches and _usable(persona)
    ]
    order = {sender.account: n for n, sender in enumerate(senders)}
    return sorted(
        routes,
        key=lambda r: (
            r.sender.account != prefer_account,
            -heard.get(r.persona.id if r.persona else "", 0.0),
            -born.get(r.persona.id if r.persona else "", 0.0),
            order[r.sender.account],
            r.recipient.key,
        ),
    )


def _usable(persona: Persona | None) -> bool:
    return persona is None or not persona.key.startswith((FAILED_KEY, UNNAMED_KEY))
