"""Observation: what one participant of one interaction showed, in comparison form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from omnilink.identity.mail import canonical_mail
from omnilink.identity.online.born import parse_born
from omnilink.identity.online.forms import NameForm, name_form
from omnilink.identity.online.home import Home, parse_home
from omnilink.identity.online.keys import KeyClass, key_class, keyed_hash
from omnilink.identity.person_name import parse_name
from omnilink.model.participant import Attestation, Participant, Role

ADDRESSED = (Role.TO, Role.CC, Role.BCC, Role.CALLEE)
"""Whoever is named so in an interaction was written to or called, and showed nothing itself."""

NAMED = (Role.SUBJECT, Role.ON_BEHALF_OF)
"""Whoever is named so is told of by who wrote or called, unless an attestation says who vouches for it."""


class Distrust(StrEnum):
    """Why nothing an observation shows may link it by itself."""

    NOTHING = ""
    FORGED = "failed-authentication"
    """A check of the sender was made and failed."""
    UNVOUCHED = "unvouched-call"
    """The call came through a gateway that vouches for nothing, and the caller showed only a number and a name."""
    HEARSAY = "named-by-another"
    """Somebody else named whom they wrote to, called or wrote about: the name is their word for the handle's holder."""


GATEWAY = "C"
"""SHAKEN attestation C: the signing carrier knows neither the caller nor the number (ATIS-1000074, 5.2.3)."""


@dataclass(frozen=True, slots=True, repr=False)
class Observation:
    """What one participant of one interaction showed.

    Attributes:
        id: unique, for ever (`interaction/ordinal`).
        at: when, in seconds since 1970.
        keys: match keys of the handles it may be found by, sorted (`own_keys`).
        form: the stated name.
        born: birth date in ISO form, or "".
        home: the stated address.
        identity: keyed hash of an official number, or "".
        identity_checked: an official or a login vouches for that number.
        cases: keys of cases named with it (`case:…`).
        distrust: why it may not be linked by what it shows.
    """

    id: str
    at: int
    keys: tuple[str, ...] = ()
    form: NameForm | None = None
    born: str = ""
    home: Home | None = None
    identity: str = ""
    identity_checked: bool = False
    cases: tuple[str, ...] = ()
    distrust: Distrust = Distrust.NOTHING


def own_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Keys, sorted, without a WhatsApp number's own where its telephone is among them: it is no second handle.

    What it is worth, and who may have had it before, is the telephone's.
    """
    found = {*keys}
    return tuple(sorted(key for key in found if not (key.startswith("wa:") and f"tel:{key[3:]}" in found)))


def observe(
    id: str,
    at: int,
    *,
    keys: Iterable[str] = (),
    full_name: str | None = None,
    given_name: str | None = None,
    family_name: str | None = None,
    born: str | None = None,
    street: str | None = None,
    postcode: str | None = None,
    national_id: str | None = None,
    id_checked: bool = False,
    case: str | None = None,
    device: str | None = None,
    attestation: Attestation = Attestation.NONE,
    call_attestation: str | None = None,
    hearsay: bool = False,
    secret: bytes = b"",
) -> Observation:
    """Makes an observation of what was stated, in whatever form it was written.

    Args:
        id: unique, for ever.
        at: when, in seconds since 1970.
        keys: match keys of its handles (`Handle.match_keys` after `normalise`); none of a withheld number.
        full_name: the name in one piece, a display name too; `given_name`, `family_name` where stated apart.
        born: birth date, year first.
        street: with the house number; `postcode` beside it.
        national_id: official number; kept as a keyed hash only. `id_checked`: an official or a login vouches for it.
        case: reference of a case.
        device: id of a browser or a kiosk.
        attestation: how well the channel vouches for the handle.
        call_attestation: SHAKEN letter A, B or C of a call, None or "" where there is none.
        hearsay: somebody else states all that, of whom they address or write about.
        secret: the agency's key for the hash.
    """
    found = [*keys, f"device:{device}"] if device else [*keys]
    day, case = parse_born(born), (case or "").strip().casefold()
    distrust = Distrust.NOTHING
    if attestation is Attestation.FAILED:
        distrust = Distrust.FORGED
    elif call_attestation == GATEWAY and not (day or case or national_id):
        # A name and a number are what everybody knows of somebody; a birth date or a case is not.
        distrust = Distrust.UNVOUCHED
    elif hearsay and found:
        return _named_by_another(id, at, own_keys(found), name_form(parse_name(full_name, given_name, family_name)))
    elif hearsay:
        # One thing beside the name, the surest: it finds the person meant, but what two people have of it they have in
        # common already, so that nobody else's word joins them.
        case = "" if national_id else case
        day = "" if national_id or case else day
        street = None if national_id or case or day else street
    return Observation(
        id=id,
        at=at,
        keys=own_keys(found),
        form=name_form(parse_name(full_name, given_name, family_name)),
        born=day,
        home=parse_home(street, postcode),
        identity=keyed_hash(national_id, secret) if national_id else "",
        identity_checked=id_checked,
        cases=(f"case:{case}",) if case else (),
        distrust=distrust,
    )


def _named_by_another(id: str, at: int, keys: tuple[str, ...], form: NameForm | None) -> Observation:
    """What is seen of somebody who was only addressed: the handle, and which of its known holders may be meant."""
    if form is None or len(keys) != 1 or key_class(keys[0]) is KeyClass.ACCOUNT:
        return Observation(id, at, keys)
    return Observation(id, at, keys, form, distrust=Distrust.HEARSAY)


def observe_participant(
    participant: Participant, *, id: str, at: int, extra: Mapping[str, str] | None = None, secret: bytes = b""
) -> Observation:
    """The observation of a participant of the model.

    Claims are read by field: `name`, `display_name`, `given_name`, `family_name`, `born`, `street`, `postcode`,
    `national_id`, `case`, `device`, `call_attestation`, `forwarded_from`.

    Args:
        participant: its handle normalised.
        id: unique, for ever.
        at: when, in seconds since 1970.
        extra: further fields of the same names, which what the participant states overrules.
        secret: the agency's key for official numbers.
    """
    said = {**(extra or {}), **{claim.field: claim.value for claim in reversed(participant.claims)}}
    handle = participant.handle
    keys = handle.match_keys if handle is not None else ()
    display = handle.display if handle is not None else None
    if forwarded := said.get("forwarded_from"):
        # The subject wrote from there; the forwarder is somebody else.
        mail = canonical_mail(forwarded)
        keys, display = (mail[1],) if mail else (), None
    checked = participant.attestation in (Attestation.LOGIN, Attestation.KNOWLEDGE_CHECK)
    told = participant.role in NAMED and participant.attestation is Attestation.NONE
    return observe(
        id,
        at,
        keys=keys,
        full_name=said.get("name") or said.get("display_name") or display,
        given_name=said.get("given_name"),
        family_name=said.get("family_name"),
        born=said.get("born"),
        street=said.get("street"),
        postcode=said.get("postcode"),
        national_id=said.get("national_id"),
        id_checked=checked,
        case=said.get("case"),
        device=said.get("device"),
        attestation=participant.attestation,
        call_attestation=said.get("call_attestation"),
        hearsay=told or participant.role in ADDRESSED,
        secret=secret,
    )
