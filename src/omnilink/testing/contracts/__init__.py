"""The contracts: what every connector must show, one module a contract."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from omnilink.testing.trial import Trial


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract.

    Attributes:
        name: of its module, of the suite's test (`test_<name>`), and in reports.
        summary: what it shows.
        ability: the Protocol a connector must have for it to apply; "" = every connector.
    """

    name: str
    summary: str
    ability: str = ""

    def load(self) -> "Callable[[Trial], None]":
        """The function `check` of its module, imported only now."""
        check: Callable[[Trial], None] = import_module(f"omnilink.testing.contracts.{self.name}").check
        return check


_LIST = (
    Contract("manifest", "It says what it is and what it can, in the words of the core."),
    Contract("claims", "Every capability and ability it claims is shown by a sample, a message or a server."),
    Contract("imports", "Importing it loads no vendor's SDK, HTTP client or web framework."),
    Contract("totality", "Any bytes give at least one event that can be stored; nothing raises.", "Parses"),
    Contract("samples", "Every sample and every recorded payload is read as what it is.", "Parses"),
    Contract("redelivery", "What is delivered again is the same event, wherever in a payload it stands.", "Parses"),
    Contract("echo", "Our own messages, told back to us, are never a citizen's.", "Parses"),
    Contract("handles", "Every handle it makes is of a known scheme, and reads back as itself.", "Parses"),
    Contract("media", "Files can be had, credentials go nowhere else, and a new address is no new message.", "Parses"),
    Contract("receipts", "Receipts give one delivery status in whatever order they come.", "Parses"),
    Contract("opt_out", "Stop words and the vendor's codes for them stop us.", "Parses"),
    Contract("signature", "Only the provider's own requests are accepted, nothing a byte away.", "ReceivesWebhooks"),
    Contract("answering", "One turn, one name; any directive can be said, and words stay words.", "AnswersInline"),
    Contract("poll", "What is polled goes on at its cursor, and a broken line is a transient error.", "Polls"),
    Contract("sessions", "A line acknowledges what is on disk, tells the rest again, ends in time.", "HoldsSession"),
    Contract("visitors", "Nobody is on the line unproven, and nobody sees or says another's words.", "ServesVisitors"),
    Contract("render", "Any message fits the channel's limits, and is the same when rendered again.", "Sends"),
    Contract("losses", "What the wire does not say, the loss report does, and nothing else.", "Sends"),
    Contract("outcome", "Every answer is read as one of five outcomes; only what never left may be repeated.", "Sends"),
    Contract("exchange", "What is sent fits the vendor's description, and its receipts find it again.", "Sends"),
    Contract("secrecy", "No secret and no word of a citizen in a log, a repr, an exception or another host."),
)  # fmt: skip

CONTRACTS = {contract.name: contract for contract in _LIST}
"""By name, in the order of reports."""
