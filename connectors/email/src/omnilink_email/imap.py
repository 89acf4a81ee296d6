"""One folder of an IMAP server (RFC 9051), only read: no flag of any mail changes. Blocking; called in a thread."""

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from omnilink.errors import ConfigError, TransientError
from omnilink_email.limits import MAX_MAIL_BYTES
from omnilink_email.polling import Folder
from omnilink_email.sasl import choose_login
from omnilink_email.servers import Server

CONNECT_S = 30.0
ASKED_UIDS = 50_000
"""UIDs asked for at once: imaplib takes no line over a million bytes, and a SEARCH is answered in one."""
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b")
_VALIDITY = re.compile(rb"\d{1,10}")
# RFC 5530 §3: not the password's fault.
_TEMPORARY = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]")


def open_folder(server: Server, password: str, name: str) -> Folder:
    """Connects, logs in and opens a folder for reading only.

    Args:
        server: where.
        password: or the access token, where the server says so.
        name: of the folder.

    Raises:
        ConfigError: the password or the folder is wrong.
        TransientError: the server cannot be reached now.
    """
    box: BaseMailBox | None = None
    try:
        box = _connect(server)
        if server.by_token:
            _log_in_by_token(box, server, password)
        elif server.username:
            both = server.username + password
            (box.login if both.isascii() else box.login_utf8)(server.username, password, initial_folder=None)
        box.folder.set(name, readonly=True)
        return ImapFolder(box)
    except (MailboxLoginError, MailboxFolderSelectError, imaplib.IMAP4.error, OSError, EOFError) as e:
        if box is not None:
            box.client.shutdown()
        raise _told(e) from None


def _connect(server: Server) -> BaseMailBox:
    if server.security == "none":
        return MailBoxUnencrypted(server.host, server.port, timeout=CONNECT_S)
    # imaplib's own default checks no certificate.
    context = ssl.create_default_context()
    kind = MailBox if server.security == "tls" else MailBoxStartTls
    return kind(server.host, server.port, timeout=CONNECT_S, ssl_context=context)


def _log_in_by_token(box: BaseMailBox, server: Server, token: str) -> None:
    """Logs in by the SASL mechanism the server offers (RFC 9051 §6.2.2).

    Raises:
        ConfigError: it offers none that takes a token.
        MailboxLoginError: it refuses the token.
    """
    offered = [name[5:] for name in box.client.capabilities if name.upper().startswith("AUTH=")]
    login = choose_login(server, token, offered)
    if login is None:
        raise ConfigError("the mail server takes no access tokens", connector="email", setting="oauth_token_url")
    said = iter((login.first, login.after_refusal))
    try:
        box.client.authenticate(login.mechanism, lambda challenge: next(said, b""))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as e:
        raise MailboxLoginError(("NO", [str(e).encode()]), "OK") from None


def _told(error: Exception) -> ConfigError | TransientError:
    text = str(error)
    if isinstance(error, MailboxLoginError) and not _TEMPORARY.search(text):
        return ConfigError("the mail server refuses the user, the password or the token", connector="email",
                           setting="imap_password")  # fmt: skip
    if isinstance(error, MailboxFolderSelectError) and not _TEMPORARY.search(text):
        return ConfigError("the mail server has no such folder", connector="email", setting="imap_folder")
    return TransientError(f"the mail server cannot be read now: {type(error).__name__}", connector="email")


class ImapFolder:
    """A folder over an open connection; see `Folder`."""

    def __init__(self, box: BaseMailBox) -> None:
        self._box, self._client = box, box.client
        told = self._client.response("UIDVALIDITY")[1]
        if not told or not isinstance(told[0], bytes) or not _VALIDITY.fullmatch(told[0]):
            raise imaplib.IMAP4.abort("no UIDVALIDITY")
        self._validity = int(told[0])
        next_ = self._client.response("UIDNEXT")[1]
        self._next = int(next_[0]) if next_ and isinstance(next_[0], bytes) and _VALIDITY.fullmatch(next_[0]) else 1

    @property
    def validity(self) -> int:
        """See `Folder`."""
        return self._validity

    def uids_after(self, uid: int) -> list[int]:
        """See `Folder`. `*` names the last mail even where its UID is lower."""
        found: list[int] = []
        start = uid + 1
        while self._next - start > ASKED_UIDS:
            found += self._search(f"{start}:{start + ASKED_UIDS - 1}")
            start += ASKED_UIDS
        found += [number for number in self._search(f"{start}:*") if number >= start]
        self._next = max([self._next, *(number + 1 for number in found[-1:])])
        return found

    def _search(self, range_: str) -> list[int]:
        pieces = self._uid("SEARCH", f"UID {range_}")
        words = b" ".join(piece for piece in pieces if isinstance(piece, bytes)).split()
        return sorted(int(word) for word in words if word.isdigit())

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        """See `Folder`."""
        sizes = {}
        for piece in self._uid("FETCH", _set(uids), "(UID RFC822.SIZE)"):
            text = piece if isinstance(piece, bytes) else b""
            if (uid := _UID.search(text)) and (size := _SIZE.search(text)):
                sizes[int(uid[1])] = int(size[1])
        return sizes

    def fetch(self, uids: Sequence[int]) -> Mapping[int, bytes]:
        """See `Folder`. PEEK leaves the seen flag alone; of a mail too large only what tells so is fetched."""
        found: dict[int, bytes] = {}
        pieces = self._uid("FETCH", _set(uids), f"(UID BODY.PEEK[]<0.{MAX_MAIL_BYTES + 1}>)")
        for number, piece in enumerate(pieces):
            if not isinstance(piece, tuple):
                continue
            after = pieces[number + 1] if number + 1 < len(pieces) else b""
            uid = _UID.search(piece[0]) or (_UID.search(after) if isinstance(after, bytes) else None)
            if uid is not None and int(uid[1]) in uids:
                found[int(uid[1])] = piece[1]
        return found

    def wait(self, timeout_s: float) -> None:
        """See `Folder`. By IDLE (RFC 2177); a server without it is asked after that time."""
        try:
            if "IDLE" in self._client.capabilities:
                self._box.idle.wait(timeout_s)
            else:
                time.sleep(timeout_s)
                self._client.noop()
        except Exception as e:  # imap-tools and a socket closed meanwhile have many kinds
            raise _told(e) from None

    def close(self) -> None:
        """See `Folder`."""
        with suppress(OSError, AttributeError):
            self._client.sock.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self._client.shutdown()

    def _uid(self, command: str, *arguments: str) -> list[bytes | tuple[bytes, bytes] | None]:
        try:
            status, data = self._client.uid(command, *arguments)
        except (imaplib.IMAP4.error, OSError, EOFError, ValueError) as e:
            raise _told(e) from None
        if status != "OK":
            raise TransientError("the mail server refuses a command", connector="email")
        return list(data)


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))
