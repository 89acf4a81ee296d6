"""A call to the agency as Twilio leads it: asks for TwiML, does what it says, and tells of recordings and the end.

https://www.twilio.com/docs/voice/twiml#request-parameters. Whoever calls is the test (or a person at a sandbox):

    call = FakeCall(twilio, lambda request: hub.receive("helpline", request))
    await call.ring()
    await call.press("1")
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import urljoin
from xml.etree import ElementTree

from omnilink.plugin.answering import KEYS
from omnilink.plugin.webhook import RawRequest, WebhookResponse
from omnilink.testing.fakes.descriptions import Violation
from omnilink.testing.fakes.twilio import FakeTwilio
from omnilink.testing.fakes.twiml import read_twiml

MOST_REQUESTS = 500


class FakeCall:
    """One call.

    Args:
        twilio: who leads it.
        ask: gives a request to the agency's webhook.
        caller, called: the two numbers.
        number: of the call; two calls need two.
        more: further fields of every request (`StirVerstat`).

    Attributes:
        sid, caller: its id, and who calls.
        requests, answers: everything that was asked, and told, in order.
        heard: what the caller heard: (language, words); of a sound its address.
        waits: the verb that waits for the caller, if one does.
        ended: nothing more is said.
    """

    def __init__(
        self,
        twilio: FakeTwilio,
        ask: Callable[[RawRequest], Awaitable[WebhookResponse]],
        *,
        caller: str = "+34600111222",
        called: str = "+34910000000",
        number: int = 1,
        **more: str,
    ) -> None:
        self._twilio, self._ask = twilio, ask
        self.sid, self.caller = f"CA{number:032x}", caller
        self._parties = {
            "From": caller,
            "Caller": caller,
            "To": called,
            "Called": called,
            "Direction": "inbound",
            **more,
        }
        self._began = twilio.clock()
        self._rest: list[ElementTree.Element] = []
        self._at = twilio.url
        self._recordings = 0
        self.requests: list[RawRequest] = []
        self.answers: list[WebhookResponse] = []
        self.heard: list[tuple[str | None, str]] = []
        self.waits: ElementTree.Element | None = None
        self.ended = False

    # --- what the caller does -------------------------------------------------------------------------------------

    async def ring(self) -> None:
        """Calls the agency's number."""
        await self._fetch(self._twilio.url, {}, status="ringing")

    async def do(self, what: str) -> None:
        """Does what the call waits for: keys or words where it listens, a message after a tone; `-` is silence.

        Of a call that was passed on: how it ended (`completed`, `busy` ...).
        """
        verb = self.waits.tag if self.waits is not None else ""
        if verb == "Dial":
            await self.finish_dialling(what)
        elif what == "-":
            await self.wait()
        elif verb == "Record":
            await self.speak(10, transcript=what)
        elif set(what) <= set(KEYS):
            await self.press(what)
        else:
            await self.say(what)

    async def press(self, keys: str) -> None:
        """Presses keys; the one that ends the input is not part of it."""
        gather = self._waiting("Gather", by="dtmf")
        count, ends = gather.get("numDigits"), gather.get("finishOnKey", "#")
        digits = keys.partition(ends)[0] if ends else keys
        await self._act({"Digits": digits[: int(count)] if count else digits})

    async def say(self, words: str, *, confidence: float = 0.93) -> None:
        """Says something that is listened to."""
        self._waiting("Gather", by="speech")
        await self._act({"SpeechResult": words, "Confidence": str(confidence)})

    async def wait(self) -> None:
        """Does nothing at all: to a recording as to a question."""
        verb = self._waiting("Gather", "Record")
        if verb.tag == "Gather" and verb.get("actionOnEmptyResult") == "true":
            await self._act({})
        else:
            await self._go_on()

    async def speak(self, duration_s: int, *, transcript: str | None = None, ends_with: str = "#") -> None:
        """Speaks after the tone. The recording and its transcript are told of later (`FakeTwilio.deliver`)."""
        record = self._waiting("Record")
        self._recordings += 1
        sid = f"RE{int(self.sid[2:], 16) * 100 + self._recordings:032x}"
        told = {
            "RecordingSid": sid,
            "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{self._twilio.account_sid}/Recordings/{sid}",
            "RecordingDuration": str(min(duration_s, int(record.get("maxLength", "3600")))),
        }
        if callback := record.get("recordingStatusCallback"):
            self._tell(callback, {**told, "RecordingStatus": "completed", "RecordingSource": "RecordVerb"})
        if (
            record.get("transcribe") == "true"
            and transcript is not None
            and (callback := record.get("transcribeCallback"))
        ):
            words = {"TranscriptionText": transcript, "TranscriptionStatus": "completed"}
            self._tell(callback, {**told, "TranscriptionSid": f"TR{sid[2:]}", **words}, parties=True)
        await self._act({**told, "Digits": ends_with})

    async def finish_dialling(self, status: str) -> None:
        """The call that was passed on ends: `completed`, `busy`, `no-answer`, `failed`, `canceled`."""
        self._waiting("Dial")
        await self._act({"DialCallStatus": status, "DialCallSid": f"CA{int(self.sid[2:], 16) + (1 << 100):032x}"})

    def hang_up(self, duration_s: int = 60) -> None:
        """Ends the call, or lets it have ended; its status is told later (`FakeTwilio.deliver`)."""
        self.waits, self.ended = None, True
        at = format_datetime(self._began + timedelta(seconds=duration_s))
        told = {
            "CallStatus": "completed", "CallDuration": str(duration_s), "Duration": str(duration_s // 60 + 1),
            "SequenceNumber": "0", "CallbackSource": "call-progress-events", "Timestamp": at,
        }  # fmt: skip
        self._tell(self._twilio.url, told, parties=True)

    # --- what Twilio does -----------------------------------------------------------------------------------------

    def _waiting(self, *wanted: str, by: str | None = None) -> ElementTree.Element:
        """The verb that waits, if it waits for that."""
        verb = self.waits
        if verb is None or verb.tag not in wanted or (by is not None and by not in verb.get("input", "dtmf").split()):
            raise Violation(
                f"the call waits for {verb.tag if verb is not None else 'nobody'}, not for {by or wanted[0]}"
            )
        return verb

    async def _act(self, fields: dict[str, str]) -> None:
        verb, self.waits = self.waits, None
        action = (verb.get("action") if verb is not None else None) or self._at
        await self._fetch(urljoin(self._at, action), fields)

    async def _fetch(self, url: str, fields: dict[str, str], *, status: str = "in-progress") -> None:
        self._at = url
        request = self.make_request(url, fields, status=status)
        self.requests.append(request)
        answer = await self._ask(request)
        self.answers.append(answer)
        self._rest = read_twiml(answer)
        await self._go_on()

    def make_request(self, url: str, fields: dict[str, str], *, status: str = "in-progress") -> RawRequest:
        """A request of this call, signed."""
        form = {"CallSid": self.sid, "CallStatus": status, **self._parties, **fields}
        token = f"{self.sid}-{len(self.requests)}"
        return self._twilio.sign(url, form, I_Twilio_Idempotency_Token=token)

    def _tell(self, url: str, fields: dict[str, str], *, parties: bool = False) -> None:
        self._twilio.emit(self._twilio.sign(url, {"CallSid": self.sid, **(self._parties if parties else {}), **fields}))

    async def _go_on(self) -> None:
        self.waits = None
        while self._rest:
            verb = self._rest.pop(0)
            if verb.tag == "Redirect":
                if len(self.requests) > MOST_REQUESTS:
                    raise Violation("the call goes round in circles")
                await self._fetch(urljoin(self._at, (verb.text or "").strip()), {})
                return
            if verb.tag in ("Gather", "Record", "Dial"):
                for said in verb:
                    self._hear(said)
                self.waits = verb
                return
            if verb.tag == "Hangup":
                break
            self._hear(verb)
        self.ended = True

    def _hear(self, verb: ElementTree.Element) -> None:
        if verb.tag in ("Say", "Play"):
            self.heard.append((verb.get("language"), (verb.text or "").strip()))
