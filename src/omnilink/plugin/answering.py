"""Answering: what somebody on the line is told to do next, as values.

A provider's request that waits for its answer is a `Turn`: a call rings, digits were keyed in, a recording ended. The
hook `omnilink_answer` gives the `Directive`, the connector writes it in the provider's language (TwiML). All pure; the
core sees to it that one turn has one answer, on disk before anybody hears it.

    Directive((Gather((Say("For street lamps press 1.", "en-GB"),), count=1), HangUp()), state="main")
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from omnilink.errors import BadInput
from omnilink.model.handle import Handle
from omnilink.model.outgoing import Offer
from omnilink.model.part import Choices
from omnilink.plugin.webhook import RawRequest, WebhookResponse

KEYS = "0123456789*#"
"""The keys of a telephone."""
LONGEST_RECORDING_S = 3600
LONGEST_CALL_S = 14_400

# It travels in a URL that is signed, so it must be spelt in one way only: the unreserved characters of RFC 3986 §2.3,
# without the tilde, which many encoders escape.
_STATE = re.compile(r"[A-Za-z0-9._-]{0,200}")


def _require(right: bool, what: str) -> None:
    if not right:
        raise BadInput(what)


def _require_key(finish_on: str) -> None:
    _require(len(finish_on) <= 1 and finish_on in KEYS, "finish_on is one key, or none")


@dataclass(frozen=True, slots=True, repr=False)
class Say:
    """Words to be spoken.

    Attributes:
        text: plain text in any script.
        language: BCP 47 tag of its language; None = the provider's own default.
    """

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Play:
    """A sound to be played, by its https address."""

    url: str


@dataclass(frozen=True, slots=True, repr=False)
class Gather:
    """Waits for keys or words; the turn that follows has them.

    Attributes:
        prompt: said while it waits already: whoever knows the menu need not listen to its end.
        offer: what can be chosen: each option's value is the key (or what is told of it), its label the word.
        digits, speech: what is listened for.
        count: so many keys and it is complete; None = until `finish_on` or silence.
        finish_on: the key that ends it and is not part of what was keyed in; "" = none.
        timeout_s: silence after which it ends with what there is.
        attempts: how often the prompt is said while nothing at all comes; the turn follows all the same.
        language: of the speech, BCP 47.
        sensitive: it is secret (a PIN): masked before anything is stored.

    Raises:
        BadInput: it listens for nothing, or a number is out of its range.
    """

    prompt: tuple[Say | Play, ...] = ()
    offer: Offer | None = None
    digits: bool = True
    speech: bool = False
    count: int | None = None
    finish_on: str = "#"
    timeout_s: int = 5
    attempts: int = 1
    language: str | None = None
    sensitive: bool = False

    def __post_init__(self) -> None:
        _require(self.digits or self.speech, "it must listen for digits or for speech")
        _require(self.count is None or 1 <= self.count <= 100, "count is a number from 1 to 100")
        _require_key(self.finish_on)
        _require(1 <= self.timeout_s <= 60, "timeout_s is a number from 1 to 60")
        _require(1 <= self.attempts <= 5, "attempts is a number from 1 to 5")


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """Records what is said; the turn that follows names the recording.

    Attributes:
        max_s: nobody speaks for longer.
        silence_s: silence that ends it.
        beep: a tone before it begins.
        transcribe: the provider shall write it down as well.
        finish_on: the key that ends it.

    Raises:
        BadInput: a number is out of its range.
    """

    max_s: int = 120
    silence_s: int = 5
    beep: bool = True
    transcribe: bool = False
    finish_on: str = "#"

    def __post_init__(self) -> None:
        _require(1 <= self.max_s <= LONGEST_RECORDING_S, f"max_s is a number from 1 to {LONGEST_RECORDING_S}")
        _require(1 <= self.silence_s <= 60, "silence_s is a number from 1 to 60")
        _require_key(self.finish_on)


@dataclass(frozen=True, slots=True, repr=False)
class Dial:
    """Connects the caller with somebody; the turn that follows says how that went.

    Attributes:
        to: a telephone number in international form.
        ring_s: how long it may ring.
        max_s: how long they may talk.

    Raises:
        BadInput: it is no such number, or a duration is out of its range.
    """

    to: Handle
    ring_s: int = 20
    max_s: int = LONGEST_CALL_S

    def __post_init__(self) -> None:
        number = self.to.value
        right = self.to.scheme == "tel" and number[:1] == "+" and number[1:].isascii() and number[1:].isdigit()
        _require(right, "a call goes to a telephone number in international form")
        _require(5 <= self.ring_s <= 600, "ring_s is a number from 5 to 600")
        _require(1 <= self.max_s <= LONGEST_CALL_S, f"max_s is a number from 1 to {LONGEST_CALL_S}")


@dataclass(frozen=True, slots=True, repr=False)
class HangUp:
    """Ends the call."""


@dataclass(frozen=True, slots=True, repr=False)
class Redirect:
    """Another turn follows at once, with nothing but the state."""


DirectiveStep = Say | Play | Gather | Record | Dial | HangUp | Redirect
WAITING = (Gather, Record, Dial, Redirect)
"""Steps after which another turn follows: nothing that comes after one is ever said."""


@dataclass(frozen=True, slots=True, repr=False)
class Directive:
    """What somebody on the line is told to do next.

    Attributes:
        steps: one after the other.
        state: comes back with the next turn, signed by the provider: where in the menu this is. At most 200 letters,
            digits and `.` `_` `-`; nothing personal, since it travels in a URL.
        language: what it is said in, BCP 47.
        chose: what the turn it answers is understood as, if it was a choice.

    Raises:
        BadInput: it has no step, steps that are never reached, or a state that cannot travel.
    """

    steps: tuple[DirectiveStep, ...]
    state: str = ""
    language: str | None = None
    chose: Choices | None = None

    def __post_init__(self) -> None:
        _require(bool(self.steps), "a directive has at least one step")
        ends = (*WAITING, HangUp)
        _require(not any(isinstance(s, ends) for s in self.steps[:-1]), "a step comes after one that ends the turn")
        _require(is_state(self.state), "a state is at most 200 letters, digits and . _ -")


def is_state(text: str) -> bool:
    """Whether a text may be the state of a directive."""
    return _STATE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """One request that waits for its answer: somebody is on the line.

    Attributes:
        key: names it within its account, the same for every repetition of it: its answer is kept under it.
        call: `message_key` of the call.
        step: how many turns the call had before.
        account: the account that was called.
        state: of the directive before; "" at first.
        caller, callee: as the provider wrote them; None where it told nobody.
        digits: the keys that were pressed, as they were.
        speech: what was understood of what was said; `confidence` from 0 to 1, if told.
        recording_ref, recording_s: a recording that has just ended.
        dialled: how a call that was passed on went: `completed`, `busy`, `no-answer`, `failed`, `canceled`.
    """

    key: str
    call: str
    step: int
    account: str = ""
    state: str = ""
    caller: Handle | None = None
    callee: Handle | None = None
    digits: str = ""
    speech: str = ""
    confidence: float | None = None
    recording_ref: str | None = None
    recording_s: int | None = None
    dialled: str | None = None


AnswerHook = Callable[[Turn], Directive | None]
"""Says what somebody on the line is told to do next; None = that is for somebody else to say. Pure."""


@runtime_checkable
class AnswersInline(Protocol):
    """A connector some of whose requests wait for content. All of it is pure."""

    @property
    def fallback(self) -> Directive:
        """What is said when nobody could say anything better in time."""
        ...

    def find_turn(self, request: RawRequest) -> Turn | None:
        """The turn that a verified request is; None where nobody waits for more than an acknowledgement.

        Its key must be the `replay_key` that `verify` gave.
        """
        ...

    def render_directive(self, directive: Directive, turn: Turn) -> WebhookResponse:
        """The answer in the provider's language; the same values always give the same bytes."""
        ...
