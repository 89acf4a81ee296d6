"""Where an item of a webhook stands: its business, its number, its contacts, its threads."""

from collections.abc import Mapping
from dataclasses import dataclass

from omnilink.model import Attestation, Authenticity, Envelope, NativeRefs
from omnilink_whatsapp.fields import Json, items, record, text
from omnilink_whatsapp.settings import WhatsAppSettings


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """What all items of one `changes[]` entry share.

    Attributes:
        field: the webhook field (`messages`, `calls`, `smb_message_echoes` ...).
        value: the change's value.
        business: the WhatsApp Business Account's id, "" if not told.
        scope: within what business-scoped user ids are unique.
        number_id: `metadata.phone_number_id`.
        number: `metadata.display_phone_number`.
        verified: Meta's signature over the envelope was checked.
        trusted: what it says of accounts may be believed (everything but an unsigned envelope).
        settings: the account's.
        contacts: the `contacts[]` entries; `listed` is number or user id → the first of them that has it.
    """

    field: str
    value: Json
    business: str
    scope: str
    number_id: str | None
    number: str | None
    verified: bool
    trusted: bool
    settings: WhatsAppSettings
    contacts: tuple[object, ...]
    listed: Mapping[str, int]

    def contact(self, number: str | None, user_id: str | None) -> object | None:
        """The `contacts[]` entry of a number or user id; of neither, the only one there is."""
        if number is None and user_id is None:
            return self.contacts[0] if len(self.contacts) == 1 else None
        places = [self.listed[i] for i in (number, user_id) if i and i in self.listed]
        return self.contacts[min(places)] if places else None

    @property
    def attestation(self) -> Attestation:
        """How well WhatsApp vouches for the account ids in here."""
        return Attestation.SIGNATURE if self.verified else Attestation.NONE

    @property
    def elsewhere(self) -> bool:
        """It is for another number or business than the one this account was restricted to."""
        wanted_id, wanted_business = self.settings.phone_number_id, self.settings.waba_id
        return bool(
            (wanted_id and self.number_id and wanted_id != self.number_id)
            or (wanted_business and self.business and wanted_business != self.business)
        )

    def refs(self, **more: str | None) -> NativeRefs:
        """The vendor's ids with this number's."""
        return NativeRefs(account_id=self.number_id, **more)

    def thread(self, other: str) -> str:
        """The native key of the chat with `other` (a number, a user id, a group)."""
        return f"wa:{self.number_id or self.settings.phone_number_id}/{other}"


def find_place(envelope: Envelope, settings: WhatsAppSettings, entry: object, change: object) -> Place:
    """Reads what a change says of its surroundings."""
    value = record(change, "value")
    business = text(entry, "id") or settings.waba_id
    contacts = tuple(items(value, "contacts"))
    listed: dict[str, int] = {}
    for n, contact in enumerate(contacts):
        for written in (text(contact, "wa_id"), text(contact, "user_id")):
            if written:
                listed.setdefault(written, n)
    return Place(
        field=text(change, "field") or "",
        value=value,
        business=business,
        scope=settings.portfolio_id or business,
        number_id=text(value, "metadata", "phone_number_id"),
        number=text(value, "metadata", "display_phone_number"),
        verified=envelope.authenticity is Authenticity.VERIFIED,
        trusted=envelope.authenticity is not Authenticity.UNSIGNED,
        settings=settings,
        contacts=contacts,
        listed=listed,
    )
