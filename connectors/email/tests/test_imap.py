"""What an IMAP server says, and what is made of it."""

import imaplib
import ssl

import pytest
from imap_tools.errors import MailboxLoginError

from omnilink.errors import ConfigError, TransientError
from omnilink_email import imap
from omnilink_email.imap import ImapFolder, open_folder
from omnilink_email.servers import Server

PLACE = Server("imap.town.example", 993, "tls", "desk")


class Client:
    """An `imaplib` connection that answers as it is told."""

    capabilities = ("IMAP4REV1", "IDLE")
    sock = None

    def __init__(self, validity=(b"7",), **answers):
        self.validity, self.answers, self.asked = validity, answers, []
        self.is_closed = False

    next_uid = b"1"

    def response(self, name):
        return name, list(self.validity) if name == "UIDVALIDITY" else [self.next_uid]

    def uid(self, command, *arguments):
        self.asked.append((command, *arguments))
        answer = self.answers[command]
        if callable(answer):
            answer = answer(*arguments)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def noop(self):
        self.asked.append(("NOOP",))

    def shutdown(self):
        self.is_closed = True


class Box:
    def __init__(self, client, error=None):
        self.client, self.error = client, error
        self.selected = None
        self.folder = self.idle = self

    def login(self, username, password, initial_folder):
        assert (username, password, initial_folder) == ("desk", "secret", None)
        if self.error is not None:
            raise self.error

    login_utf8 = login

    def set(self, name, readonly):
        self.selected = name, readonly

    def wait(self, timeout_s):
        raise imaplib.IMAP4.abort("gone")


def test_the_folder_is_opened_for_reading_only(monkeypatch):
    box = Box(Client())
    monkeypatch.setattr(imap, "_connect", lambda server: box)
    assert open_folder(PLACE, "secret", "INBOX").validity == 7
    assert box.selected == ("INBOX", True)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MailboxLoginError(("NO", [b"[AUTHENTICATIONFAILED] no"]), "OK"), ConfigError),
        (MailboxLoginError(("NO", [b"[UNAVAILABLE] later"]), "OK"), TransientError),
        (imaplib.IMAP4.abort("gone"), TransientError),
        (TimeoutError(), TransientError),
    ],
)
def test_a_wrong_password_is_told_apart_from_a_bad_moment(monkeypatch, error, expected):
    box = Box(Client(), error)
    monkeypatch.setattr(imap, "_connect", lambda server: box)
    with pytest.raises(expected) as told:
        open_folder(PLACE, "secret", "INBOX")
    assert "secret" not in str(told.value)
    assert box.client.is_closed


@pytest.mark.parametrize("validity", [(), (None,), (b"x",), (b"-1",)])
def test_a_server_that_does_not_say_how_it_numbers_is_not_read(monkeypatch, validity):
    monkeypatch.setattr(imap, "_connect", lambda server: Box(Client(validity)))
    with pytest.raises(TransientError):
        open_folder(PLACE, "secret", "INBOX")


def test_the_last_mail_is_no_news_although_the_server_names_it():
    folder = ImapFolder(Box(Client(SEARCH=("OK", [b"9"]))))
    assert folder.uids_after(9) == []
    folder = ImapFolder(Box(Client(SEARCH=("OK", [b"12 10 11"]))))
    assert folder.uids_after(9) == [10, 11, 12]
    assert ImapFolder(Box(Client(SEARCH=("OK", [None])))).uids_after(0) == []


def test_the_uid_is_read_wherever_the_server_writes_it():
    pieces = [
        (b"1 (UID 5 BODY[]<0> {3}", b"abc"), b")",
        (b"2 (BODY[]<0> {3}", b"def"), b" UID 6)",
        (b"3 (UID 99 BODY[]<0> {3}", b"xyz"), b")", None,
    ]  # fmt: skip
    client = Client(FETCH=("OK", pieces))
    assert ImapFolder(Box(client)).fetch([5, 6]) == {5: b"abc", 6: b"def"}
    assert "BODY.PEEK[]" in client.asked[0][2]


def test_sizes_are_read_and_what_is_odd_is_passed_over():
    pieces = [b"1 (UID 5 RFC822.SIZE 100)", b"2 (RFC822.SIZE 7 UID 6)", b"3 (FLAGS ())", None]
    assert ImapFolder(Box(Client(FETCH=("OK", pieces)))).sizes([5, 6, 7]) == {5: 100, 6: 7}


@pytest.mark.parametrize("answer", [("NO", [b""]), imaplib.IMAP4.abort("gone"), OSError(), EOFError()])
def test_a_line_that_breaks_is_told(answer):
    with pytest.raises(TransientError):
        ImapFolder(Box(Client(SEARCH=answer))).uids_after(0)
    with pytest.raises(TransientError):
        ImapFolder(Box(Client())).wait(1)


def test_a_server_without_idle_is_asked_now_and_then():
    client = Client()
    client.capabilities = ("IMAP4REV1",)
    ImapFolder(Box(client)).wait(0.01)
    assert client.asked == [("NOOP",)]


def test_a_mailbox_of_any_size_is_asked_for_in_lines_the_client_takes():
    mails = range(1, 200_001)

    def search(what):
        first, _, last = what.removeprefix("UID ").partition(":")
        found = mails[int(first) - 1 : None if last == "*" else int(last)]
        return "OK", [b" ".join(b"%d" % uid for uid in found)]

    client = Client(SEARCH=search)
    client.next_uid = b"200001"
    folder = ImapFolder(Box(client))
    assert folder.uids_after(0) == list(mails)
    assert len(client.asked) == 4
    assert folder.uids_after(150_001) == list(range(150_002, 200_001))
    assert len(client.asked) == 5


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_servers_certificate_is_checked(monkeypatch, security):
    contexts = []
    monkeypatch.setattr(imap, "MailBox", lambda *place, ssl_context, timeout: contexts.append(ssl_context))
    monkeypatch.setattr(imap, "MailBoxStartTls", lambda *place, ssl_context, timeout: contexts.append(ssl_context))
    imap._connect(Server("imap.town.example", 993, security))
    assert (contexts[0].verify_mode, contexts[0].check_hostname) == (ssl.CERT_REQUIRED, True)
