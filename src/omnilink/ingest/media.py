"""Media: which files an event brings, and what one try to fetch a file comes to. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from omnilink.errors import FetchRefused, OmnilinkError, TransientError
from omnilink.model.event import CallUpdated, Event
from omnilink.model.media import MediaItem, MediaState
from omnilink.model.part import Call, Media, Part
from omnilink.plugin.fetch_policy import Fetched
from omnilink.store.media import MediaUpdate

MOST_ATTEMPTS = 20
FIRST_PAUSE_S = 2.0
"""Some addresses live for five minutes only, so the first tries follow closely."""

LONGEST_PAUSE_S = 3600.0
LONGEST_WAIT_S = 24 * 3600.0
WRONG_TYPE = "wrong-type"

_ENDS = {
    "gone": MediaState.EXPIRED,
    "not-authorised": MediaState.FAILED,  # a person can mend the credentials and try again
    "status": MediaState.FAILED,
}
_PAGES = frozenset({"text/html", "image/svg+xml", "application/xhtml+xml"})
_PROGRAMS = frozenset({"application/x-elf", "application/vnd.microsoft.portable-executable"})
_SHOWN = ("image/", "audio/", "video/")


@dataclass(frozen=True, slots=True, repr=False)
class Named:
    """A file as an event names it."""

    ref: str
    filename: str | None = None
    declared_type: str | None = None
    size: int | None = None
    sha256: str | None = None


def list_files(event: Event) -> Iterator[Named]:
    """The files an event names, in its order; the recording of a call is one."""
    parts: Iterable[Part] = getattr(event, "parts", ())
    for part in (event.call, *parts) if isinstance(event, CallUpdated) else parts:
        if isinstance(part, Media) and part.ref:
            yield Named(part.ref, part.filename, part.mime_type, part.size, part.sha256)
        elif isinstance(part, Call) and part.recording_ref:
            yield Named(part.recording_ref)


def make_items(
    event: Event,
    interaction: str,
    *,
    account: str,
    envelope: str,
    holds: Literal["envelope", "store"] | None,
    new_id: Callable[[], str],
    now: datetime,
) -> list[MediaItem]:
    """The files of an event as items: to be fetched, or here already.

    Args:
        interaction: the one the event is about.
        holds: where the account's files are when they arrive; None = they are to be fetched.
    """
    items = []
    for position, file in enumerate(list_files(event)):
        item = MediaItem(
            id=new_id(), interaction=interaction, account=account, envelope=envelope, event_key=event.event_key,
            position=position, ref=file.ref, address=file.ref, filename=file.filename,
            declared_type=file.declared_type, created_at=now, not_before=now,
        )  # fmt: skip
        if holds:
            here = {"state": MediaState.FETCHED, "held": holds, "sha256": file.sha256, "size": file.size}
            # What is in the store was looked at when it was put there.
            known = {"mime_type": file.declared_type} if holds == "store" else {}
            item = item.model_copy(update=here | known)
        items.append(item)
    return items


def claim(item: MediaItem, now: datetime, *, busy_s: float) -> MediaUpdate:
    """One more try, which nobody else makes meanwhile; if its worker dies, the file is due again after `busy_s`."""
    return MediaUpdate(
        item.id, (item.state, item.attempts), MediaState.PENDING, item.attempts + 1, now + timedelta(seconds=busy_s),
        reason=item.reason,
    )  # fmt: skip


def decide_fetched(item: MediaItem, found: Fetched) -> tuple[MediaUpdate, Mapping[str, bytes]]:
    """Where a file stands whose bytes are here, and the bytes to keep under their digest.

    Args:
        item: as it was claimed.
    """
    declared = item.declared_type or found.declared_type
    wrong = is_wrong_type(declared, found.mime_type)
    update = MediaUpdate(
        item.id,
        (item.state, item.attempts),
        MediaState.REFUSED if wrong else MediaState.FETCHED,
        item.attempts,
        item.not_before,
        reason=WRONG_TYPE if wrong else None,
        held=None if wrong else "store",
        sha256=found.sha256,
        size=len(found.content),
        mime_type=found.mime_type,
    )
    return update, {} if wrong else {found.sha256: found.content}


def is_wrong_type(declared: str | None, sniffed: str) -> bool:
    """Whether a file is a page, a text or a program under another name: a login page in the place of a picture.

    Any other difference is only shown: senders name types badly, and such a file harms nobody who is told.
    """
    said = (declared or "").partition(";")[0].strip().lower()
    if not said or said == sniffed:
        return False
    if sniffed in _PAGES:
        return said not in _PAGES and said != "application/octet-stream" and not said.startswith("text/")
    return said.startswith(_SHOWN) and (sniffed in _PROGRAMS or sniffed.startswith("text/"))


def decide_failed(item: MediaItem, error: OmnilinkError, now: datetime) -> MediaUpdate:
    """Where a file stands after a try that failed: an end, or when it is tried again.

    Args:
        item: as it was claimed.
    """
    expected = (item.state, item.attempts)
    if isinstance(error, FetchRefused):
        state = _ENDS.get(error.reason, MediaState.REFUSED)
        return MediaUpdate(item.id, expected, state, item.attempts, now, reason=error.reason)
    # A wrong configuration is somebody's to mend: it is tried again like a line that is down.
    silent = "no-answer" if isinstance(error, TransientError) else type(error).__name__
    reason = f"http-{error.status_code}" if error.status_code else silent
    if item.attempts >= MOST_ATTEMPTS:
        return MediaUpdate(item.id, expected, MediaState.FAILED, item.attempts, now, reason=f"gave-up:{reason}")
    told_s = error.retry_after_s
    wait_s = pause_s(item.attempts) if told_s is None else max(told_s, 0.0)
    later = now + timedelta(seconds=min(wait_s, LONGEST_WAIT_S))
    return MediaUpdate(item.id, expected, MediaState.PENDING, item.attempts, later, reason=reason)


def pause_s(attempts: int) -> float:
    """How long to wait after this many tries where nobody says how long."""
    return min(FIRST_PAUSE_S * 2.0 ** min(max(attempts - 1, 0), 20), LONGEST_PAUSE_S)
