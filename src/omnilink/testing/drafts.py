"""Messages made up for every capability of sending, and texts of every length in several scripts."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from omnilink.model.event import Spoken
from omnilink.model.outgoing import Action, Offer, Option, Outgoing, Quoted
from omnilink.model.part import ContactCard, Location, Media, Template, Text
from omnilink.model.participant import Role
from omnilink.plugin.sending import Accepted, MediaFile
from omnilink.testing.samples import SendSample

if TYPE_CHECKING:
    from omnilink.testing.trial import Facts

SCRIPTS = ("lamp", "señal", "лампа", "مصباح", "街灯", "ดวงไฟ", "👩‍👩‍👧‍👦", "e\u0301\u0323")
"""A word in each of several scripts; numbered, it is found again on the wire."""

LINK = "https://town.example/permits/7?step=2"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
BLOB = "blob:" + "5d" * 32
FORMATTED = f"""\
# Heading0001

Plain0002 **bold0003** *italic0004* ~~strike0005~~ `code0006` [words0007]({LINK})

- item0008
- item0009

1. first0010

> quote0011

```
block0012
```
"""


def words(script: str, count: int) -> list[str]:
    """So many words, each another one."""
    return [f"{script}{n:05d}" for n in range(count)]


def text_of_length(script: str, chars: int) -> str:
    """A text of exactly so many characters (code points), of numbered words in lines of some length."""
    text = ""
    pieces = []
    for n, word in enumerate(words(script, chars // (len(script) + 6) + 2)):
        pieces.append(word + ("\n\n" if n % 40 == 39 else ". " if n % 8 == 7 else " "))
    text = "".join(pieces)[:chars]
    return text[:-1] + "x" if text[-1:].isspace() else text


def list_send_samples(facts: "Facts") -> list[SendSample]:
    """The kit's messages and the suite's own."""
    return [*_make_samples(facts), *facts.suite.drafts()]


@cache
def _make_samples(facts: "Facts") -> list[SendSample]:
    return [*_content(), _template(facts.suite.template), *_references(facts)]


def _content() -> Iterator[SendSample]:
    yield SendSample(
        "a plain text", Outgoing(parts=(Text(text="The lamp0001 is mended <b>&amp;</b> *now* _and_ safe"),)), "text",
        {"text": ("lamp0001", "mended", "now", "and", "safe")},
    )  # fmt: skip
    yield SendSample(
        "a formatted text", Outgoing(parts=(Text(text=FORMATTED, format="markdown"),)), "formatting",
        {
            "text": tuple(f"{word}" for word in (
                "Heading0001", "Plain0002", "bold0003", "italic0004", "strike0005", "code0006", "words0007", "item0008",
                "item0009", "first0010", "quote0011", "block0012",
            )),
            "link": (LINK,),
        },
    )  # fmt: skip
    yield SendSample(
        "two texts", Outgoing(parts=(Text(text="first0021"), Text(text="second0022", format="markdown"))), "text",
        {"text": ("first0021", "second0022")},
    )  # fmt: skip
    yield SendSample(
        "a subject", Outgoing(subject="About0031 the lamp", parts=(Text(text="words0032"),)), "subject",
        {"subject": ("About0031",), "text": ("words0032",)},
    )  # fmt: skip
    yield SendSample(
        "a picture by address",
        Outgoing(parts=(
            Text(text="words0041"),
            Media(kind="image", ref="https://files.town.example/lamp0042.png", mime_type="image/png",
                  filename="lamp0042.png", caption="caption0043"),
        )),
        "media",
        {"text": ("words0041",), "media": ("https://files.town.example/lamp0042.png",), "caption": ("caption0043",)},
    )  # fmt: skip
    yield SendSample(
        "a document kept here",
        Outgoing(parts=(
            Media(kind="document", ref=BLOB, mime_type="application/pdf", filename="permit0051.pdf",
                  caption="caption0052"),
        )),
        "media",
        {"media": (PICTURE,), "caption": ("caption0052",)},
        media={BLOB: MediaFile(PICTURE, "application/pdf", "permit0051.pdf")},
    )  # fmt: skip
    yield SendSample(
        "a place", Outgoing(parts=(
            Location(latitude=41.387917, longitude=2.169919, name="Office0061", address="Street0062"),
        )), "location",
        {"location": ("41.387917", "2.169919", "Office0061", "Street0062")},
    )  # fmt: skip
    yield SendSample(
        "somebody's card", Outgoing(parts=(
            ContactCard(name="Desk0071", phones=("+12025550171",), emails=("desk0071@town.example",)),
        )), "contact_card",
        {"contact_card": ("Desk0071", ("+12025550171", "12025550171"), "desk0071@town.example")},
    )  # fmt: skip
    yield SendSample(
        "something to choose", Outgoing(parts=(
            Text(text="Which0081 day?"),
            Offer(title="Days0082", options=(
                Option(value="mon", label="Monday0083"), Option(value="tue", label="Tuesday0084"),
            )),
        )), "offer",
        {"text": ("Which0081",), "offer": ("Monday0083", "Tuesday0084")},
    )  # fmt: skip


def _template(name: str) -> SendSample:
    part = Template(name=name, language="en_GB", parameters=("Ana0092", "ten0093"))
    return SendSample("a template", Outgoing(parts=(part,)), "template", {"template": (name, "Ana0092", "ten0093")})


def _references(facts: "Facts") -> Iterator[SendSample]:
    """Answers to what a citizen said; changes of what we said and of what they said."""
    theirs, ours = quote_theirs(facts), quote_ours(facts)
    if theirs is not None:
        key = _last_names(theirs)
        yield SendSample(
            "an answer", Outgoing(parts=(Text(text="answer0101"),), quoted=theirs), "reply",
            {"text": ("answer0101",), "reply": (key,)},
        )  # fmt: skip
        yield SendSample(
            "a reaction", Outgoing(action=Action.REACT, target=theirs, reaction="👍"), "reaction", {"reaction": (key,)}
        )
    if ours is not None:
        key = _last_names(ours)
        yield SendSample(
            "an edit", Outgoing(action=Action.EDIT, target=ours, parts=(Text(text="edited0111"),)), "edit",
            {"text": ("edited0111",), "edit": (key,)},
        )  # fmt: skip
        yield SendSample("a deletion", Outgoing(action=Action.DELETE, target=ours), "delete", {"delete": (key,)})


def _last_names(quoted: Quoted) -> tuple[str, ...]:
    """Any of what a channel may call a message by: its keys, whole and their last pieces."""
    pieces = [piece for key in quoted.message_keys for piece in (key, key.partition(":")[2], key.rpartition("/")[2])]
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def quote_theirs(facts: "Facts") -> Quoted | None:
    """The first message of a citizen we can write to, as the core hands it to be answered."""
    for event in facts.messages:
        seat = next((p for p in event.participants if p.role in (Role.AUTHOR, Role.CALLER)), None)
        if (
            seat is not None
            and seat.handle is not None
            and seat.handle.scheme in facts.suite.connector.capabilities.reaches
        ):
            return _quote(facts, event, own=False)
    return None


def quote_ours(facts: "Facts") -> Quoted | None:
    """A message of ours: one the vendor's answer named, in the conversation of the citizen's."""
    ids = [row.expect.ids for row in facts.suite.answers() if isinstance(row.expect, Accepted) and not row.step]
    named = next((found for found in ids if found), None)
    theirs = quote_theirs(facts)
    if named is None or theirs is None:
        return None
    return theirs.model_copy(update={
        "message_keys": ("out:0197f1d8-7a00-7000-8000-000000000002", *named), "author": facts.sender, "own": True,
        "text": "what we said", "addressed_us": False, "occurred_at": facts.now - timedelta(minutes=5),
    })  # fmt: skip


def _quote(facts: "Facts", event: Spoken, *, own: bool) -> Quoted:
    author = next((p.handle for p in event.participants if p.role in (Role.AUTHOR, Role.CALLER)), None)
    return Quoted(
        message_keys=(event.message_key,),
        conversation_keys=event.conversation_keys,
        in_reply_to=event.reply_to_key,
        author=author,
        subject=event.subject,
        text="\n".join(part.text for part in event.parts if isinstance(part, Text)),
        occurred_at=event.occurred_at or facts.now - timedelta(minutes=10),
        own=own,
        addressed_us=True,
    )
