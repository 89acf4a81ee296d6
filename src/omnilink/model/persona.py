"""Persona, Attribution, Link: what identity is made of. Contacts are computed from these."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from omnilink.model.handle import Handle
from omnilink.model.participant import Role
from omnilink.model.record import Record, Utc

BY_OTHERS = "others:"
"""A claim's field begins so where somebody else said it: who wrote about them, or we who wrote to them first."""


class Claim(Record):
    """A field of a persona as somebody said it; retracted, never overwritten.

    Attributes:
        at: when it was first said; of what arrives late, too, so that no order of arrival changes it.
    """

    field: str
    value: str
    source: str
    at: Utc
    retracted_at: Utc | None = None

    shown: ClassVar[tuple[str, ...]] = ("field", "source")


FAILED_KEY = "failed:"
"""A persona's key begins so after a failed authentication: its handle is what somebody claimed."""

UNVOUCHED_KEY = "unvouched:"
"""A persona's key begins so where a gateway vouches neither for the caller nor for the number."""

UNNAMED_KEY = "unnamed:"
"""A persona's key begins so where nothing names it but the place it was seen at."""


class Persona(Record):
    """The smallest thing we attribute to: one holder of one handle.

    Attributes:
        key: what makes it this one, canonical and the same in every order of arrival: the handle's key; handle
            and stated name on a telephone (`tel:+34600111222#ana garcia`); the event's key after a failed
            authentication (`failed:...`).
        match_keys: the handle's match keys; empty where the handle identifies nobody.
        name: the stated name that is part of the key, normalised, if one is.
    """

    id: str
    key: str
    handle: Handle | None = None
    match_keys: tuple[str, ...] = ()
    name: str | None = None
    born_at: Utc
    claims: tuple[Claim, ...] = ()

    @property
    def shared_handle(self) -> str | None:
        """The handle's key, where more than the handle makes the persona: others may have the handle, too."""
        return self.handle.key if self.handle is not None and self.handle.key != self.key else None


class Verdict(StrEnum):
    """What a link says of two personas."""

    SAME = "same"
    DIFFERENT = "different"


class Method(StrEnum):
    """How a link or attribution came about, strongest first (see `STRENGTH`)."""

    STAFF_CONFIRMED = "staff_confirmed"
    DECLARED = "declared"
    OTP = "otp"
    LOGIN = "login"
    PLATFORM_ATTESTED = "platform_attested"
    EXACT_KEY = "exact_key"
    IMPORTED = "imported"
    PROBABILISTIC = "probabilistic"


STRENGTH = {
    Method.STAFF_CONFIRMED: 4,
    Method.DECLARED: 4,
    Method.OTP: 3,
    Method.LOGIN: 3,
    Method.PLATFORM_ATTESTED: 3,
    Method.EXACT_KEY: 2,
    Method.IMPORTED: 1,
    Method.PROBABILISTIC: 1,
}
"""human 4 > attested 3 > exact 2 > the rest 1 (architecture §2, law 1)."""


class Evidence(Record):
    """Why: a kind, the ids it rests on and its weight in bits. Never a copied value."""

    kind: str
    refs: tuple[str, ...] = ()
    weight_bits: float | None = None

    shown: ClassVar[tuple[str, ...]] = ("kind",)


class Link(Record):
    """Two personas are the same, or different, person. Scored, evidenced, dated, revocable.

    Attributes:
        a, b: persona ids; `key_a`, `key_b` their keys, `key_a` < `key_b`.
        basis: what the decision rests on as one canonical text (`key:tel:+34600111222`, `event:<event_key>`,
            `human:<n>`): the same pair, method and basis is one link for ever.
        score: in bits; None for certain methods.
        depends_on: ids of links and bands of keys (`band:tel:+34600111222=one-name`) it was decided from.
        asserted_by: `rule:<name>`, `connector:<name>` or a person's id.
        revoked_by: likewise; a link revoked by a human is never made again by a rule.
    """

    id: str
    a: str
    b: str
    key_a: str
    key_b: str
    verdict: Verdict
    method: Method
    basis: str
    score: float | None = None
    evidence: tuple[Evidence, ...] = ()
    depends_on: tuple[str, ...] = ()
    asserted_by: str
    at: Utc
    revoked_at: Utc | None = None
    revoked_by: str | None = None
    revoked_reason: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("id", "verdict", "method")

    @property
    def in_force(self) -> bool:
        """Not revoked."""
        return self.revoked_at is None


class Attribution(Record):
    """Participant number `ordinal` of an interaction is (taken to be) this persona."""

    interaction: str
    ordinal: int
    role: Role
    persona: str
    method: Method
    score: float | None = None
    evidence: tuple[Evidence, ...] = ()
    asserted_by: str
    at: Utc

    shown: ClassVar[tuple[str, ...]] = ("interaction", "ordinal", "persona")


class Decision(Record):
    """What a person decided about who is who; stronger than any evidence, and revocable.

    Attributes:
        number: in the order the decisions were made.
        kind: `confirm`, `reject`, `split` or `merge`.
        same: the two sides are one person; else two.
        sides: what the personas on either side show, as the resolver tells them apart.
        pinned: observations told from others that show the same.
        reason: in the person's words.
        revoked_by: a person.
    """

    id: str
    number: int
    kind: str
    same: bool
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    pinned: tuple[str, ...] = ()
    by: str
    at: Utc
    reason: str = ""
    revoked_at: Utc | None = None
    revoked_by: str | None = None
    revoked_reason: str | None = None

    @property
    def in_force(self) -> bool:
        """Not revoked."""
        return self.revoked_at is None

    shown: ClassVar[tuple[str, ...]] = ("id", "number", "kind", "same")


@dataclass(frozen=True, slots=True, repr=False)
class PersonaRef:
    """A persona as decisions need it. `contact` is the id of the contact that holds it now."""

    id: str
    key: str
    contact: str
    match_keys: tuple[str, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Revocation:
    """A link is no longer in force."""

    link: str
    at: datetime
    by: str
    reason: str
