"""Handles and names in canonical form: the one place that knows what makes two spellings one.

All functions are pure. `normalise` is total and idempotent: what cannot be made canonical keeps a cleaned value and no
match keys, so it identifies only itself. `raw`, the address to send to, is never touched. See docs/handles.md.
"""

import re
from collections.abc import Callable

from omnilink.errors import BadHandle
from omnilink.identity.cleaning import clean
from omnilink.identity.mail import canonical_mail, is_role
from omnilink.identity.names import normalise_name
from omnilink.identity.phone import Canonical, canonical_phone, country_code, is_withheld_number
from omnilink.model.handle import LONGEST, SCOPED_SCHEMES, Handle

__all__ = ["is_role_address", "is_withheld", "mask", "normalise", "normalise_name", "parse_handle"]

PHONE_SCHEMES = frozenset({"tel", "wa"})
"""Schemes whose addresses are telephone numbers: they share one space of match keys."""
HIDDEN = "•••"

_ALIASES = {"whatsapp": "wa", "email": "mailto", "mail": "mailto", "phone": "tel", "sms": "tel"}
_KNOWN = PHONE_SCHEMES | SCOPED_SCHEMES | {"mailto", "x", "telegram", "matrix", "sip", "sips"}
_NOT_HANDLES = frozenset({"http", "https", "ftp", "file", "javascript", "data", "urn"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9_+.-]{0,31}):(.+)", re.DOTALL)
_SHORT_CODE = re.compile(r"([A-Z]{2})/(\d+)")
_MATRIX_ID = re.compile(r"(?:@|u/)([^:\s/]+):([^\s/]+)")
_X_NAME = re.compile(r"@?([A-Za-z0-9_]{1,15})")
_TELEGRAM_NAME = re.compile(r"(?:@|(?:https?://)?t\.me/)?([A-Za-z][A-Za-z0-9_]{3,31})")
_HINT = "write scheme:value, for example tel:+34600111222, mailto:ana@example.org or slack:T1/U2"


def normalise(handle: Handle, *, default_region: str | None = None) -> Handle:
    """The handle with its canonical `value` and its `match_keys`. Never raises; idempotent.

    Args:
        handle: as a connector made it; its `value` is read, `raw` and `display` are left alone.
        default_region: where a telephone number without country code is from (ISO 3166, two letters).
    """
    value, scope = clean(handle.value), clean(handle.scope)
    found = _canonical(handle.scheme, scope, value, default_region)
    if (found.value, found.scope, found.match_keys) == (handle.value, handle.scope, handle.match_keys):
        return handle
    return handle.model_copy(
        update={"value": found.value, "scope": found.scope, "match_keys": found.match_keys},
    )


def parse_handle(text: str, *, default_region: str | None = None) -> Handle:
    """Reads the handle a person types: `+34 600 111 222`, `ana@example.org`, `slack:T1/U2`, `whatsapp:+34…`.

    Raises:
        BadHandle: it is no address; the error never holds the text.
    """
    if len(text) > LONGEST:
        raise BadHandle("not a handle: the text is too long", hint=_HINT)
    try:
        handle = normalise(_typed(clean(text)), default_region=default_region)
    except ValueError:  # the model refuses a text that is no Unicode
        raise BadHandle("not a handle", hint=_HINT) from None
    if not handle.value:
        raise BadHandle("not a handle", hint=_HINT)
    if handle.scheme == "mailto" and not handle.match_keys:
        raise BadHandle("not a mail address", hint="write mailto:name@domain")
    looks_dialled = sum(c.isdigit() for c in handle.value) > 6 and not any(c.isalpha() for c in handle.value)
    if not handle.match_keys and (handle.scheme == "wa" or (handle.scheme == "tel" and looks_dialled)):
        raise BadHandle("not a telephone number", hint="write it with + and its country code, as in tel:+34600111222")
    return handle


