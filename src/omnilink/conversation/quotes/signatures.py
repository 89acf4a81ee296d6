"""Signatures and legal notices: only what says so itself.

A closing ("Best regards, Ana") is the citizen's own and stays. A signature is what stands below `-- ` (RFC 3676 §4.3)
or a line of dashes and looks like one, and what a program added ("Sent from my iPhone").
"""

from collections.abc import Sequence

from omnilink.conversation.quotes.lines import Line, visible
from omnilink.conversation.quotes.tables import HEAD, TAIL, disclaimers, signatures

LONGEST_MOBILE = 90
MOST_MOBILE_WORDS = 11
MOST_ENDING_WORDS = 4
GOES_ON_WORDS = 2
MOST_SIGNATURE_LINES = 24
MOST_DASHED_LINES = 10
MOST_RULED_LINES = 6
SHORT_SIGNATURE_LINES = 4
PHONE_DIGITS = 7
LONGEST_SIGNATURE_LINE = 100
SHORTEST_NOTICE = 100
LONGEST_NOTICE = 6_000
NOTICE_GROUPS = 3


def is_mobile(bare: str) -> bool:
    """Whether a line is what a program signs with: "Sent from my iPhone", "Get Outlook for iOS<https://…>"."""
    if len(bare) > LONGEST_MOBILE and "<" not in bare and "http" not in bare:
        return False
    table = signatures()
    lowered = bare[:200].lstrip("*_[( ").casefold()
    if lowered[:HEAD] not in table.heads and lowered.rstrip(".*_)] ")[-TAIL:] not in table.tails:
        return False
    if is_advert(bare):
        return True
    core = visible(_without_links(lowered)).replace("[", "").strip("*_]() .|").strip()
    count = len(core.split())
    if not core or len(core) > LONGEST_MOBILE or count > MOST_MOBILE_WORDS or _has_sentence(core):
        return False
    if core.startswith(table.gets):
        return any(core.startswith(get) and len(core[len(get) :].split()) <= GOES_ON_WORDS for get in table.gets)
    starts = core.startswith(table.starts)
    ends = core.endswith(table.ends) and (count <= MOST_ENDING_WORDS or core.startswith(table.opens))
    if not (starts or ends):
        return False
    if any(product in core for product in table.products):
        return True
    return core.startswith(table.possessive) and _is_name(visible(_without_links(bare)).strip("*_[]() ."))


def is_advert(bare: str) -> bool:
    """Whether a line is what a virus scanner adds: "Virus-free. www.example.org"."""
    return len(bare) <= LONGEST_MOBILE and bare.lstrip("*_[( ").casefold().startswith(signatures().adverts)


def _without_links(text: str) -> str:
    for mark in ("<", "http", "[http", "(http", "www."):
        place = text.find(mark)
        if place > 0:
            closing = text.find(">", place) if mark == "<" else -1
            text = f"{text[:place]} {text[closing + 1 :]}" if closing > 0 else text[:place]
    return text


def _has_sentence(core: str) -> bool:
    return any(mark in core for mark in (", ", ". ", "! ", "? ", "; ", " - ", ": ")) or core[-1] in "?!,;:"


def _is_name(line: str) -> bool:
    """Whether all words behind "Sent from my" are capitalised or hold a digit, as product names do."""
    rest = line.split()[3:]
    return bool(rest) and all(word[0].isupper() or any(c.isdigit() for c in word) for word in rest)


def starts_letter(bare: str) -> bool:
    """Whether a line is a greeting, with which a letter begins."""
    if len(bare) > 60:
        return False
    lowered = bare.casefold()
    for greeting in signatures().greetings:
        if lowered.startswith(greeting) and not lowered[len(greeting) : len(greeting) + 1].isalpha():
            return True
    return False


def is_postscript(bare: str) -> bool:
    """Whether a line begins what the writer adds below a signature: "PS: the gate is open"."""
    lowered = bare[:20].casefold()
    return any(
        lowered.startswith(mark) and not lowered[len(mark) : len(mark) + 1].isalnum()
        for mark in signatures().postscripts
    )


def is_separator(raw: str) -> bool:
    """Whether a line is the signature separator of RFC 3676, or what transports made of it."""
    return raw in ("-- ", "--", "—", "--\u00a0", "––")


def looks_signed(lines: Sequence[Line], raw: str) -> bool:
    """Whether what stands below a separator is a signature rather than more of the message.

    Args:
        lines: the lines between the separator and the next quotation, or the end.
        raw: the separator as written.
    """
    own = [line.bare for line in lines if line.code in ("text", "mobile", "rule")]
    if not own:
        return is_separator(raw)
    exact = raw.rstrip("\r\n") == "-- "
    longest = MOST_SIGNATURE_LINES if exact else MOST_DASHED_LINES
    if len(own) > longest or any(bare.endswith(("?", "？", "؟")) for bare in own):
        return False
    if exact:
        return True
    if any(len(bare) > LONGEST_SIGNATURE_LINE or _is_prose(bare) for bare in own):
        return False
    contact = any(_is_contact(bare) for bare in own)
    if is_separator(raw.strip()):
        return contact or (len(own) <= SHORT_SIGNATURE_LINES and _is_person(own[0]))
    # Lines of dashes divide much else: below them stands a name, then how to reach it.
    return contact and len(own) <= MOST_RULED_LINES and _is_person(own[0])


def _is_person(bare: str) -> bool:
    """Whether a line may be a name: a few words, all capitalised, none a mere letter or number."""
    names = bare.rstrip(",").split()
    return len(names) <= 4 and all(len(name) > 1 and name[0].isupper() for name in names)


def _is_prose(bare: str) -> bool:
    return bare[-1] in ".!。！" and len(bare.split()) >= 5 and not _is_contact(bare)


def _is_contact(bare: str) -> bool:
    lowered = bare.casefold()
    if "@" in lowered or "http" in lowered or "www." in lowered:
        return True
    digits = 0
    for character in bare:
        if character.isdigit():
            digits += 1
        elif character not in " +-()./":
            digits = 0
        if digits >= PHONE_DIGITS:
            return True
    return False


def mark_notices(lines: Sequence[Line]) -> None:
    """Marks the legal notices among the last paragraphs."""
    last = len(lines)
    while last:
        last -= 1
        if lines[last].code in ("empty", "rule", "signature", "mobile", "quote", "notice", "attribution"):
            continue
        first = last
        while first and lines[first - 1].code == "text" and last - first < 60:
            first -= 1
        if lines[last].code != "text" or not _is_notice(lines[first : last + 1]):
            return
        if not any(line.code in ("text", "quote") for line in lines[:first]):
            # A mail that is all notice says it.
            return
        for line in lines[first : last + 1]:
            line.code = "notice"
        last = first


def _is_notice(paragraph: Sequence[Line]) -> bool:
    length = sum(len(line.bare) for line in paragraph)
    if not SHORTEST_NOTICE <= length <= LONGEST_NOTICE:
        return False
    text = " ".join(line.bare for line in paragraph).casefold()
    table = disclaimers()
    if not any(word in text for word in table["message"]):
        return False
    if not set(table["myself"]).isdisjoint(text.replace(",", " ").split()):
        return False
    groups = ("confidential", "recipient", "mistake", "destroy")
    return sum(any(word in text for word in table[group]) for group in groups) >= NOTICE_GROUPS
