"""How well our own mail server vouches for the author: Authentication-Results (RFC 8601)."""

import re
from typing import NamedTuple

from omnilink.model import Attestation
from omnilink_email.comments import strip_comments
from omnilink_email.headers import Headers

_RESULT = re.compile(r"\s*([A-Za-z][\w.-]{0,40})(?:\s*/\s*\d+)?\s*=\s*([A-Za-z][\w-]{0,40})")
_FROM_PROPERTY = re.compile(r'(?:^|\s)header\s*\.\s*from\s*=\s*"?([^\s";]{1,320})', re.IGNORECASE)
_SECTIONS = 200


class _Result(NamedTuple):
    method: str
    result: str
    from_domain: str | None


def canonical_domain(domain: str) -> str:
    """A domain for comparison: lower case, no root dot, IDN in its ASCII form."""
    domain = domain.strip().rstrip(".").lower()
    if domain.isascii() or len(domain) > 255:
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


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
        sections = strip_comments(text).split(";", _SECTIONS)
        words = sections[0].split()
        if not words or words[0].strip('"').lower() not in authserv_ids:
            continue
        for section in sections[1:]:
            if (match := _RESULT.match(section)) is not None:
                stated = _FROM_PROPERTY.search(section, match.end())
                domain = stated[1].rpartition("@")[2] if stated else None
                found.append(_Result(match[1].lower(), match[2].lower(), domain))
    return found


def attest(headers: Headers, authserv_ids: frozenset[str], author: str | None) -> Attestation:
    """What our own server found out about the author's address.

    Args:
        headers: the mail's.
        authserv_ids: our servers' authserv-ids in lower case; none = nothing is believed.
        author: the bare address, if there is exactly one.

    Returns:
        `DMARC` for a pass of the very domain of From; `FAILED` for a DMARC failure, and for failures of both SPF
        and DKIM where DMARC gave no verdict; else `NONE`.
    """
    if not authserv_ids or author is None or not headers.raw("authentication-results"):
        return Attestation.NONE
    results = _own_results(headers, authserv_ids)
    dmarc = [r for r in results if r.method == "dmarc"]
    if any(r.result == "fail" for r in dmarc):
        return Attestation.FAILED
    domain = canonical_domain(author.rpartition("@")[2])
    passed = [r for r in dmarc if r.result == "pass"]
    if passed:
        is_aligned = all(r.from_domain is not None and canonical_domain(r.from_domain) == domain for r in passed)
        return Attestation.DMARC if is_aligned else Attestation.NONE
    verdicts = {method: {r.result for r in results if r.method == method} for method in ("spf", "dkim")}
    if all("fail" in found and "pass" not in found for found in verdicts.values()):
        return Attestation.FAILED
    return Attestation.NONE
