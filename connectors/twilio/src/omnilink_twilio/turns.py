"""Turns: which requests of a call wait for TwiML, and the address that leads from one to the next.

Twilio asks the address of a number when it rings, and the `action` of each verb that waited for the caller. Ours is
the account's webhook with the place in the call in its query (`?state=main&step=3`), which Twilio signs with
everything else. So a step is asked for once in a call, whatever is pressed: its number names the request, and a
repetition of it, at the fallback address too, is known by it.
https://www.twilio.com/docs/voice/twiml#request-parameters
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
from omnilink_twilio.signature import FORM_TYPE

_PLACE = re.compile(r"(?:state=(?P<state>[A-Za-z0-9._-]{1,200})&)?(?P<secret>secret=1&)?step=(?P<step>[0-9]{1,4})")
_OURS = re.compile(r"(?:^|&)step\b")
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_CALL = re.compile(r"CA[0-9a-fA-F]{32}")
_TOLD = ("CallbackSource", "SequenceNumber", "ParentCallSid", "RecordingSid", "TranscriptionSid", "ConferenceSid")
"""A request with one of these tells of something; nobody waits for its answer."""
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


def find_place(url: str, form: Form, settings: TwilioSettings) -> Place | None:
    """Where in a call a request stands that waits for its answer; None where none is waited for.

    Args:
        url: as it was called.
        form: the request's fields.
        settings: the account's.

    Raises:
        ValueError: the address is nothing we ever gave, or the form cannot belong to it.
    """
    if not form.has("CallSid") or form.get("MessageSid") is not None:
        return None
    place = parse_place(url.partition("?")[2].partition("#")[0])
    named = _CALL.fullmatch(form.get("CallSid") or "") is not None
    if place is not None:
        # Twilio signs the address and the first field's name without a border between them. That field is the account:
        # where it is whole, no digit of the step can have become a part of its name.
        if not named or not _ACCOUNT.fullmatch(form.get("AccountSid") or ""):
            raise ValueError("not a request of a call")
        return place
    if not named or form.has(*_TOLD):
        return None
    failed, ours = form.get("ErrorUrl"), settings.public_url
    if failed is not None and ours is not None and failed.startswith(f"{ours}?"):
        # The number's fallback address repeats the request that failed, and names the address that did.
        try:
            return parse_place(failed.removeprefix(f"{ours}?"))
        except ValueError:
            return None
    rings = form.get("CallStatus") == "ringing" and (form.get("Direction") or "inbound") == "inbound"
    return Place() if rings else None


def make_turn_key(call_sid: str, step: int) -> str:
    """Names a turn for ever; see `read_step`."""
    return f"turn:{call_sid}:{step}"


def read_step(delivery_key: str | None, call_sid: str) -> int | None:
    """The step of an envelope that was a turn of this call."""
    prefix, _, step = (delivery_key or "").rpartition(":")
    return int(step) if prefix == f"turn:{call_sid}" and step.isascii() and step.isdigit() else None


def read_form(request: RawRequest) -> Form | None:
    """The fields of a request that is a form and may be about a call; nothing else ever waits for TwiML."""
    if b"CallSid" not in request.body and "?" not in request.url:
        return None
    content_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    return next(iter(read_forms(request.body, FORM_TYPE)), None) if content_type == FORM_TYPE else None


def read_turn(request: RawRequest, settings: TwilioSettings) -> Turn | None:
    """The turn a verified request is, with what was keyed in or said; None where it is none."""
    form = read_form(request)
    try:
        place = find_place(request.url, form, settings) if form is not None else None
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
        kept_body=_mask(form) if place.secret else None,
    )


def _mask(form: Form) -> bytes:
    """The form with what was keyed in or said replaced, as many letters as it had keys."""

    def kept(name: str, value: str) -> str:
        if name not in _SAID or not value:
            return value
        return MASK * len(value) if name == "Digits" else MASK * 3

    pairs: Iterable[tuple[str, str]] = ((name, kept(name, v)) for name, values in form.values.items() for v in values)
    return urlencode(list(pairs)).encode()
