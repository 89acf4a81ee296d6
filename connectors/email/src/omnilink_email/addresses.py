"""Address lists (RFC 5322 §3.4 with its obsolete forms), read so that nobody can pass for somebody else.

The standard library's parser took parts of a name for the address (CVE-2023-27043). Here a text that two careful
readers could take for two different addresses has none: the mailbox keeps its display name only.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from omnilink_email.limits import MAX_ADDRESSES, MAX_LABEL_CHARS
from omnilink_email.words import decode_words

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<word>=\?[^?\s]{1,80}\?[bBqQ]\?[^?\s]*\?=)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<literal>\[[^\[\]\\\s]{1,255}\])
      | (?P<special>[<>,;:@.()"\[\]\\])
      | (?P<atom>[^ \t\r\n<>,;:@.()"\[\]\\]+)""",
    re.VERBOSE,
)
# One mailbox in its usual form, the case of nearly every field: same outcome as below, at a tenth of the time.
_USUAL = re.compile(
    r"""(?:"([^"\\]{0,200})"\ |([^<>@,;:()"\[\]\\]{0,200}\ ))?
        (?P<open><)?(?P<address>[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?)(?(open)>)""",
    re.VERBOSE,
)
_TRAP = re.compile(r"[<>@]")
_COMMENT_EDGE = re.compile(r"[()\\]")
_UNESCAPE = re.compile(r"\\(.)")
_SIMPLE_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\U0010ffff-]+")
_DOMAIN = re.compile(r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9_\u0080-\U0010ffff-]*[A-Za-z0-9\u0080-\U0010ffff])?")
# Invisible or direction-changing characters: an address that shows as another one.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd]")
LONGEST_ADDRESS = 320
_MOST_TOKENS = 20_000


class _Token(NamedTuple):
    kind: str
    text: str
    spaced: bool
    """White space or a comment stood before it."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One entry of an address list.

    Attributes:
        address: `local@domain` as written, white space and comments removed; None where there is none or it is
            ambiguous.
        display: the name shown, decoded.
        is_suspect: something in it looks like an address but is none that all readers agree on.
    """

    address: str | None
    display: str | None
    is_suspect: bool = False


def _skip_comment(text: str, start: int) -> int:
    """The offset after the comment that starts there; -1 if it never ends."""
    depth = 0
    position = start
    while (match := _COMMENT_EDGE.search(text, position)) is not None:
        position = match.end()
        if match[0] == "\\":
            position += 1
        elif match[0] == "(":
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                return position
    return -1


def _tokenise(text: str) -> list[_Token]:
    """The tokens; one of kind `broken` ends them where a quote or comment never ends."""
    tokens: list[_Token] = []
    position = 0
    spaced = False
    while (match := _TOKEN.match(text, position)) is not None and len(tokens) < _MOST_TOKENS:
        kind = match.lastgroup or ""
        value = match[0]
        position = match.end()
        if kind == "space":
            spaced = True
            continue
        if value == "(":
            position = _skip_comment(text, match.start())
            if position >= 0:
                tokens.append(_Token("comment", text[match.start() + 1 : position - 1], spaced))
                spaced = True
                continue
        if value in {"(", '"'}:
            tokens.append(_Token("broken", text[match.start() :], spaced))
            return tokens
        if kind == "word" and _TRAP.search(value):
            kind = "trap"
        elif kind == "special":
            kind = "broken" if value in ")[]\\" else value
        tokens.append(_Token(kind, value, spaced))
        spaced = False
    if position < len(text):
        tokens.append(_Token("broken", "", False))
    return tokens


def _join_display(tokens: list[_Token]) -> str:
    pieces: list[str] = []
    for token in tokens:
        if token.kind == "comment":
            continue
        if token.spaced and pieces:
            pieces.append(" ")
        pieces.append(_UNESCAPE.sub(r"\1", token.text[1:-1]) if token.kind == "quoted" else token.text)
    return "".join(pieces)


def _read_spec(tokens: list[_Token]) -> str | None:
    """The address that these tokens are, if they are exactly one."""
    tokens = [token for token in tokens if token.kind != "comment"]
    at = [i for i, token in enumerate(tokens) if token.kind == "@"]
    if len(at) != 1:
        return None
    local, domain = tokens[: at[0]], tokens[at[0] + 1 :]
    if not local or not domain:
        return None
    for one, following in pairwise(local):
        if one.kind != "." and following.kind != ".":
            return None
    if any(token.kind not in {"atom", "quoted", "."} for token in local):
        return None
    local_text = "".join(token.text for token in local)
    if len(local) == 1 and local[0].kind == "quoted":
        inner = _UNESCAPE.sub(r"\1", local_text[1:-1])
        if _SIMPLE_LOCAL.fullmatch(inner):
            local_text = inner
        elif "@" in inner or "\\" in inner:
            return None
    elif any(token.kind == "quoted" for token in local) or not _SIMPLE_LOCAL.fullmatch(local_text):
        return None
    if len(domain) == 1 and domain[0].kind == "literal":
        domain_text = domain[0].text
    else:
        if len(domain) % 2 == 0 and domain[-1].kind == ".":
            domain = domain[:-1]  # a fully qualified name with its root dot
        names, dots = domain[::2], domain[1::2]
        if any(t.kind != "atom" or not _DOMAIN.fullmatch(t.text) for t in names) or any(t.kind != "." for t in dots):
            return None
        domain_text = "".join(token.text for token in domain)
    address = f"{local_text}@{domain_text}"
    # An encoded word is no address, however it decodes: that is how addresses are smuggled past one reader.
    if len(address) > LONGEST_ADDRESS or "=?" in address or _UNSEEN.search(address):
        return None
    return address