def mask(handle: Handle) -> str:
    """A form for logs and reasons that does not reveal the address: `tel:+34•••222`, `mailto:a•••@example.org`."""
    handle = normalise(handle)
    shown = HIDDEN
    if handle.scheme in PHONE_SCHEMES and handle.match_keys:
        number = handle.value.partition(";")[0]
        code = country_code(number)
        if len(number) - len(code) >= 7:
            shown = f"{code}{HIDDEN}{number[-3:]}"
    elif handle.scheme == "mailto" and handle.match_keys:
        local, _, domain = handle.value.rpartition("@")
        first = local[0] if len(local) > 2 and local[0] != '"' else ""
        shown = f"{first}{HIDDEN}@{domain}"
    return f"{handle.scheme}:{handle.scope}/{shown}" if handle.scope else f"{handle.scheme}:{shown}"


def is_role_address(handle: Handle) -> bool:
    """Whether a mail address names a function (info@, noreply@, postmaster@): nobody's own, many people's."""
    return handle.scheme == "mailto" and (found := _mail(clean(handle.value))) is not None and is_role(found[0])


def is_withheld(handle: Handle) -> bool:
    """Whether a telephone handle only says that the caller hides the number (`anonymous`, `+266696687`)."""
    return handle.scheme in PHONE_SCHEMES and is_withheld_number(clean(handle.value))


def _canonical(scheme: str, scope: str, value: str, region: str | None) -> Canonical:
    if scheme in PHONE_SCHEMES:
        # A text too long to be a number is not worth a place in the cache.
        return canonical_phone(scheme, scope, value, region) if len(value) <= LONGEST else Canonical(value, scope, ())
    if scheme == "mailto":
        mail = _mail(value)
        return Canonical(value, scope, ()) if mail is None else Canonical(mail[0], "", (mail[1],))
    if not value:
        return Canonical(value, scope, ())
    if scheme in _RULES:
        ruled = _RULES[scheme](value)
        if ruled is None:
            return Canonical(value, scope, ())
        value = ruled
    return Canonical(value, scope, (f"{scheme}:{scope}/{value}" if scope else f"{scheme}:{value}",))


def _mail(value: str) -> tuple[str, str] | None:
    return canonical_mail(value) if len(value) <= LONGEST else None


def _matrix(value: str) -> str | None:
    """`@localpart:server`: a historical localpart may have capitals, the server may not (Matrix appendices, 4.3.1)."""
    found = _MATRIX_ID.fullmatch(value)
    return f"@{found[1]}:{found[2].lower()}" if found else None


def _x(value: str) -> str | None:
    """A numeric id as it is; a screen name with @ and in lower case (X: 1 to 15 letters, digits, _; no case)."""
    if value.isascii() and value.isdigit():
        return value
    found = _X_NAME.fullmatch(value)
    return f"@{found[1].lower()}" if found else None


def _telegram(value: str) -> str | None:
    """A numeric id as it is (a group's is negative); a username with @ and in lower case (it has no case)."""
    if re.fullmatch(r"-?[0-9]{1,20}", value):
        return value
    found = _TELEGRAM_NAME.fullmatch(value)
    return f"@{found[1].lower()}" if found else None


_RULES: dict[str, Callable[[str], str | None]] = {"matrix": _matrix, "x": _x, "telegram": _telegram}


def _typed(text: str) -> Handle:
    """The handle in what was typed, not yet normalised."""
    if _MATRIX_ID.fullmatch(text) and text.startswith("@"):
        return Handle.of("matrix", text)
    if found := _SCHEME.fullmatch(text):
        scheme, rest = found[1].lower(), found[2].strip()
        known = scheme in _KNOWN or scheme in _ALIASES
        if scheme in _NOT_HANDLES or not (known or (found[1].islower() and not found[2][0].isspace())):
            raise BadHandle("not a handle", hint=_HINT)
        scheme = _ALIASES.get(scheme, scheme)
        if scheme == "tel" and (short := _SHORT_CODE.fullmatch(rest)):
            return Handle.of("tel", short[2], scope=short[1])
        if scheme in {"sip", "sips"}:
            return Handle.of("tel", text)
        if scheme == "mailto":
            return Handle.of("mailto", f"mailto:{rest}" if "%" in rest else rest)
        return Handle.parse(f"{scheme}:{rest}")
    if "@" in text:
        return Handle.of("mailto", text)
    if text[:1] in "+(0123456789" and text:
        return Handle.of("tel", text)
    raise BadHandle("not a handle: it has no scheme", hint=_HINT)
