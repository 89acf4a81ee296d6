"""Telephone numbers: the E.164 form, and the match key in which national variants of one number meet.

Sources: ITU-T E.164 (15 digits, first one not 0), RFC 3966 (`tel:` URIs), RFC 3261 §19.1.6 (numbers in SIP URIs),
libphonenumber's metadata. The national variants are data: `data/phones.toml`.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from omnilink.identity.cleaning import settled
from omnilink.identity.tables import read_table

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

LONGEST = 250
"""Characters a written number may have (libphonenumber's own limit)."""
SHORT_CODE_DIGITS = 6
INTERNATIONAL_DIGITS = 11
"""Fewer digits without a plus may as well be a national number, so they are not guessed to be international."""

_PREFIX = re.compile(r"(?:tel|whatsapp|wa|sms|smsto|callto|sips?)\s*:\s*(?://)?", re.IGNORECASE)
_SIP = re.compile(r"sips?:", re.IGNORECASE)
_JID = re.compile(r"(\d+)(?:[.:_]\d+)*@(?:s\.whatsapp\.net|c\.us)", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:;.*|[\s,;]*(?:e?xt(?:ensi[oó]?n?)?|x|int|anexo)[.:\s]*\d{1,9}\D?)$", re.IGNORECASE)
_PLAIN = re.compile(r"\+[\d\s().\-/]*\d")
_CONTEXT = re.compile(r";phone-context=\+\d", re.IGNORECASE)
_E164 = re.compile(r"\+[1-9]\d{2,14}")
_TRUNK_ZERO = re.compile(r"(\+\d{1,3}\s*)\(0\)")
_BRACKETED_CODE = re.compile(r"^\(\+(\d{1,3})\)")
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")


class Canonical(NamedTuple):
    """What a scheme's rules make of an address."""

    value: str
    scope: str
    match_keys: tuple[str, ...]


@lru_cache(maxsize=32_768)
def canonical_phone(scheme: str, scope: str, text: str, region: str | None) -> Canonical:
    """The canonical form of a cleaned telephone number.

    Args:
        scheme: `tel`, or `wa` whose bare digits are always international.
        scope: the scope it has: the region of a number that is dialled within one only (a short code).
        text: as written, cleaned.
        region: where a number without country code is from (ISO 3166, two letters).
    """
    written = _ascii(text)
    if _is_withheld_text(written):
        return Canonical(text, scope, ())
    region = _supported(scope) or _supported(region or "")
    number = _bare(written, scheme)
    if number is None or len(number) > LONGEST:
        return Canonical(text, scope, ())
    if scheme == "wa" and number[:1].isdigit():
        number = "+" + number.removeprefix("00")
    e164 = _e164(number, region)
    if e164 is not None and _is_withheld_text(e164):
        return Canonical(e164, "", ())
    if e164 is not None:
        return Canonical(e164, "", (match_key(e164),))
    if region and scheme == "tel" and number.isdigit() and len(number) <= SHORT_CODE_DIGITS:
        return Canonical(number, region, ())
    return Canonical(text, scope, ())


def match_key(e164: str) -> str:
    """The form in which the national variants of one number meet: for matching only, never for sending."""
    number, semicolon, extension = e164.partition(";")
    for prefix, pattern, becomes in _variants():
        if number.startswith(prefix) and (found := pattern.fullmatch(number)):
            return f"tel:{found.expand(becomes)}{semicolon}{extension}"
    return f"tel:{e164}"


def is_withheld_number(text: str) -> bool:
    """Whether a cleaned text stands for "the caller hides the number" rather than for a number."""
    return _is_withheld_text(_ascii(text))


def country_code(e164: str) -> str:
    """The country code of an E.164 number with its plus (ITU-T E.164, list of assigned codes)."""
    digits = e164[1:4]
    if digits[:1] in {"1", "7"}:
        return f"+{digits[:1]}"
    return f"+{digits[:2]}" if digits[:2] in _TWO_DIGIT_CODES else f"+{digits}"


_TWO_DIGIT_CODES = frozenset(
    f"{tens}{unit}"
    for tens, units in {
        2: "07",
        3: "0123469",
        4: "013456789",
        5: "12345678",
        6: "0123456",
        8: "1246",
        9: "0123458",
    }.items()
    for unit in units
)


def _ascii(text: str) -> str:
    """Digits, letters, spaces and dashes of other scripts as ASCII ones."""
    if text.isascii():
        return text
    out = []
    for c in unicodedata.normalize("NFKC", text):
        digit = unicodedata.decimal(c, None)
        if digit is not None:
            out.append(str(digit))
        elif (category := unicodedata.category(c)) == "Zs":
            out.append(" ")
        elif category == "Pd":
            out.append("-")
        elif category != "Cf":
            out.append(c)
    return "".join(out).strip()


def _bare(text: str, scheme: str) -> str | None:
    """The number without URI scheme, SIP host or WhatsApp host; None where it cannot be one."""
    while found := _PREFIX.match(text):
        text = text[found.end() :]
        if _SIP.match(found[0]):
            text = text.partition("@")[0]
    if scheme == "wa" and (jid := _JID.fullmatch(text)):
        text = jid[1]
    text = _BRACKETED_CODE.sub(r"+\1 ", text)
    # libphonenumber would find a number inside any sentence: "DGT 112 Madrid" is a sender's name, not a number.
    return text if text[:1] in "+(0123456789" and "@" not in text and text else None


def _e164(number: str, region: str | None) -> str | None:
    """E.164, with `;ext=` where there is an extension, or None."""
    if number.startswith("+"):
        return settled(_international, number)
    globally = _CONTEXT.search(number) is not None
    found = _parsed(number, region) if region or globally else None
    if found is not None and (globally or _is_valid(found)):
        return settled(_international, _formatted(found))
    if number.startswith("00"):
        return settled(_international, "+" + number[2:].lstrip())
    outside = _parsed("+" + number, None)
    digits = sum(c.isdigit() for c in number)
    if outside is not None and digits >= INTERNATIONAL_DIGITS and _is_valid(outside):
        return settled(_international, _formatted(outside))
    if found is not None and _is_possible(found) and not _has_letters(number):
        return settled(_international, _formatted(found))
    return None


def _international(number: str) -> str | None:
    """One reading of a number with a plus. What libphonenumber does not know keeps its digits (`+2222`)."""
    found = _parsed(number, None)
    if (trunk := _TRUNK_ZERO.match(number)) and found is not None and not _is_valid(found):
        # "+34 (0)600 …": the zero in brackets is for callers at home; where it belongs to the number it is valid.
        found = _parsed(trunk[1] + number[trunk.end() :], None) or found
    if found is not None and _is_possible(found) and (not _has_letters(number) or _is_valid(found)):
        return _formatted(found)
    plain = _EXTENSION.sub("", number)
    if not _PLAIN.fullmatch(plain):
        return None
    digits = "+" + re.sub(r"\D", "", plain)
    return digits + _extension(found) if _E164.fullmatch(digits) else None


def _has_letters(number: str) -> bool:
    """Whether there are letters beside those of an extension: a vanity number, if it is one at all."""
    return any(c.isalpha() for c in _EXTENSION.sub("", number))


def _parsed(number: str, region: str | None) -> "PhoneNumber | None":
    import phonenumbers

    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


def _is_valid(number: "PhoneNumber") -> bool:
    import phonenumbers

    return phonenumbers.is_valid_number(number)


def _is_possible(number: "PhoneNumber") -> bool:
    import phonenumbers

    return phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE


def _formatted(number: "PhoneNumber") -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + _extension(number)


def _extension(number: "PhoneNumber | None") -> str:
    return f";ext={number.extension}" if number is not None and number.extension else ""


@cache
def _supported(region: str) -> str | None:
    """A region libphonenumber knows, or None."""
    import phonenumbers

    code = {"UK": "GB"}.get(region.upper(), region.upper())
    return code if len(region) == 2 and code in phonenumbers.SUPPORTED_REGIONS else None


@cache
def _variants() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple((row["prefix"], re.compile(row["pattern"]), row["becomes"]) for row in read_table("phones")["variant"])


@cache
def _withheld() -> frozenset[str]:
    table = read_table("phones")["withheld"]
    spelled = (word.translate(_KEYPAD) for word in table["keypad_words"])
    return frozenset({*table["keypad_words"], *table["words"], *(f"+{digits}" for digits in spelled)})


def _is_withheld_text(text: str) -> bool:
    if not text or (text[0] == "+" and len(text) > 13):
        return not text
    bare = text.lower()
    while found := _PREFIX.match(bare):
        bare = bare[found.end() :].partition("@")[0]
    letters = (c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return " ".join("".join(letters).replace("-", " ").replace("_", " ").split()) in _withheld()
