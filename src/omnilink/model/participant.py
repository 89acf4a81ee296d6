"""Participant: who took part in an interaction, as seen."""

from enum import StrEnum
from typing import ClassVar

from omnilink.model.handle import Handle
from omnilink.model.record import Record


class Role(StrEnum):
    """What somebody was in one interaction."""

    AUTHOR = "author"
    TO = "to"
    CC = "cc"
    BCC = "bcc"
    CALLER = "caller"
    CALLEE = "callee"
    SUBJECT = "subject"
    ON_BEHALF_OF = "on-behalf-of"


class Attestation(StrEnum):
    """How well the channel vouches that this participant holds this handle.

    `SIGNATURE`: the platform's verified signature vouches for its own account id. `FAILED`: a check was
    made and failed (a forged sender): the handle is what somebody claims and identifies nobody.
    """

    NONE = "none"
    FAILED = "failed"
    SIGNATURE = "signature"
    DMARC = "dmarc"
    STIR_SHAKEN = "stir_shaken"
    LOGIN = "login"
    KNOWLEDGE_CHECK = "knowledge_check"


class StatedClaim(Record):
    """Something said about a participant in the interaction itself, not checked by anybody.

    Attributes:
        field: `name` (stated by the person), `display_name` (the account's), `born`, `case`, `caller_name`
            (a directory's name for the number) ...
        value: as stated.
    """

    field: str
    value: str

    shown: ClassVar[tuple[str, ...]] = ("field",)


class Participant(Record):
    """Who took part in an interaction, as seen.

    Attributes:
        role: what they were in it.
        handle: the address, if there is one.
        claims: what was stated about them.
        attestation: how well the channel vouches for the handle.
        own: the handle is the agency's own account, not a citizen.
    """

    role: Role
    handle: Handle | None = None
    claims: tuple[StatedClaim, ...] = ()
    attestation: Attestation = Attestation.NONE
    own: bool = False

    shown: ClassVar[tuple[str, ...]] = ("role", "attestation")

    def stated(self, field: str) -> str | None:
        """The first stated value of a field, if any."""
        return next((claim.value for claim in self.claims if claim.field == field), None)

    @property
    def called(self) -> str | None:
        """The name they stated, or else their account's, if there is one."""
        shown = self.handle.display if self.handle is not None else None
        return self.stated("name") or self.stated("display_name") or shown
