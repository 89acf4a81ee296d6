"""What the webchat connector reads out of its account's settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from omnilink.errors import ConfigError
from omnilink.plugin import ConnectorSettings, VisitorSite

SESSION_SECRET = "session_secret"  # noqa: S105 - the setting's name, not its value
IDENTITY_SECRET = "identity_secret"  # noqa: S105 - the setting's name, not its value
_TYPES = {
    "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "json": "application/json",
    "html": "text/html; charset=utf-8", "svg": "image/svg+xml",
}  # fmt: skip
PAGES = {
    name: _TYPES[name.rpartition(".")[2]]
    for name in (
        "widget.js", "element.js", "compose.js", "line.js", "show.js", "widget.css", "texts.json", "page.html",
        "page.css", "demo.html", "icon.svg",
    )
}  # fmt: skip
FILE_TYPES = (
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "application/pdf", "text/plain", "audio/*",
    "video/*", "application/vnd.openxmlformats-officedocument.*", "application/vnd.oasis.opendocument.*",
)  # fmt: skip
"""Taken where nothing is configured: no HTML, no SVG, no program, no bare archive."""
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class WebchatSettings:
    """What the connector needs to know of the account.

    Attributes:
        account: the account's name, which scopes its visitors.
        base_url: where the chat is, as the world reaches it; "" = the same place the page is from.
        title, notice: shown to every visitor; "" = the widget's own words.
        session_s: how long an anonymous session can be taken up again.
    """

    account: str
    site: VisitorSite
    base_url: str = ""
    title: str = ""
    notice: str = ""
    session_s: float = 30 * 86_400.0

    @classmethod
    def read(cls, settings: ConnectorSettings) -> "WebchatSettings":
        """Reads the account's settings.

        Raises:
            ConfigError: one is of no use.
        """
        read = _Reader(settings.account, settings.options)
        base = (settings.public_url or "").removesuffix(f"/hooks/{settings.account}")
        origins = frozenset(origin.rstrip("/").lower() for origin in read.texts("origins"))
        if bad := [o for o in origins if not _ORIGIN.fullmatch(o)]:
            raise read.wrong("origins", f"an origin is https://host, without a path ({len(bad)} are not)")
        proxies = read.texts("trusted_proxies")
        for network in proxies:
            try:
                ip_network(network)
            except ValueError:
                raise read.wrong("trusted_proxies", "a network is written 10.0.0.0/8 or fd00::/8") from None
        return cls(
            account=settings.account,
            site=VisitorSite(
                package="omnilink_webchat",
                pages=PAGES,
                origins=origins,
                trusted_proxies=proxies,
                max_file_bytes=int(read.number("max_file_mb", 10.0) * 1_000_000),
                file_types=read.texts("file_types") or FILE_TYPES,
                messages_per_minute=read.number("messages_per_minute", 30.0, least=1.0),
            ),
            base_url=f"{base}/chat/{settings.account}" if base else f"/chat/{settings.account}",
            title=read.text("title"),
            notice=read.text("notice"),
            session_s=read.number("session_days", 30.0, least=1 / 24) * 86_400,
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    account: str
    options: Mapping[str, Any]

    def wrong(self, name: str, hint: str) -> ConfigError:
        setting = f"accounts.{self.account}.{name}"
        return ConfigError(f"{name} is of no use", setting=setting, connector="webchat", hint=hint)

    def text(self, name: str) -> str:
        value = self.options.get(name, "")
        if not isinstance(value, str):
            raise self.wrong(name, "write a text")
        return value.strip()

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.options.get(name, [])
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise self.wrong(name, "write a list of texts")
        return tuple(item.strip() for item in found)

    def number(self, name: str, default: float, *, least: float = 0.0) -> float:
        value = self.options.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= 10_000:
            raise self.wrong(name, f"write a number of at least {least:g}")
        return float(value)
