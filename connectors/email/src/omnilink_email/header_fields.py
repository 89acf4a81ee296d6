"""Header fields as they are written (RFC 5322 §2.2, RFC 2047).

The standard library's own folding makes encoded words of long message ids, which breaks threads: ids are folded here.
"""

import re
from collections.abc import Iterable
from email.header import Header

from omnilink_email.control import has_control

LINE_CHARS = 76
"""RFC 2047 §2: a line that holds an encoded word has at most 76 characters."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,76}")
_ID = re.compile(r"[!-;=?-~]{1,500}")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def make_field(name: str, value: str) -> bytes:
    """One field whose value is written already.

    Raises:
        ValueError: the name is none, or the value holds a line end that does not fold.
    """
    if not _NAME.fullmatch(name) or has_control(value.replace("\r\n ", " ")):
        raise ValueError("a header field would end early")
    return f"{name}: {value}\r\n".encode()


def write_text(name: str, text: str) -> str:
    """The value of an unstructured field (Subject): encoded words where it is not plain ASCII.

    What only looks like an encoded word is encoded, or its reader would decode it.
    """
    if has_control(text):
        raise ValueError("a header text holds a control character")
    charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    return Header(text, charset, header_name=name, maxlinelen=LINE_CHARS).encode(linesep="\r\n")


def write_mailbox(name: str, address: str, display: str | None = None) -> str:
    """The value of an address field with one mailbox; the address is one that `parse_addresses` read."""
    if has_control(address) or any(c in address for c in "<>, "):
        raise ValueError("an address holds what ends it")
    if not display:
        return address
    if not (display.isascii() and "=?" not in display):
        words = write_text(name, display)
    elif _ATOMS.fullmatch(display):
        words = display
    else:
        words = '"' + re.sub(r'(["\\])', r"\\\1", display) + '"'
    if has_control(words.replace("\r\n ", " ")):
        raise ValueError("a name holds a control character")
    return (
        f"{words}\r\n <{address}>" if len(words) + len(address) > LINE_CHARS - len(name) - 6 else f"{words} <{address}>"
    )


def is_id(word: str) -> bool:
    """Whether a message id can be cited as it is."""
    return _ID.fullmatch(word) is not None


def write_ids(ids: Iterable[str]) -> str:
    """The value of a field of message ids, one a line."""
    return "\r\n ".join(f"<{word}>" for word in ids)
