"""A contact card as the file that address books read: vCard 3.0 (RFC 2426), which all of them know."""

import re

from omnilink.model import ContactCard
from omnilink.plugin import MediaFile
from omnilink_email.control import without_control


def write_card(card: ContactCard) -> MediaFile:
    """The card as a file to attach."""
    name = card.name or next(iter((*card.phones, *card.emails)), "")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_value(name)}", f"N:{_value(name)};;;;"]
    lines += [f"TEL:{_value(phone)}" for phone in card.phones]
    lines += [f"EMAIL:{_value(email)}" for email in card.emails]
    content = "\r\n".join([*lines, "END:VCARD", ""]).encode("utf-8", "replace")
    return MediaFile(content, "text/vcard", f"{without_control(name) or 'contact'}.vcf")


def _value(text: str) -> str:
    return re.sub(r"([\\,;])", r"\\\1", without_control(text))
