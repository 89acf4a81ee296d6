"""What a suite brings: payloads that come in, messages that go out, answers of the vendor. All made up, none recorded
from people.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from omnilink.model.outgoing import Outgoing
from omnilink.plugin.sending import Answer, MediaFile, Outcome

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    """One payload as the provider delivers it.

    Attributes:
        name: for messages of the kit.
        body: its bytes.
        expect: types of the events it gives, in order (`message_received`); empty = anything but `unparsed`.
        says: words that must be found in its events.
        headers: what comes with it beside the signature.
        method, url: of the request; the suite's webhook if there is no URL.
        echo: it is our own message, told back to us.
        same_as: name of the sample whose event it tells again, in other words.
        handshake: the provider's set-up question. `answer` is what it must be told.
        webhook: it comes as a webhook (not by polling or from a file).
    """

    name: str
    body: bytes
    expect: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    url: str | None = None
    echo: bool = False
    same_as: str | None = None
    handshake: bool = False
    answer: bytes | None = None
    webhook: bool = True

    @classmethod
    def json(cls, name: str, value: Any, **more: Any) -> Self:
        """A JSON payload. `more`: other attributes."""
        return cls(name, json.dumps(value).encode(), headers={"content-type": "application/json"}, **more)

    @classmethod
    def form(cls, name: str, fields: Mapping[str, Any] | Iterable[tuple[str, str]], **more: Any) -> Self:
        """A form. `more`: other attributes."""
        pairs = fields if isinstance(fields, Mapping) else list(fields)
        return cls(name, urlencode(pairs, doseq=True).encode(), headers={"content-type": FORM}, **more)


@dataclass(frozen=True, slots=True, repr=False)
class SendSample:
    """One message to be said, and what must be found on the wire.

    Attributes:
        name: for messages of the kit.
        outgoing: the message.
        proves: the capability it shows (`text`, `media` ...); "" = none.
        needs: what it is about (`text`, `link`, `media` ...) → texts or bytes that are on the wire, or else in the
            loss report. A tuple within the tuple: any one of them is enough.
        media: bytes of its `blob:` references.
    """

    name: str
    outgoing: Outgoing
    proves: str = ""
    needs: Mapping[str, tuple[str | bytes | tuple[str | bytes, ...], ...]] = field(default_factory=dict)
    media: Mapping[str, MediaFile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class VendorAnswer:
    """One answer of the vendor and what it means: a row of the outcome table.

    Attributes:
        name: for messages of the kit.
        answer: as it comes.
        expect: what it must be read as. Fields that are empty here are not compared.
        step: how the name of the step begins that it answers; "" = the one that delivers a text.
    """

    name: str
    answer: Answer
    expect: Outcome
    step: str = ""


def find_recordings() -> Path | None:
    """The folder of recorded payloads: `OMNILINK_RECORDINGS`, or `corpus` of the folder of shared data."""
    shared = os.environ.get("OMNILINK_SHARED")
    folders = [os.environ.get("OMNILINK_RECORDINGS"), f"{shared}/corpus" if shared else None, "../shared/corpus"]
    return next((Path(folder) for folder in folders if folder and Path(folder, "index.jsonl").is_file()), None)


def read_recordings(folder: Path, channels: Collection[str]) -> Iterator[Sample]:
    """Recorded payloads of some channels.

    Args:
        folder: holds `index.jsonl` (a row has `file`, `channel` and maybe `headers`) and `payloads/`.
        channels: which of them.
    """
    with (folder / "index.jsonl").open(encoding="utf-8") as index:
        rows = [json.loads(line) for line in index]
    for row in rows:
        if row["channel"] in channels:
            body = (folder / "payloads" / row["file"]).read_bytes()
            yield Sample(row["file"], body, headers=row.get("headers") or {})
