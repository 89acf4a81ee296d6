"""Turns: which requests of a call wait for TwiML, and the address that leads from one to the next.

Twilio asks the address of a number when it rings, and the `action` of each verb that waited for the caller. Ours is
the account's webhook with the place in the call in its query (`?state=main&step=3`), which Twilio signs with
everything else. So a step is asked for once in a call, whatever is pressed: its number names the request, and a
repetition of it, at the fallback address too, is known by it.
https://www.twilio.com/docs/voice/twiml#request-parameters

What is keyed in where the place says so is a secret, and so is what a fallback request holds whose place nobody can
tell: both are replaced before anything is stored.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from omnilink.plugin.answering import Turn
from omnilink.plugin.webhook import RawRequest
from omnilink_twilio.addresses import read_address
from omnilink_twilio.form import Form, read_forms
from omnilink_twilio.settings import TwilioSettings
from omnilink_twilio.signature import FORM_TYPE, spell_urls

_PLACE = re.compile(r"(?:state=(?P<state>[A-Za-z0-9._-]{1,200})&)?(?P<secret>secret=1&)?step=(?P<step>[0-9]{1,4})")
_OURS = re.compile(r"(?:^|&)step\b")
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_CALL = re.compile(r"CA[0-9a-fA-F]{32}")
_TOLD = ("CallbackSource", "SequenceNumber", "ParentCallSid", "RecordingSid", "TranscriptionSid", "ConferenceSid")
"""A request with one of these tells of something; nobody waits for its answer."""
_FAILED = ("ErrorUrl", "ErrorCode")
"""A request with one of these repeats one that failed. https://www.twilio.com/docs/usage/security/availability-reliability"""
_SAID = ("Digits", "SpeechResult", "UnstableSpeechResult", "StableSpeechResult")
MASK = "•"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a call a request stands.

    Attributes:
        step: how many turns there were before.
        state: of the directive before.
        secret: what is keyed in here is not to be kept.
    """

    step: int = 0
    state: str = ""
    secret: bool = False


def make_query(place: Place) -> str:
    """A place as a query. The step comes last: nothing can be glued to its end unseen."""
    state = f"state={place.state}&" if place.state else ""
    return f"{state}{'secret=1&' if place.secret else ''}step={place.step}"


def parse_place(query: str) -> Place | None:
    """The place a query names; None where it names none.

    Raises:
        ValueError: it names one in a spelling that is not ours.
    """
    match = _PLACE.fullmatch(query)
    if match is not None:
        return Place(int(match["step"]), match["state"] or "", match["secret"] is not None)
    if _OURS.search(query):
        raise ValueError("not a place as we write it")
    return None


def find_place(url: str, form: Form) -> Place | None:
    """Where in a call a request stands that waits for its answer; None where none is waited for.

    Args:
        url: as it was called.
        form: the request's fields.

    Raises:
        ValueError: the address is nothing we ever gave, or the form cannot belong to it.
    """
    if not form.has("CallSid") or form.get("MessageSid") is not None:
        return None
    base, _, query = url.partition("?")
    place = parse_place(query.partition("#")[0])
    named = _CALL.fullmatch(form.get("CallSid") or "") is not None
    if place is not None:
        # Twilio signs the address and the first field's name without a border between them. That field is the account:
        # where it is whole, no digit of the step can have become a part of its name.
        if not named or not _ACCOUNT.fullmatch(form.get("AccountSid") or ""):
            raise ValueError("not a request of a call")
        return place
    if not named or form.has(*_TOLD):
        return None
    failed, _, query = (form.get("ErrorUrl") or "").partition("?")
    if query and _is_same_address(failed, base):
        # The number's fallback address repeats the request that failed, and names the address that did.
        try:
            return parse_place(query)
        except ValueError:
            return None
    rings = form.get("CallStatus") == "ringing" and (form.get("Direction") or "inbound") == "inbound"
    return Place() if rings else None


def _is_same_address(one: str, other: str) -> bool:
    """Whether two spellings are one address: of a host in any case, with the default port or without."""

    def spell(url: str) -> set[str]:
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        return set(spell_urls(f"{scheme.lower()}://{host.lower()}{slash}{path}"))

    return not spell(one).isdisjoint(spell(other))


def mask_secret(form: Form, place: Place | None) -> bytes | None:
    """The form as it may be stored, where something secret may have been keyed in or said; None = as it is.

    Args:
        form: the request's fields.
        place: where in the call it stands (`find_place`).
    """
    if place is None or place.step == 0:  # nothing had been asked for there: what was keyed in belongs to what failed
        secret = form.has(*_FAILED)
    else:
        secret = place.secret
    return _mask(form) if secret and form.has("CallSid") and form.has(*_SAID) else None


def make_turn_key(call_sid: str, step: int) -> str:
    """Names a turn for ever; see `read_step`."""
    return f"turn:{call_sid}:{step}"


def read_step(delivery_key: str | None, call_sid: str) -> int | None:
    """The step of an envelope that was a turn of this call."""
    prefix, _, step = (delivery_key or "").rpartition(":")
    return int(step) if prefix == f"turn:{call_sid}" and step.isascii() and step.isdigit() else None


def read_turn(request: RawRequest, settings: TwilioSettings) -> Turn | None:
    """The turn a verified request is, with what was keyed in or said; None where it is none."""
    content_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    form = next(iter(read_forms(request.body, FORM_TYPE)), None) if content_type == FORM_TYPE else None
    try:
        place = find_place(request.url, form) if form is not None else None
    except ValueError:
        return None
    if form is None or place is None:
        return None
    sid = form.get("CallSid") or ""
    caller, callee = read_address(form, "From", "Caller"), read_address(form, "To", "Called")
    recording = form.get("RecordingUrl")
    return Turn(
        key=make_turn_key(sid, place.step),
        call=f"twilio:{sid}",
        step=place.step,
        account=settings.account,
        state=place.state,
        caller=caller.handle() if caller else None,
        callee=callee.handle() if callee else None,
        # After a recording, the key that ended it, or the word `hangup`: no answer to anything.
        digits="" if recording else (form.get("Digits") or "").strip(),
        speech=form.get("SpeechResult") or "",
        confidence=form.degrees("Confidence", 1),
        recording_ref=recording,
        recording_s=form.whole("RecordingDuration"),
        dialled=form.get("DialCallStatus"),
    )


def _mask(form: Form) -> bytes:
    """The form with what was keyed in or said replaced, as many letters as it had keys."""

    def kept(name: str, value: str) -> str:
        if name not in _SAID or not value:
            return value
        return MASK * len(value) if name == "Digits" else MASK * 3

    pairs: Iterable[tuple[str, str]] = ((name, kept(name, v)) for name, values in form.values.items() for v in values)
    return urlencode(list(pairs)).encode()
