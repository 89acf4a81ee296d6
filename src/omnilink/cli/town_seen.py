"""What the demo's town looks like from the town hall: read back through the Hub, and held against what is promised."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omnilink.citizen.explain import Explanation
from omnilink.cli.town import ANA_MAIL, FAMILY_NUMBER, OMAR, SALMA
from omnilink.errors import Ambiguous
from omnilink.model.contact import Contact
from omnilink.model.envelope import Envelope
from omnilink.model.view import Ledger, TimelinePage

if TYPE_CHECKING:
    from omnilink.hub import Hub

Answers = Sequence[tuple[str, int]]
"""What each webhook was told: (what it was, HTTP status)."""

FORGED_ID = "account-1@mailer.example"


@dataclass(frozen=True, slots=True)
class Person:
    """One contact with its history."""

    contact: Contact
    page: TimelinePage

    @property
    def message_keys(self) -> list[str]:
        """The message keys of its history."""
        return [item.interaction.message_key for item in self.page.items]


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything the demo shows.

    Attributes:
        people: everybody, in the order they were first seen.
        ana: the citizen whose history is told.
        family: whoever was seen on the family's telephone, nobody in particular last.
        forged: the persona a forged mail stays with.
    """

    books: Ledger
    answers: Answers
    waiting: Sequence[Envelope]
    people: Sequence[Person]
    ana: Person
    family: Sequence[Person]
    forged: Sequence[Person]
    was_it: Explanation | None
    """Was the nameless caller the first who had said a name?"""


@dataclass(frozen=True, slots=True)
class Promise:
    """Something the demo promises, and whether it is so."""

    text: str
    kept: bool


async def look(hub: "Hub", answers: Answers) -> Seen:
    """Reads everything the demo shows."""
    people = [await _person(hub, row.id) for row in await hub.contacts(limit=1000)]
    try:
        shared = [(await hub.contact(f"tel:{FAMILY_NUMBER}")).id]
    except Ambiguous as several:
        shared = list(several.choices)
    family = sorted((p for p in people if p.contact.id in shared), key=lambda p: p.contact.name is None)
    ends = [family[0].contact.id, family[-1].contact.id]
    return Seen(
        books=await hub.ledger(),
        answers=answers,
        waiting=await hub.quarantine(),
        people=people,
        ana=await _person(hub, ANA_MAIL),
        family=family,
        forged=[p for p in people if any(persona.key.startswith("failed:") for persona in p.contact.personas)],
        was_it=await hub.explain(*ends) if len(family) > 1 else None,
    )


async def _person(hub: "Hub", who: str) -> Person:
    return Person(await hub.contact(who), await hub.timeline(who, limit=1000))


def check(seen: Seen) -> Iterator[Promise]:
    """Holds what was seen against what the demo promises."""
    books, told = seen.books, Counter(seen.answers)
    ana = seen.ana.page.items
    yield Promise("nothing was lost: both ledgers balance, nothing is pending", books.balanced and not books.pending)
    signed = {status for what, status in told if what != "unsigned"}
    yield Promise("everything signed was acknowledged", signed == {200})
    yield Promise(
        "a webhook that came twice is stored once",
        told["the same text again", 200] == 1 and books.duplicate == 1 and len(set(seen.ana.message_keys)) == len(ana),
    )
    yield Promise("an unsigned webhook is refused", told["unsigned", 401] == 1 and sum(books.refused.values()) == 1)
    yield Promise(
        "an unreadable one waits in quarantine and holds nobody up", [e.account for e in seen.waiting] == ["whatsapp"]
    )
    channels = {item.interaction.channel for item in ana}
    yield Promise(
        "mail, WhatsApp, SMS and a call are one history of seven items",
        channels == {"email", "whatsapp", "sms", "voice"} and len(ana) == 7,
    )
    yield Promise(
        "an edit, a reaction and receipts took effect",
        {"edited", "read", "completed"} <= {item.state for item in ana} and any(item.reactions for item in ana),
    )
    yield Promise(
        "the family's telephone has two people, and a call of nobody in particular",
        [p.contact.name for p in seen.family] in ([OMAR, SALMA, None], [SALMA, OMAR, None])
        and all(len(p.page.items) == 1 for p in seen.family)
        and seen.was_it is not None
        and not seen.was_it.same,
    )
    apart = [p for p in seen.forged if p.contact.id != seen.ana.contact.id]
    in_ana = any(FORGED_ID in key for key in seen.ana.message_keys)
    yield Promise("the forged mail is kept, apart from whom it claims to be", len(apart) == 1 and not in_ana)
