"""Subjects: what is left without "Re:" and its kin, and what the rest says about parts of a series.

Only the words mail programs put in front, and tags an agency configured, are taken off. A `[tag]` nobody configured
is part of the subject: it may be all that tells two matters apart (RFC 5256 §2.1 strips it, and merges them).
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from omnilink.conversation.tables import read_table

LONGEST = 998
"""Characters of a subject that are looked at (RFC 5322 §2.1.1: a line's limit)."""
_MOST_PREFIXES = 20
_LONGEST_PREFIX = 100
_COUNTED = r"(?:\s{0,2}(?:\[\d{1,4}\]|\(\d{1,4}\)|\^\d{1,4}|\*\d{1,4}))?"
_PART = re.compile(
    r"([\[(（][^\[\](){}（）]{0,60}?|\b)(?<!\d)0{0,3}(\d{1,4})\s?(?:/|of|von|de|sur|di|из)\s?0{0,3}(\d{1,4})(?!\d)"
)
_TAG = re.compile(r"\[[^\[\]]{1,60}\] ?")
_TICKET = re.compile(
    r"[\[(]([^\[\]()]{0,40}?)#\s?([a-z]{0,4}-?\d[\d-]{1,20})[\])]:? ?|\[ ?ref:([!-Z^-~]{4,60}):ref ?\] ?"
)
_DIGIT = re.compile(r"\d")
_WARNING_MARKS = ("[", "(", "{", "*", "<")
_SPACE = re.compile(r"\s+")


class Subject(NamedTuple):
    """A subject taken apart.

    Attributes:
        base: without prefixes, folded in case and white space; "" where nothing is left.
        is_reply: a word for an answer stood in front.
        is_forward: a word for a forward stood in front.
        part: of a series (`photos 2/5`): what stands around the number, the number and the total; else None.
        ticket: the number a helpdesk put into brackets (`[#4711]`, `[Ticket#4711]`, `[ref:…:ref]`); else "". It is no
            part of the base, since answers come with it and without it.
    """

    base: str
    is_reply: bool
    is_forward: bool
    part: tuple[str, int, int] | None
    ticket: str = ""

    def __repr__(self) -> str:
        return f"Subject(is_reply={self.is_reply}, is_forward={self.is_forward})"


@lru_cache(maxsize=8192)
def read_subject(text: str | None, tags: tuple[str, ...] = ()) -> Subject:
    """Takes a subject apart.

    Args:
        text: the subject, decoded.
        tags: words in brackets that our own side adds (`["City Hall"]` for `[City Hall]`); they are taken off too.
    """
    if not text:
        return Subject("", False, False, None)
    text = text[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    rest = _SPACE.sub(" ", text).strip().casefold()
    rest, ticket = _take_ticket(rest)
    warning = _warnings()
    pattern, replies = _prefixes()
    folded = tuple(f"[{tag.casefold()}]" for tag in tags)
    is_reply = is_forward = False
    for _ in range(_MOST_PREFIXES):
        # Most subjects have no prefix, and a prefix has its colon near.
        before = rest
        if rest[0:1] in _WARNING_MARKS and (match := warning.match(rest)):
            rest = rest[match.end() :]
        if ":" not in (near := rest[:_LONGEST_PREFIX]) and "：" not in near and not folded and rest == before:
            break
        if match := pattern.match(rest):
            is_reply |= (known := match[1] in replies)
            is_forward |= not known
            rest = rest[match.end() :]
            if before.startswith("[") and rest.endswith("]"):
                rest = rest[:-1]
        for tag in folded:
            rest = rest.removeprefix(tag).lstrip()
        # A list puts its tag before the prefix: the prefix goes, the tag stays.
        if (tagged := _TAG.match(rest)) and (match := pattern.match(rest, tagged.end())):
            is_reply |= (known := match[1] in replies)
            is_forward |= not known
            rest = rest[: tagged.end()] + rest[match.end() :]
        if rest == before:
            break
    if rest.endswith("(fwd)"):
        rest, is_forward = rest[:-5].rstrip(), True
    return Subject(rest, is_reply, is_forward, _read_part(rest), ticket)


def _take_ticket(text: str) -> tuple[str, str]:
    """A subject without the number a helpdesk put into it, and that number."""
    if ("#" not in text and ":ref" not in text) or not (match := _TICKET.search(text)):
        return text, ""
    return (text[: match.start()] + text[match.end() :]).strip(), match[3] or f"{match[1].strip()}#{match[2]}"


def _read_part(base: str) -> tuple[str, int, int] | None:
    if _DIGIT.search(base) is None or not (match := _PART.search(base)):
        return None
    number, total = int(match[2]), int(match[3])
    # 24/7 and 11/2024 are no parts.
    return (match[1].strip(" ([（"), number, total) if number <= total and 1 < total < 1900 else None


@cache
def _warnings() -> re.Pattern[str]:
    """A pattern for what a mail gateway puts before a subject: "[EXT] ", "***SPAM*** "."""
    words = sorted((re.escape(word) for word in read_table("subjects")["gateway"]["warnings"]), key=len, reverse=True)
    return re.compile(rf"[\[({{*<]{{1,10}}\s?(?:{'|'.join(words)})\s?[?!]?\s?[\])}}*>]{{1,10}}\s?:?\s*")


@cache
def _prefixes() -> tuple[re.Pattern[str], frozenset[str]]:
    """A pattern for one prefix, with its word as group 1, and the words that mean an answer."""
    replies: set[str] = set()
    forwards: set[str] = set()
    for row in read_table("subjects")["language"]:
        replies.update(unicodedata.normalize("NFKC", word).casefold() for word in row["reply"])
        forwards.update(unicodedata.normalize("NFKC", word).casefold() for word in row["forward"])
    words = sorted(replies | forwards, key=lambda word: (-len(word), word))
    choice = "|".join(re.escape(word) for word in words)
    return re.compile(rf"\[?({choice})\.?{_COUNTED}\s{{0,2}}[:：]\s*"), frozenset(replies)
