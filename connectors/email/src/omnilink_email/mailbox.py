"""Mail on disk: single messages, mbox files, Maildirs, and folders that mix them."""

import os
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from omnilink.errors import UnreadableFile
from omnilink.model import Authenticity, Received
from omnilink_email.headers import is_known_name
from omnilink_email.limits import MAX_MAIL_BYTES
from omnilink_email.mbox import read_mbox

_SNIFFED_BYTES = 1_024
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_MBOX_SUFFIXES = (".mbox", ".mbx")
_MAILDIR_MARKS = frozenset({"cur", "new"})


def _received(body: bytes) -> Received:
    # No delivery key: the core tells imports apart by their digest.
    return Received(body=body, authenticity=Authenticity.IMPORTED)


def _sniff(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_SNIFFED_BYTES)


def _is_mbox(path: Path, head: bytes) -> bool:
    if head.startswith(b"From "):
        return True
    name = path.name.lower()
    return (name == "mbox" or name.endswith(_MBOX_SUFFIXES)) and b"\nFrom " in b"\n" + head.lstrip()


def _looks_like_mail(path: Path, head: bytes) -> bool:
    """Is a file in a folder a mail? By its name, or because it starts with a field that mails have."""
    if path.suffix.lower() == ".eml":
        return True
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    match = _FIELD.match(start)
    return match is not None and is_known_name(match[1].lower())


def _read_message(path: Path) -> Received:
    """One message; of one over the cap the first bytes, which parsing then refuses as `too_large`."""
    with path.open("rb") as stream:
        return _received(stream.read(MAX_MAIL_BYTES + 1))


def _read_file(path: Path, *, is_asked_for: bool) -> Iterator[Received]:
    head = _sniff(path)
    if _is_mbox(path, head):
        with path.open("rb") as stream:
            for mail in read_mbox(stream):
                yield _received(mail)
    elif is_asked_for or _looks_like_mail(path, head):
        yield _read_message(path)


def _is_maildir(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in _MAILDIR_MARKS)


def _read_folder(folder: Path) -> Iterator[Received]:
    """Everything below a folder, by name; links to folders are not followed (they may lead in a circle).

    What cannot be read holds up nothing: it is counted, and told when all else is done.
    """
    unreadable = 0
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as found:
                entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
        except OSError:
            unreadable += 1
            continue
        is_delivered = here.name in _MAILDIR_MARKS and _is_maildir(here.parent)
        for entry in entries:
            if not entry.is_file():
                continue
            try:
                yield from _read_file(Path(entry.path), is_asked_for=is_delivered)
            except OSError:
                unreadable += 1
        # A Maildir's tmp holds what is still being delivered.
        skipped = {"tmp"} if _is_maildir(here) else set()
        below = [Path(e.path) for e in entries if e.is_dir(follow_symlinks=False) and e.name not in skipped]
        waiting.extend(reversed(below))
    if unreadable:
        raise UnreadableFile(
            f"{unreadable} files or folders could not be read; everything else was",
            connector="email",
            hint="check their permissions, then import again",
        )


def _read_one(path: Path) -> Iterator[Received]:
    try:
        yield from _read_file(path, is_asked_for=path.stat().st_size > 0 or path.suffix.lower() == ".eml")
    except OSError:
        raise UnreadableFile("the file cannot be read", connector="email", hint="check its permissions") from None


def read_mailbox(path: Path) -> Iterator[Received]:
    """Every mail of a file or folder, in a stable order, one at a time.

    A file is an mbox if it starts with `From ` (or is named like one and holds such a line), otherwise one message.
    A folder is read with all below it, by name: `.eml` files, mbox files, files that start with a mail header, and
    every file in `cur` and `new` of a Maildir. An empty mailbox is no error.

    Raises:
        UnreadableFile: at once, if the path does not exist, is no file and no folder, or holds no mail; at the end,
            if some of it could not be read.
    """
    if path.is_file():
        found = _read_one(path)
        may_be_empty = path.suffix.lower() != ".eml"
    elif path.is_dir():
        found = _read_folder(path)
        may_be_empty = _is_maildir(path)
    else:
        raise UnreadableFile("no such file or folder", connector="email", hint="name a .eml or mbox file, or a folder")
    first = next(found, None)
    if first is None:
        if may_be_empty:
            return iter(())
        raise UnreadableFile("no mail in there", connector="email", hint="a mailbox, a message or a folder of them")
    return chain((first,), found)
