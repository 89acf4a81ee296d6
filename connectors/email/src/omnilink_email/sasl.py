"""Logging in with a token instead of a password: OAUTHBEARER (RFC 7628), and XOAUTH2, which is older.

https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from collections.abc import Collection
from dataclasses import dataclass

from omnilink_email.control import has_control
from omnilink_email.servers import Server


@dataclass(frozen=True, slots=True, repr=False)
class TokenLogin:
    """How to log in.

    Attributes:
        mechanism: of SASL.
        first: what is said at once.
        after_refusal: what a server that explains its refusal wants to hear before it says no.
    """

    mechanism: str
    first: bytes
    after_refusal: bytes


def choose_login(server: Server, token: str, offered: Collection[str]) -> TokenLogin | None:
    """The login by the first mechanism that the server offers; None where it offers neither.

    Args:
        server: where; it has a username.
        token: an access token.
        offered: names of mechanisms, in any case.
    """
    user = server.username or ""
    if has_control(user) or has_control(token) or not token.isascii():
        return None  # it could say more than a login
    known = {name.upper() for name in offered}
    if "XOAUTH2" in known:
        return TokenLogin("XOAUTH2", f"user={user}\x01auth=Bearer {token}\x01\x01".encode(), b"")
    if "OAUTHBEARER" in known:
        # RFC 5801 §4: in the header a comma and an equals sign of a name are written so.
        name = user.replace("=", "=3D").replace(",", "=2C")
        text = f"n,a={name},\x01host={server.host}\x01port={server.port}\x01auth=Bearer {token}\x01\x01"
        return TokenLogin("OAUTHBEARER", text.encode(), b"\x01")
    return None
