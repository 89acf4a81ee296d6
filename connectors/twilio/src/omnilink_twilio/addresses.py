"""Twilio's addresses (`+34600111222`, `whatsapp:+34...`, `client:ana`, `sip:...`, a short code) as handles."""

import re
from dataclasses import dataclass

from omnilink.model import Attestation, Handle, Participant, Role, StatedClaim
from omnilink_twilio.form import Form
from omnilink_twilio.settings import TwilioSettings

_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_HIDDEN_WORDS = ("anonymous", "restricted", "blocked", "unknown", "unavailable", "private")
HIDDEN = frozenset({*_HIDDEN_WORDS, *(word.translate(_KEYPAD) for word in _HIDDEN_WORDS)})
"""What stands for a hidden caller: a word, or the word as typed on a telephone's keys (`+266696687` is ANONYMOUS).

https://help.twilio.com/articles/223179988
"""
_NUMBER = re.compile(r"\+?[\d ().-]{2,40}")
_SHORT_CODE = re.compile(r"\d{3,6}")
_REGION = re.compile(r"[A-Z]{2}")
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{6,128}")
_CHANNELS = {"whatsapp": "whatsapp", "sip": "sip", "sips": "sip", "client": "client", "messenger": "messenger"}
_LONGEST = 300


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """One address of a request.

    Attributes:
        raw: as Twilio wrote it.
        channel: the prefix before the colon, `tel` where there is none.
        value: what follows the prefix.
        scope: within what ids of a platform are unique.
        region: ISO 3166 region Twilio names for it; a short code exists within one only.
    """

    raw: str
    channel: str
    value: str
    scope: str = ""
    region: str = ""

    @property
    def medium(self) -> str:
        """The channel a message to or from it is of."""
        return {"whatsapp": "whatsapp", "messenger": "messenger", "client": "chat"}.get(self.channel, "sms")

    @property
    def is_hidden(self) -> bool:
        """The caller withheld the number."""
        name = self.value.partition("@")[0].strip().lower().removeprefix("+")
        return name in HIDDEN

    def handle(self, display: str | None = None) -> Handle | None:
        """The handle it is; None where it identifies nobody (hidden, an alphanumeric sender, too long)."""
        value = self.value
        if self.is_hidden or not value.strip() or len(value) > _LONGEST:
            return None
        if self.channel == "whatsapp":
            if _BSUID.fullmatch(value):
                return Handle.of("wa_bsuid", value, scope=self.scope, display=display)
            return Handle.of("wa", value, display=display) if _NUMBER.fullmatch(value) else None
        if self.channel == "sip":  # the core reads the number of a SIP address, if there is one
            return Handle.of("tel", self.raw, display=display)
        if self.channel == "messenger":
            return Handle.of("messenger", value, scope=self.scope, display=display)
        if self.channel == "client":
            return Handle.of("ext", value, scope=f"twilio-client-{self.scope}", display=display)
        # An alphanumeric sender is a name anybody may set, not an address: nobody can be reached or known by it.
        if not _NUMBER.fullmatch(value):
            return None
        region = self.region if _SHORT_CODE.fullmatch(value) else ""
        return Handle.of("tel", value, scope=region, display=display)


def read_address(form: Form, *names: str) -> Address | None:
    """The address in the first of these fields that has one."""
    name = next((n for n in names if form.get(n) is not None), None)
    if name is None:
        return None
    raw = form.get(name) or ""
    prefix, colon, rest = raw.strip().partition(":")
    prefixed = bool(colon) and prefix.isalpha()
    region = form.get(f"{name}Country") or ""
    return Address(
        raw=raw,
        # Any other prefix (`rcs:`) goes before a telephone number.
        channel=_CHANNELS.get(prefix.lower(), "tel") if prefixed else "tel",
        value=rest if prefixed else raw.strip(),
        scope=form.get("AccountSid") or "",
        region=region if _REGION.fullmatch(region) else "",
    )


def is_own(settings: TwilioSettings, address: Address | None) -> bool:
    """Is it one of the agency's configured addresses, however either is written?"""
    handle = address.handle() if address else None
    if handle is None:
        return False
    wanted = _plain(handle.scheme, handle.raw)
    return any(wanted in (_plain(own.scheme, own.raw), _plain(own.scheme, own.value)) for own in settings.own)


def _plain(scheme: str, written: str) -> tuple[str, str]:
    """One number is one number, for calls and for WhatsApp."""
    if scheme in ("tel", "wa"):
        return "number", re.sub(r"\D", "", written)
    return scheme, written.strip().casefold()


def read_claims(form: Form, settings: TwilioSettings) -> list[StatedClaim]:
    """What the person stated to a flow of the agency's, by the account's `claims_from`."""
    return [
        StatedClaim(field=claim, value=value)
        for field, claim in settings.claims_from.items()
        if (value := form.get(field)) is not None
    ]


def read_attestation(address: Address | None, form: Form, *, verified: bool) -> Attestation:
    """How well the channel vouches for the sender or caller.

    Platforms sign for their own ids. A telephone number may be set by anybody: only STIR/SHAKEN says more, where
    `A` means the carrier knows the customer and that the number is theirs
    (https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir).
    """
    if address is None or address.handle() is None:
        return Attestation.NONE
    if address.channel in ("whatsapp", "messenger", "client"):
        return Attestation.SIGNATURE if verified else Attestation.NONE
    told = (form.get("StirVerstat") or "").strip()
    if told.startswith("TN-Validation-Failed"):
        return Attestation.FAILED
    if verified and told == "TN-Validation-Passed-A":
        return Attestation.STIR_SHAKEN
    return Attestation.NONE


def make_citizen(
    form: Form, settings: TwilioSettings, address: Address | None, role: Role, *, verified: bool, speaks: bool
) -> Participant:
    """The citizen's side of an interaction.

    Args:
        form: the request.
        settings: the account's.
        address: the citizen's address.
        role: what they are in it.
        verified: Twilio's signature over the envelope was checked.
        speaks: they sent or called, so what the request says of the sender is said of them.
    """
    name = form.get("ProfileName") if speaks else None
    claims = [StatedClaim(field="display_name", value=name)] if name else []
    if speaks and (listed := form.get("CallerName")):
        claims.append(StatedClaim(field="caller_name", value=listed))
    # Whoever is on the line or in the chat stated it, also on a call the agency made.
    claims += read_claims(form, settings)
    if address is not None and address.handle() is None and address.channel == "tel" and not address.is_hidden:
        claims.append(StatedClaim(field="display_name", value=address.value))
    return Participant(
        role=role,
        handle=address.handle(name) if address else None,
        claims=tuple(claims),
        attestation=read_attestation(address, form, verified=verified) if speaks else Attestation.NONE,
    )


def make_own(address: Address | None, role: Role) -> Participant:
    """The agency's side."""
    return Participant(role=role, handle=address.handle() if address else None, own=True)
