"""Which thread each mail of a list ends in, by `omnilink.conversation.mail_cases`.

The mails are read in file order, which is their order of arrival; nothing but what a receiver has is used.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from omnilink.conversation.mail_cases import MailCases
from omnilink.conversation.mail_record import Mail


def read_mails(path: Path) -> Iterator[Mail]:
    """The mails of a JSONL file."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield as_mail(json.loads(line))


def as_mail(row: dict[str, Any]) -> Mail:
    """One line of the file as threading sees a mail."""
    author = (row.get("frm") or [""])[0]
    return Mail(
        id=str(row["id"]),
        ids=(row["mid"],) if row.get("mid") else (),
        answered=tuple(row.get("irt") or ()),
        references=tuple(row.get("refs") or ()),
        subject=row.get("subject") or "",
        author=author,
        recipients=tuple(dict.fromkeys([*(row.get("to") or ()), *(row.get("cc") or ())])),
        at_s=row.get("date"),
        text=row.get("text") or "",
    )


def predict(path: Path, level: str = "case") -> Iterator[dict[str, str]]:
    """The thread of every mail after the last one has arrived.

    Args:
        level: `conversation` (exact, by the headers) or `case` (scored).
    """
    cases = MailCases()
    ids = []
    for mail in read_mails(path):
        cases.add(mail)
        ids.append(mail.id)
    for number, name in enumerate(ids):
        thread = cases.conversations.conversation(number) if level == "conversation" else str(cases.case(number))
        yield {"id": name, "thread": thread}
