"""Calls: the first webhook, status callbacks, digits and speech, recordings and transcriptions.

https://www.twilio.com/docs/voice/twiml#request-parameters and .../voice/api/call-resource#statuscallback
"""

import json

from omnilink.model import (
    Call,
    CallUpdated,
    ConversationKind,
    Direction,
    Event,
    Media,
    NativeRefs,
    Part,
    Participant,
    Role,
)
from omnilink_twilio.addresses import Address, is_own, make_citizen, make_own, read_address
from omnilink_twilio.form import Form
from omnilink_twilio.settings import TwilioSettings

_LEGS = ("CallSid", "ParentCallSid", "DialCallSid")
_PROGRESS = "call-progress-events"
_OUTBOUND = frozenset({"outbound", "outbound-api", "outbound-dial", "trunking-originating"})


def is_call(form: Form) -> bool:
    """Is the request about a call?"""
    return form.get("CallSid") is not None


def parse_call(
    form: Form, settings: TwilioSettings, *, verified: bool, token: str = "", step: int | None = None
) -> Event:
    """One callback about a call.

    Args:
        form: the request's fields.
        settings: the account's.
        verified: Twilio's signature over the envelope was checked.
        token: Twilio's idempotency token of this request, if it had one: the same for its repetitions, another
            one for the next request, though the same digit was pressed again.
        step: of a turn that we answered: it alone says which of the call's turns this is.
    """
    sid = form.get("CallSid") or ""
    threads = _find_threads(form)
    call = _read_call(form, step)
    told = f"turn:{step}" if step is not None else f"{form.get('CallStatus') or ''}:{_distinguish(form, token)}"
    outbound = (form.get("Direction") or "").strip().lower() in _OUTBOUND
    return CallUpdated(
        event_key=f"call:{sid}:{told}",
        lane_key=threads[0],
        occurred_at=form.moment("Timestamp"),
        refs=NativeRefs(
            event_id=form.get("EventId"),
            call_id=sid,
            account_id=form.get("AccountSid"),
            sender_id=form.get("From", "Caller"),
            recipient_id=form.get("To", "Called"),
        ),
        message_key=f"twilio:{sid}",
        channel="voice",
        conversation_keys=threads,
        conversation_kind=ConversationKind.CALL,
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        participants=_find_parties(form, settings, outbound=outbound, verified=verified),
        parts=_read_sound(call),
        call=call,
    )


def _distinguish(form: Form, token: str) -> str:
    """What makes this callback another one than the call's others, and the same when it is sent again."""
    number = form.whole("SequenceNumber")
    if number is not None and form.get("CallbackSource") == _PROGRESS:
        return str(number)
    pressed = token if form.get("Digits") or form.get("SpeechResult") else ""
    return f"{form.digest()}:{pressed}" if pressed else form.digest()


def _find_threads(form: Form) -> tuple[str, ...]:
    """The call's legs, and the conference it is in, as native keys."""
    keys = [f"call:{sid}" for name in _LEGS if (sid := form.get(name))]
    if conference := form.get("ConferenceSid"):
        keys.append(f"conference:{conference}")
    return tuple(dict.fromkeys(keys))


def _find_parties(form: Form, settings: TwilioSettings, *, outbound: bool, verified: bool) -> tuple[Participant, ...]:
    """Caller and callee. Who calls us is never us, whatever number they show; of a call of ours, what is configured."""
    caller, callee = read_address(form, "From", "Caller"), read_address(form, "To", "Called")
    if caller is None and callee is None:
        return _only_claims(form, settings, outbound=outbound)
    ours_calls, ours_called = outbound and is_own(settings, caller), is_own(settings, callee)
    if not ours_calls and not ours_called:
        ours_calls, ours_called = outbound, not outbound
    return (
        _make_party(form, settings, caller, Role.CALLER, own=ours_calls, verified=verified),
        _make_party(form, settings, callee, Role.CALLEE, own=ours_called, verified=verified),
    )


def _make_party(
    form: Form, settings: TwilioSettings, address: Address | None, role: Role, *, own: bool, verified: bool
) -> Participant:
    if own:
        return make_own(address, role)
    return make_citizen(form, settings, address, role, verified=verified, speaks=role is Role.CALLER)


def _only_claims(form: Form, settings: TwilioSettings, *, outbound: bool) -> tuple[Participant, ...]:
    """Recording and transcription callbacks name nobody; what a flow passed on was still said by the citizen."""
    role = Role.CALLEE if outbound else Role.CALLER
    person = make_citizen(form, settings, None, role, verified=False, speaks=False)
    if not person.claims:
        return ()
    # Caller first, always: who is who must not depend on which callback came first.
    return (make_own(None, Role.CALLER), person) if outbound else (person,)


def _read_sound(call: Call) -> tuple[Part, ...]:
    """The recording as a file. Each callback that names it has it: which one comes first, or at all, is not sure."""
    return (Media(kind="voice", ref=call.recording_ref),) if call.recording_ref else ()


def _read_call(form: Form, step: int | None) -> Call:
    sequence = form.whole("SequenceNumber") if form.has("SequenceNumber") else form.whole("SequenceId")
    transcript, speech = _read_transcription(form)
    return Call(
        status=form.get("CallStatus"),
        sequence=sequence if step is None else step,
        at=form.moment("Timestamp"),
        digits=_read_digits(form),
        speech=form.get("SpeechResult") or speech,
        # `Duration` is in minutes (of billing), `RecordingDuration` is not the call's.
        duration_s=form.whole("CallDuration"),
        recording_ref=_read_recording(form),
        transcript=transcript,
    )


def _read_digits(form: Form) -> str | None:
    """The keys that were pressed. With a recording it is the key that ended it, or the word `hangup`."""
    digits = form.get("Digits")
    return None if digits == "hangup" or form.get("RecordingUrl") else digits


def _read_recording(form: Form) -> str | None:
    """Where the recording (a voicemail, say) is, once it is there."""
    state = (form.get("RecordingStatus") or "completed").lower()
    return form.get("RecordingUrl") if state == "completed" else None


def _read_transcription(form: Form) -> tuple[str | None, str | None]:
    """Transcript and speech: of a recording (`TranscriptionText`), or of what is being said (`TranscriptionData`).

    Of the live one only final utterances count; `inbound_track` is what the person on the line says
    (https://www.twilio.com/docs/voice/twiml/transcription).
    """
    if (whole := form.get("TranscriptionText")) is not None:
        return whole, None
    if (form.get("Final") or "true").lower() != "true":
        return None, None
    try:
        data = json.loads(form.get("TranscriptionData") or "null")
    except (ValueError, RecursionError):
        return None, None
    said = data.get("transcript") if isinstance(data, dict) else None
    if not isinstance(said, str) or not said.strip():
        return None, None
    said = said.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return (said, None) if form.get("Track") == "outbound_track" else (None, said)
