"""Did a machine write it, may we answer it by machine, and may it reopen a case? (RFC 3834, RFC 3464, RFC 2919)

A strong sign decides; weak signs count only in company, since people's mail carries each of them too. Whatever the
outcome, the mail is kept and threaded.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from omnilink.conversation.tables import read_table

_NO = frozenset({"", "no", "false", "0"})
_MOST_HOPS = 100
"""Received fields: more mean a loop (RFC 5321 §6.3)."""
_LONGEST = 998
DEFAULT_LOOP_MARK = "omnilink"


class AutomationKind(StrEnum):
    """What wrote a mail that no person wrote, or passed it on."""

    BOUNCE = "bounce"
    RECEIPT = "receipt"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto-reply"
    AUTO_GENERATED = "auto-generated"
    LOOP = "loop"
    LIST = "list"
    BULK = "bulk"


@dataclass(frozen=True, slots=True, repr=False)
class MailSigns:
    """What a mail shows of its making.

    Attributes:
        fields: header fields, name in lower case → values, unfolded.
        media_types: of the whole (first) and of its parts, in lower case.
        report_type: parameter of a multipart/report, in lower case.
        author: the bare address of From.
        envelope_sender: what the server was told; "" is the null path `<>`; None = not known.
        subject: decoded.
    """

    fields: Mapping[str, Sequence[str]]
    media_types: Sequence[str] = ()
    report_type: str = ""
    author: str = ""
    envelope_sender: str | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Automation:
    """What was found.

    Attributes:
        kind: None for a person's mail.
        may_answer: whether an automatic answer may go out. An official may always answer.
        may_reopen: whether it may reopen a closed case or count as the citizen's word.
        signs: names of what it was decided from, never values.
    """

    kind: AutomationKind | None
    may_answer: bool
    may_reopen: bool
    signs: tuple[str, ...] = ()


def decide_automation(mail: MailSigns, *, loop_mark: str = DEFAULT_LOOP_MARK) -> Automation:
    """Whether a machine wrote a mail.

    Args:
        mail: its signs.
        loop_mark: the word our own automatic mails carry in X-Loop.
    """
    signs: list[str] = []
    kind = _strong_kind(mail, loop_mark, signs)
    is_silent = _asks_for_silence(mail, signs)
    if kind is None and _is_told_by_weak_signs(mail, signs):
        kind = AutomationKind.AUTO_REPLY
    if kind is None:
        kind = _list_or_bulk(mail, signs)
    is_person_behind = kind is None or kind is AutomationKind.LIST
    return Automation(kind, kind is None and not is_silent, is_person_behind, tuple(signs))


def _strong_kind(mail: MailSigns, loop_mark: str, signs: list[str]) -> AutomationKind | None:
    table = read_table("automation")["strong"]
    if any(loop_mark in value.split() for value in mail.fields.get("x-loop", ())):
        return _told("x_loop", AutomationKind.LOOP, signs)
    if len(mail.fields.get("received", ())) > _MOST_HOPS:
        return _told("hops", AutomationKind.LOOP, signs)
    if kind := _report_kind(mail):
        return _told("report", kind, signs)
    local = _local_part(mail.author)
    if local in table["bounce_authors"] or any(name in mail.fields for name in table["bounce_fields"]):
        return _told(
            "bounce_author" if local in table["bounce_authors"] else "bounce_field", AutomationKind.BOUNCE, signs
        )
    if local in table["null_path_bounce_authors"] and _is_null_path(mail):
        return _told("null_path", AutomationKind.BOUNCE, signs)
    if kind := _auto_submitted(mail):
        return _told("auto_submitted", kind, signs)
    if any(_said(value) not in _NO for name in table["auto_reply_fields"] for value in mail.fields.get(name, ())):
        return _told("auto_reply_field", AutomationKind.AUTO_REPLY, signs)
    if any(value.strip().lower() in table["delivered_to"] for value in mail.fields.get("delivered-to", ())):
        return _told("delivered_to", AutomationKind.AUTO_REPLY, signs)
    if _precedence(mail) in table["precedences"]:
        return _told("precedence", AutomationKind.AUTO_REPLY, signs)
    return None


def _report_kind(mail: MailSigns) -> AutomationKind | None:
    """RFC 6522: what kind of report a mail is, if it is one as a whole."""
    if not mail.media_types or mail.media_types[0] != "multipart/report":
        return None
    if mail.report_type == "disposition-notification" or "message/disposition-notification" in mail.media_types:
        return AutomationKind.RECEIPT
    if mail.report_type == "feedback-report" or "message/feedback-report" in mail.media_types:
        return AutomationKind.COMPLAINT
    # A report of no stated type is a server's too.
    return AutomationKind.BOUNCE


def _auto_submitted(mail: MailSigns) -> AutomationKind | None:
    """RFC 3834 §5: `no` (whatever its parameters and comments) says that a person wrote it."""
    for value in mail.fields.get("auto-submitted", ()):
        word = _said(value)
        if word in _NO:
            continue
        return AutomationKind.AUTO_REPLY if word.startswith("auto-repl") else AutomationKind.AUTO_GENERATED
    return None


def _asks_for_silence(mail: MailSigns, signs: list[str]) -> bool:
    """Whether an automatic answer is unwanted or would reach nobody; it says nothing about who wrote the mail."""
    table = read_table("automation")
    found = []
    answers = table["suppress"]["answers"]
    if any(
        word.strip().lower() in answers
        for value in mail.fields.get("x-auto-response-suppress", ())
        for word in value.split(",")
    ):
        found.append("suppress")
    if _is_null_path(mail):
        found.append("null_path")
    if _local_part(mail.author) in table["no_answer"]["authors"]:
        found.append("no_answer_author")
    signs.extend(found)
    return bool(found)


def _is_told_by_weak_signs(mail: MailSigns, signs: list[str]) -> bool:
    """An absence note's subject, and a sign beside it that people's programs do not add to such a subject."""
    subject = unicodedata.normalize("NFC", mail.subject[:_LONGEST]).replace("：", ":")
    head, colon, _ = subject.partition(":")
    is_note = bool(colon) and " ".join(head.split()).casefold() in _note_subjects()
    if is_note:
        signs.append("subject")
    # With Auto-Submitted: no the writer says that he is none.
    said_no = any(_said(value) == "no" for value in mail.fields.get("auto-submitted", ()))
    # A person who answers has a "Re:" first, and one who asks about such notes answers nothing.
    is_answer = "in-reply-to" in mail.fields or "references" in mail.fields
    return is_note and is_answer and not said_no and ("null_path" in signs or "suppress" in signs)


def _list_or_bulk(mail: MailSigns, signs: list[str]) -> AutomationKind | None:
    table = read_table("automation")
    precedence = _precedence(mail)
    if precedence in table["list"]["precedences"] or any(name in mail.fields for name in table["list"]["fields"]):
        return _told("list", AutomationKind.LIST, signs)
    if precedence in table["bulk"]["precedences"]:
        return _told("precedence", AutomationKind.BULK, signs)
    return None


def _told(sign: str, kind: AutomationKind, signs: list[str]) -> AutomationKind:
    signs.append(sign)
    return kind


def _is_null_path(mail: MailSigns) -> bool:
    return mail.envelope_sender is not None and not mail.envelope_sender.strip("<> ")


def _said(value: str) -> str:
    """The keyword of a field: without comments and parameters, in lower case."""
    depth = 0
    said: list[str] = []
    for character in value[:_LONGEST].partition(";")[0]:
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif not depth:
            said.append(character)
    return "".join(said).strip().lower()


def _precedence(mail: MailSigns) -> str:
    return next((_said(value) for value in mail.fields.get("precedence", ())), "")


def _local_part(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[0].strip().lower()


@cache
def _note_subjects() -> frozenset[str]:
    rows = read_table("automation")["subject"]
    return frozenset(unicodedata.normalize("NFC", start).casefold() for row in rows for start in row["starts"])
