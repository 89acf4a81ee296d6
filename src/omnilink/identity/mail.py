"""Mail addresses: one spelling of an addr-spec, and the match key in which one mailbox's spellings meet.

Sources: RFC 5322 §3.4.1 and §4.4 (addr-spec, comments, obsolete routes), RFC 6068 (`mailto:`), RFC 6531
(internationalised addresses), UTS 46 (domains). Providers' own rules are data: `data/mail.toml`.

RFC 5321 §2.4 lets a server tell `Ana` from `ana`; none in practice does, so the local part is lower-cased. It is not
*case-folded*: folding writes ß as ss, and weiß@ and weiss@ are two mailboxes.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from omnilink.identity.cleaning import clean, settled
from omnilink.identity.tables import read_table

LONGEST = 512
LONGEST_DOMAIN = 255

_SIMPLE = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*", re.ASCII)
_LOCAL = re.compile(r'[^\s()<>\[\]:;,\\"@]+')
_NO_DOMAIN = re.compile(r'[\s()<>,;:"\\@?&/]')
_ANGLED = re.compile(r"<([^<>]*)>$")
_ROUTE = re.compile(r"(?:@[^,:]*,?)+:")
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


class Provider(NamedTuple):
    """What a provider publishes about which addresses are one mailbox."""

    domain: str | None
    ignores_dots: bool
    tag: str


@lru_cache(maxsize=32_768)
def canonical_mail(text: str) -> tuple[str, str] | None:
    """The canonical address (domain in ASCII form) and its match key, or None if it is no addr-spec."""
    lowered = text.lower()
    if _SIMPLE.fullmatch(lowered) and "@xn--" not in lowered and ".xn--" not in lowered:
        address: str | None = lowered if len(text) <= LONGEST else None
    else:
        address = settled(_addr_spec, text) if len(text) <= LONGEST else None
    return None if address is None else (address, match_key(address))


def match_key(address: str) -> str:
    """The address with what its provider ignores left out: for matching only, never for sending."""
    local, _, domain = address.rpartition("@")
    provider = _providers().get(domain)
    if provider is None or local.startswith('"'):
        return f"mailto:{address}"
    mailbox = local.partition(provider.tag)[0]
    if provider.ignores_dots:
        mailbox = mailbox.replace(".", "")
    return f"mailto:{mailbox or local}@{provider.domain or domain}"


def is_role(address: str) -> bool:
    """Whether a canonical address names a function (info@, noreply@, postmaster@) and not a person."""
    exact, prefixes = _roles()
    local = address.rpartition("@")[0].partition("+")[0]
    plain = "".join(c for c in unicodedata.normalize("NFKD", local) if not unicodedata.combining(c))
    return plain in exact or plain.startswith(prefixes)


def _addr_spec(text: str) -> str | None:
    if text[:7].lower() == "mailto:":
        text = clean(unquote(text[7:].partition("?")[0]))
    text = _without_comments(text).strip()
    if angled := _ANGLED.search(text):
        text = _ROUTE.sub("", angled[1], count=1).strip() if angled[1].startswith("@") else angled[1].strip()
        if text[:7].lower() == "mailto:":
            return text
    local, at, domain = text.rpartition("@")
    left, right = _local(local.strip()), _domain(domain)
    return f"{left}@{right}" if at and left and right else None


def _local(local: str) -> str | None:
    if len(local) > 1 and local.startswith('"') and local.endswith('"'):
        content = _QUOTED_PAIR.sub(r"\1", local[1:-1])
        if _LOCAL.fullmatch(content):
            local = content
        elif not content.strip():
            return None
        else:
            local = '"' + re.sub(r'(["\\])', r"\\\1", content) + '"'
    else:
        local = re.sub(r"\s*\.\s*", ".", local)
        if not _LOCAL.fullmatch(local):
            return None
    return unicodedata.normalize("NFC", local.lower().replace("ς", "σ"))


def _domain(domain: str) -> str | None:
    domain = re.sub(r"\s*\.\s*", ".", domain.strip()).partition("?")[0]
    domain = domain.removesuffix(".")
    if domain.startswith("[") and domain.endswith("]"):
        return None if re.search(r"[\s@]", domain) else domain.lower()
    if not domain or _NO_DOMAIN.search(domain):
        return None
    return _ascii_domain(domain) or unicodedata.normalize("NFC", domain.lower())


def _ascii_domain(domain: str) -> str | None:
    """The domain in ASCII (A-label) form by UTS 46, or None if it has none."""
    lowered = domain.lower()
    if lowered.isascii() and "xn--" not in lowered:
        return lowered
    if len(domain) > LONGEST_DOMAIN:
        return None
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower().removesuffix(".")
    except UnicodeError:  # idna's own errors are UnicodeErrors
        return None


def _without_comments(text: str) -> str:
    """RFC 5322 comments out: nested, and not inside quotes. An unclosed one leaves the text as it is."""
    if "(" not in text:
        return text
    out: list[str] = []
    depth, quoted, escaped = 0, False, False
    for c in text:
        if escaped:
            escaped = False
        elif c == "\\":
            escaped = True
        elif c == '"' and not depth:
            quoted = not quoted
        elif not quoted and c == "(":
            depth += 1
            continue
        elif not quoted and c == ")" and depth:
            depth -= 1
            continue
        if not depth:
            out.append(c)
    return text if depth or quoted else "".join(out)


@cache
def _providers() -> dict[str, Provider]:
    return {
        domain: Provider(row.get("domain"), row.get("ignores_dots", False), row["tag"])
        for row in read_table("mail")["provider"]
        for domain in row["domains"]
    }


@cache
def _roles() -> tuple[frozenset[str], tuple[str, ...]]:
    table = read_table("mail")["role"]
    return frozenset(table["exact"]), tuple(table["prefixes"])
