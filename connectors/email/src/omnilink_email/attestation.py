"""How well our own mail server vouches for the author: Authentication-Results (RFC 8601)."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import idna

from omnilink.model import Attestation
from omnilink_email.border import Border, results_above
from omnilink_email.comments import has_quote_in_comment, split_sections
from omnilink_email.headers import Headers
from omnilink_email.settings import EmailSettings

_RESULT = re.compile(r"\s*([A-Za-z][\w.-]{0,40})(?:\s*/\s*\d+)?\s*=\s*([A-Za-z][\w-]{0,40})")
_FROM_PROPERTY = re.compile(r'(?:^|\s)header\s*\.\s*from\s*=\s*"?([^\s";]{1,320})', re.IGNORECASE)


class _Result(NamedTuple):
    method: str
    result: str
    from_domain: str | None


def canonical_domain(domain: str) -> str:
    """A domain for comparison: lower case, no root dot, IDN in its ASCII form.

    By UTS 46 and IDNA 2008, as the core does it: by the older rules `straße.example` would be `strasse.example`,
    which is somebody else's.
    """
    domain = domain.strip().rstrip(".").lower()
    if domain.isascii() or len(domain) > 255:
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:
        return domain


def _read_sections(sections: Iterable[str], *, doubtful: bool) -> Iterator[_Result]:
    """The results; of a doubtful field only those that nobody would forge."""
    for section in sections:
        match = _RESULT.match(section)
        if match is not None and not (doubtful and match[2].lower() == "pass"):
            stated = _FROM_PROPERTY.search(section, match.end())
            domain = stated[1].rpartition("@")[2] if stated else None
            yield _Result(match[1].lower(), match[2].lower(), domain)


def _own_results(headers: Headers, authserv_ids: frozenset[str]) -> list[_Result]:
    """The results our own server put on top.

    Only fields above the topmost Received count: a server adds its own fields above everything that came with the
    mail, so nothing a sender wrote can stand there (RFC 8601 §5).
    """
    found: list[_Result] = []
    for name, value in headers.fields:
        if name == "received":
            break
        if name != "authentication-results":
            continue
        text, _ = headers.decode(value)
        sections = split_sections(text)
        words = sections[0].split()
        if not words or words[0].strip('"').lower() not in authserv_ids:
            continue
        found += _read_sections(sections[1:], doubtful=has_quote_in_comment(text))
    return found


def attest(
    headers: Headers, authserv_ids: frozenset[str], author: str | None, border: Border | None = None
) -> Attestation:
    """What our own server found out about the author's address.

    Args:
        headers: the mail's.
        authserv_ids: our servers' authserv-ids in lower case; none = nothing is believed.
        author: the bare address, if there is exactly one.
        border: of the provider that keeps the mailbox, if it is one that writes its verdict below a hop of its own.

    Returns:
        `DMARC` for a pass of the very domain of From. `FAILED` for a DMARC failure or a pass of another domain
        than the author's, and, where DMARC gave no verdict, for an SPF failure that no DKIM signature makes up for.
        Else `NONE`.
    """
    if author is None:
        return Attestation.NONE
    results: list[_Result] = []
    if authserv_ids and headers.raw("authentication-results"):
        results += _own_results(headers, authserv_ids)
    if border is not None and headers.raw(border.field):
        for verdict, doubtful in results_above(headers, border):
            results += _read_sections(verdict, doubtful=doubtful)
    dmarc = [r for r in results if r.method == "dmarc"]
    if any(r.result == "fail" for r in dmarc):
        return Attestation.FAILED
    domain = canonical_domain(author.rpartition("@")[2])
    passed = [r for r in dmarc if r.result == "pass"]
    if passed:
        domains = {canonical_domain(r.from_domain) if r.from_domain is not None else None for r in passed}
        if domains == {domain}:
            return Attestation.DMARC
        # Some servers name the organisation's domain; a wholly other one is a second author's.
        others = [
            d
            for d in domains
            if d is not None and not (f".{d}".endswith(f".{domain}") or f".{domain}".endswith(f".{d}"))
        ]
        return Attestation.FAILED if others else Attestation.NONE
    verdicts = {method: {r.result for r in results if r.method == method} for method in ("spf", "dkim")}
    if "fail" in verdicts["spf"] and "pass" not in verdicts["spf"] | verdicts["dkim"]:
        return Attestation.FAILED
    return Attestation.NONE


_TRAVELLED = ("received", "authentication-results", "return-path", "delivered-to")


def is_really_ours(headers: Headers, attestation: Attestation, settings: EmailSettings) -> bool:
    """Whether a mail whose author is one of our own addresses is ours; a From alone proves nothing.

    It is with a DMARC pass, or where it never travelled (the copy in a Sent folder has no trace of transport), or
    where the agency says that this mailbox holds nothing forged (`trust_own_from`).
    """
    if attestation is Attestation.FAILED:
        return False
    if settings.trust_own_from or attestation is Attestation.DMARC:
        return True
    return not any(headers.raw(name) for name in _TRAVELLED)