def _drop_route(tokens: list[_Token]) -> list[_Token]:
    """Without the obsolete source route (`@a,@b:ana@example.org`)."""
    if tokens and tokens[0].kind == "@":
        for number, token in enumerate(tokens):
            if token.kind == ":":
                return tokens[number + 1 :]
    return tokens


def _read_mailbox(tokens: list[_Token]) -> Mailbox | None:
    comments = [token.text for token in tokens if token.kind == "comment"]
    words = [token for token in tokens if token.kind != "comment"]
    if not words:
        return None
    kinds = {token.kind for token in words}
    is_clear = not kinds & {"broken", "trap"}
    opens = [i for i, token in enumerate(words) if token.kind == "<"]
    closes = [i for i, token in enumerate(words) if token.kind == ">"]
    address: str | None = None
    if not opens and not closes:
        address = _read_spec(words) if is_clear else None
        display = comments[-1] if address and comments else ("" if address else _join_display(words))
    else:
        phrase = words[: opens[0]] if opens else words
        display = _join_display(phrase) or (comments[-1] if comments else "")
        if is_clear and len(opens) == len(closes) == 1 and opens[0] < closes[0]:
            address = _read_spec(_drop_route(words[opens[0] + 1 : closes[0]]))
            names_another = (
                any(token.kind == "@" for token in phrase)
                and display.strip("' ").lower() != (address or "").lower()
            )  # fmt: skip
            if names_another or any(token.kind == "@" for token in words[closes[0] + 1 :]):
                address = None
    display = " ".join(decode_words(display).split())[:MAX_LABEL_CHARS]
    is_suspect = address is None and bool(kinds & {"@", "<", ">", "broken", "trap"})
    # `<>` alone is nobody (a bounce's path), which is no reason for suspicion.
    if address is None and not display and kinds <= {"<", ">"}:
        return None
    return Mailbox(address, display or None, is_suspect) if address or display or is_suspect else None


def _split(tokens: list[_Token]) -> list[list[_Token]]:
    """Cuts a list at its commas (and semicolons); groups (`name: a, b;`) are opened up.

    From a broken token on, every entry is broken: where a quote should have ended is anybody's guess.
    """
    entries: list[list[_Token]] = [[]]
    broken: _Token | None = None
    in_angle = in_route = False
    for number, token in enumerate(tokens):
        if token.kind == "<":
            in_angle = True
            in_route = number + 1 < len(tokens) and tokens[number + 1].kind == "@"
        elif token.kind == ">":
            in_angle = in_route = False
        elif token.kind == "broken":
            broken = token
        if token.kind == ";" or (token.kind == "," and not in_route):
            in_angle = in_route = False
            entries.append([] if broken is None else [_Token("broken", "", False)])
        elif token.kind == ":" and not in_angle:
            # The group's name is nobody, unless it looks like an address.
            entries[-1] = [t._replace(kind="broken") for t in entries[-1] if t.kind in {"@", "<", "broken", "trap"}]
        else:
            entries[-1].append(token)
    return entries


def parse_addresses(text: str, *, is_certain: bool = True) -> list[Mailbox]:
    """Reads an address list.

    Args:
        text: the unfolded field, encoded words not yet decoded: they are decoded after the structure is known, so
            that nothing in them can become an address.
        is_certain: False if the text's charset was guessed; then only ASCII addresses are taken.

    Returns:
        The entries in order, at most `MAX_ADDRESSES`.
    """
    if (usual := _USUAL.fullmatch(text)) is not None and ".." not in text and "-." not in text and ".-" not in text:
        display = usual[1] or usual[2] or ""
        if usual["open"] or not display:
            return [Mailbox(usual["address"], " ".join(decode_words(display).split()) or None)]
    found: list[Mailbox] = []
    for entry in _split(_tokenise(text)):
        mailbox = _read_mailbox(entry)
        if mailbox is None:
            continue
        if mailbox.address is not None and not is_certain and not mailbox.address.isascii():
            mailbox = Mailbox(None, mailbox.display, is_suspect=True)
        found.append(mailbox)
        if len(found) >= MAX_ADDRESSES:
            break
    return found
