"""The demo town's mail: what its server received in a week, as an mbox and as a Maildir."""

import mailbox
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path

SERVER = "mx.town.example"
"""Name of the town's own mail server: whose verdicts on senders are believed."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail.

    Attributes:
        verdict: what the town's server found of the sender (`pass`, `fail`); None for the town's own mail.
    """

    id: str
    at: datetime
    author: tuple[str, str]
    to: tuple[str, str]
    subject: str
    text: str
    verdict: str | None = "pass"
    answers: tuple[str, ...] = ()

    def render(self) -> EmailMessage:
        """The mail as a server stores it."""
        name, address = self.author
        mail = EmailMessage()
        if self.verdict is not None:
            domain = address.rpartition("@")[2]
            mail["Authentication-Results"] = f"{SERVER}; dmarc={self.verdict} header.from={domain}"
        mail["From"] = formataddr((name, address))
        mail["To"] = formataddr(self.to)
        mail["Subject"] = self.subject
        mail["Date"] = format_datetime(self.at)
        mail["Message-ID"] = f"<{self.id}>"
        if self.answers:
            mail["In-Reply-To"] = f"<{self.answers[-1]}>"
            mail["References"] = " ".join(f"<{a}>" for a in self.answers)
        mail.set_content(self.text)
        return mail


def write_mbox(path: Path, mails: Iterable[Mail]) -> Path:
    """Writes an mbox file."""
    _fill(mailbox.mbox(path), mails)
    return path


def write_maildir(path: Path, mails: Iterable[Mail]) -> Path:
    """Writes a Maildir folder."""
    _fill(mailbox.Maildir(path), mails)
    return path


def _fill(box: mailbox.mbox | mailbox.Maildir, mails: Iterable[Mail]) -> None:
    try:
        for mail in mails:
            box.add(mail.render().as_bytes())
    finally:
        box.close()
