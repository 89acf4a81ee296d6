"""Twilio's webhook signature, as pure functions.

Source: https://www.twilio.com/docs/usage/security#validating-requests and Twilio's own libraries:
`X-Twilio-Signature` = base64(HMAC-SHA1(auth token, URL + each parameter's name and value)), names sorted, the values
of a name sorted and each counted once. A body that is no form is covered by `bodySHA256` in the query, the lower-case
hex sha256 of the raw body; parameters are absent from the signature then. The scheme itself has no defence against
replay, and it signs names and values without saying where one ends: see `find_swallowed`.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote_to_bytes

HEADER = "x-twilio-signature"
FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 2000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ORIGIN = re.compile(r"(https?)://([^/?#]*)(.*)", re.DOTALL)
_DEFAULT_PORT = {"https": ":443", "http": ":80"}
_ESCAPED_TEXT = re.compile(r"(?:%[89A-F][0-9A-F])+")

Pairs = Sequence[tuple[bytes, bytes]]


def split_form(body: bytes) -> list[tuple[bytes, bytes]]:
    """The form's decoded pairs, blank values kept.

    Bytes and not text, so that two different bodies that decode alike (broken UTF-8) stay different.

    Raises:
        ValueError: more fields than Twilio ever sends, or one without `=` (whose end no signature covers).
    """
    if not body:
        return []
    fields = body.split(b"&")
    if len(fields) > MOST_FIELDS or not all(b"=" in one for one in fields):
        raise ValueError("not a form as Twilio writes it")
    pairs = []
    for one in fields:
        name, _, value = one.replace(b"+", b" ").partition(b"=")
        pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs


def compute_signature(token: str, url: str, pairs: Pairs = ()) -> str:
    """The header value Twilio sends.

    Args:
        token: the auth token.
        url: the full URL as Twilio calls it.
        pairs: the form's pairs; empty for a body covered by `bodySHA256`.
    """
    # Sorting UTF-8 bytes is sorting code points, which is what Twilio's library for Python does.
    signed = b"".join(name + value for name, value in sorted(set(pairs)))
    mac = hmac.new(_utf8(token), _utf8(url) + signed, hashlib.sha1)
    return base64.b64encode(mac.digest()).decode("ascii")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def spell_urls(url: str) -> list[str]:
    """The spellings of one URL that Twilio may have signed: it is inconsistent about the default port.

    A URL of other letters than ASCII is signed as it was configured, and travels percent-encoded.
    """
    spellings = [url]
    if match := _ORIGIN.fullmatch(url):
        scheme, host, rest = match.groups()
        port = _DEFAULT_PORT[scheme]
        if host.endswith(port):
            spellings.append(f"{scheme}://{host.removesuffix(port)}{rest}")
        elif re.search(r":\d*$", host) is None:
            spellings.append(f"{scheme}://{host}{port}{rest}")
    for spelling in list(spellings):
        decoded = _ESCAPED_TEXT.sub(_decode_text, spelling)
        if decoded != spelling:
            spellings.append(decoded)
    return spellings


def _decode_text(match: re.Match[str]) -> str:
    try:
        return unquote_to_bytes(match[0]).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def is_signed(header: str, url: str, pairs: Pairs, tokens: Iterable[str]) -> bool:
    """Is `header` the signature of this request under one of the tokens, in its one canonical spelling?

    Args:
        header: the value of `X-Twilio-Signature`, as received.
        url: the public URL that was called.
        pairs: see `compute_signature`.
        tokens: the auth tokens in force; blank ones sign nothing.
    """
    given = _utf8(header)
    right = False
    for token in tokens:
        if token.strip():
            for spelling in spell_urls(url):
                right |= hmac.compare_digest(compute_signature(token, spelling, pairs).encode(), given)
    return right


def is_body_covered(query: Sequence[tuple[str, str]], body: bytes) -> bool | None:
    """Does `bodySHA256` of the (signed) query fit the body? None when the query has none.

    Args:
        query: the query's decoded pairs.
        body: the raw body.
    """
    given = [value for name, value in query if name == "bodySHA256"]
    if not given:
        return None
    if len(given) > 1 or _SHA256.fullmatch(given[0]) is None:
        return False
    return hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), given[0].encode())


def make_replay_key(header: str) -> str:
    """Names a delivery by its decoded signature.

    Args:
        header: a header that `is_signed` accepted.
    """
    return "sig:" + hashlib.sha256(base64.b64decode(header)).hexdigest()


_ATOMS = frozenset((
    b"AccountSid", b"ApiVersion", b"CallSid", b"CallStatus", b"Called", b"Caller", b"Digits", b"Direction", b"From",
    b"MessageSid", b"MessageStatus", b"NumMedia", b"NumSegments", b"ParentCallSid", b"RecordingSid", b"SmsMessageSid",
    b"SmsSid", b"SmsStatus", b"To",
))  # fmt: skip
"""Fields whose values are one id, number or word, and so never hold another field's name."""

_NAMES = re.compile(
    rb"AccountSid|ApiVersion|Body|Call(?:Sid|Status|Token|ed|er|Duration)|CallbackSource|Digits|Direction|Event|Final|From|"
    rb"Message(?:Sid|Status|Type)|MessagingServiceSid|NumMedia|NumSegments|OptOutType|ParentCallSid|Profile|"
    rb"Recording(?:Sid|Status|Url|Track)|SequenceNumber|Sms(?:Sid|Status|MessageSid)|SpeechResult|StirVerstat|Timestamp|"
    rb"To(?:City|State|Zip|\+)|WaId"
)


_OVERLONG_NUMBER = re.compile(rb"(?:whatsapp:)?\+[0-9]+[A-Za-z]")
"""A telephone number with the first letters of the next field's name."""

_GLUED_ACCOUNT = re.compile(rb"(?![A-Z][A-Za-z]*\Z).+AccountSid", re.DOTALL)
"""The name of the first field with the end of the address before it: not one capital and letters."""


def find_swallowed(pairs: Pairs) -> bool:
    """Is the border between a name and a value, or between two fields, not where Twilio put it?

    Twilio signs `A1B2` for `A=1&B=2`, for `A=1B2` and for `=A1B2` alike. Whoever has one signed request could
    therefore send it again with `CallStatus` glued to `CallSid`, or with `Fro` = `m+1...`: validly signed, and
    something else each time. An id, number or word holds no field's name, and no name is the beginning of another
    that its value completes.
    """
    for name, value in pairs:
        if name in _ATOMS:
            if _NAMES.search(value) or _OVERLONG_NUMBER.match(value):
                return True
        elif _GLUED_ACCOUNT.fullmatch(name) or any(
            atom.startswith(name) and (name + value).startswith(atom) for atom in _ATOMS
        ):
            return True
    return False
