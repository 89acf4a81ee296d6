"""The servers an account talks to, read from its settings once."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from omnilink.errors import ConfigError
from omnilink.plugin import ConnectorSettings
from omnilink.plugin.oauth import TokenSource, require_https
from omnilink.plugin.refresh_tokens import RefreshTokenFile
from omnilink_email.control import has_control

Security = Literal["tls", "starttls", "none"]
# RFC 8314 §3.3: submission with implicit TLS on 465; RFC 6409: submission on 587. RFC 9051: IMAP on 143 and 993.
_SMTP_PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "none": 25}
_IMAP_PORTS: dict[Security, int] = {"tls": 993, "starttls": 143, "none": 143}
_SECURITIES: dict[str, Security] = {"tls": "tls", "starttls": "starttls", "none": "none"}
# RFC 9051 §5.4: a server may hang up on who is silent for 30 minutes.
LONGEST_IDLE_S = 29 * 60.0
LONGEST_REPLY_NAME = 13
"""A local part has at most 64 octets (RFC 5321 §4.5.3.1.1); a plus and a token take 51."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to connect.

    Attributes:
        username: None = without a login.
        by_token: the login is an access token (OAuth 2.0), not a password.
    """

    host: str
    port: int
    security: Security
    username: str | None = None
    by_token: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """What all mails of the account have in common.

    Attributes:
        from_name: the name shown beside the sender's address.
        reply_to: where answers go, if not to the sender.
        reply_address: a mailbox whose name may be followed by a plus and a token.
        list_id, list_unsubscribe: the fields of RFC 2919 and RFC 2369, without angle brackets.
    """

    from_name: str | None = None
    reply_to: str | None = None
    reply_address: str | None = None
    list_id: str | None = None
    list_unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class Servers:
    """An account's servers.

    Attributes:
        smtp: mails leave there; None = the account only receives.
        imap: mails are fetched there; None = it is not polled.
        folder: the one that is fetched.
        idle_s: after how long without news the line is checked.
        tokens: where access tokens come from; None = passwords are used.
        token_file: where a refresh token that the provider changes is kept; None = in the process.
    """

    smtp: Server | None = None
    imap: Server | None = None
    folder: str = "INBOX"
    idle_s: float = 60.0
    writing: Writing = Writing()
    tokens: TokenSource | None = None
    token_file: RefreshTokenFile | None = None


def read_servers(settings: ConnectorSettings) -> Servers:
    """Reads an account's settings.

    Raises:
        ConfigError: one is of the wrong kind, or a password would travel in the clear.
    """
    options = settings.options
    idle_s = options.get("imap_idle_s", 60)
    if isinstance(idle_s, bool) or not isinstance(idle_s, int | float) or not 1 <= idle_s <= LONGEST_IDLE_S:
        raise _wrong(settings, "imap_idle_s", "must be a number of seconds from 1 to 1740")
    tokens = _token_source(settings)
    return Servers(
        tokens=tokens,
        token_file=_token_file(settings),
        smtp=_server(settings, "smtp", _SMTP_PORTS, by_token=tokens is not None),
        imap=_server(settings, "imap", _IMAP_PORTS, by_token=tokens is not None),
        folder=_text(settings, options, "imap_folder") or "INBOX",
        idle_s=float(idle_s),
        writing=Writing(
            from_name=_text(settings, options, "from_name"),
            reply_to=_text(settings, options, "reply_to"),
            reply_address=_reply_address(settings),
            list_id=_bracketed(settings, "list_id"),
            list_unsubscribe=_bracketed(settings, "list_unsubscribe"),
        ),
    )


def _reply_address(settings: ConnectorSettings) -> str | None:
    value = _text(settings, settings.options, "reply_address")
    if value is None:
        return None
    local, _, domain = value.rpartition("@")
    if not local or not domain or any(char in value for char in "<> +"):
        raise _wrong(settings, "reply_address", "must be a mailbox: name@domain")
    if len(local.encode()) > LONGEST_REPLY_NAME:
        raise _wrong(settings, "reply_address", f"has a name of more than {LONGEST_REPLY_NAME} characters")
    return value


def _bracketed(settings: ConnectorSettings, name: str) -> str | None:
    value = _text(settings, settings.options, name)
    if value is not None and any(char in value for char in "<> "):
        raise _wrong(settings, name, "must be one word without brackets")
    return value


def _wrong(settings: ConnectorSettings, name: str, message: str) -> ConfigError:
    return ConfigError(f"{name} {message}", connector="email", setting=f"accounts.{settings.account}.{name}")


def _text(settings: ConnectorSettings, options: Mapping[str, Any], name: str) -> str | None:
    value = options.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or has_control(value):
        raise _wrong(settings, name, "must be a text of one line")
    return value.strip() or None


def _token_source(settings: ConnectorSettings) -> TokenSource | None:
    url = _text(settings, settings.options, "oauth_token_url")
    client_id = _text(settings, settings.options, "oauth_client_id")
    if url is None and client_id is None:
        return None
    if url is None or client_id is None:
        raise _wrong(settings, "oauth_token_url", "and oauth_client_id belong together")
    setting = f"accounts.{settings.account}.oauth_token_url"
    scope = _text(settings, settings.options, "oauth_scope") or ""
    return TokenSource(require_https(url, setting=setting, connector="email"), client_id, scope)


def _token_file(settings: ConnectorSettings) -> RefreshTokenFile | None:
    path = _text(settings, settings.options, "oauth_token_file")
    setting = f"accounts.{settings.account}.oauth_token_file"
    return None if path is None else RefreshTokenFile(Path(path), connector="email", setting=setting)


def _server(settings: ConnectorSettings, kind: str, ports: Mapping[Security, int], *, by_token: bool) -> Server | None:
    host = _text(settings, settings.options, f"{kind}_host")
    if host is None:
        return None
    default = "starttls" if kind == "smtp" else "tls"
    security = _SECURITIES.get(_text(settings, settings.options, f"{kind}_tls") or default)
    if security is None:
        raise _wrong(settings, f"{kind}_tls", "must be tls, starttls or none")
    port = settings.options.get(f"{kind}_port", ports[security])
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise _wrong(settings, f"{kind}_port", "must be a port number")
    username = _text(settings, settings.options, f"{kind}_username")
    if security == "none" and username and not _is_this_machine(host):
        raise _wrong(settings, f"{kind}_tls", "must not be none where a password is sent to another machine")
    return Server(host, port, security, username, by_token=by_token and username is not None)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
