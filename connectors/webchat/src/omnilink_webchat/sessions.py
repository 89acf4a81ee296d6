"""Sessions: from what a page brings to who is on the line, and back. Pure.

An anonymous visitor is whoever holds the token we gave them. An identified one is whom the agency's site vouches for,
and is never the anonymous one who used the same browser before: a computer in a library has many visitors.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from omnilink.model import Received
from omnilink.plugin import Admitted, Rejected, Secrets, Visitor
from omnilink.plugin.credentials import every_secret, newest_secret
from omnilink.plugin.fields import object_at, text_at
from omnilink_webchat.identity import Identity, read_identity
from omnilink_webchat.settings import IDENTITY_SECRET, SESSION_SECRET, WebchatSettings
from omnilink_webchat.tokens import seal, unseal

SESSION = "session"
IDENTIFIED_S = 12 * 3600.0
"""How long a line stays open for who is logged in; after that the page hands over a new identity."""

_FRESH = re.compile(r"[A-Za-z0-9_-]{16,64}")
_DEVICE = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens sessions and recognises them.

    Args:
        settings: the account's.
    """

    settings: WebchatSettings

    def admit(self, hello: bytes, secrets: Secrets, now: datetime, fresh: str) -> Admitted | Rejected:
        """Opens a session; see `plugin.visitors.ServesVisitors`."""
        try:
            asked = object_at(json.loads(hello))
        except (ValueError, RecursionError):
            return Rejected("hello-malformed", 400)
        # Present is asked for, whatever it holds: nothing that was asked for is silently left out.
        if asked.get("identity") is not None:
            return self._identified(asked, secrets, now)
        if asked.get("resume") is not None:
            visitor = self.recognise(str(asked["resume"]), secrets, now)
            if isinstance(visitor, Rejected):
                return visitor
            if visitor.identified:
                return Rejected("token-of-a-login")
            feed = visitor.feed
        elif _FRESH.fullmatch(fresh):
            feed = f"a.{fresh}"
        else:
            return Rejected("no-id", 500)
        return self._open(Visitor(feed, now + timedelta(seconds=self.settings.session_s)), secrets)

    def recognise(self, token: str, secrets: Secrets, now: datetime) -> Visitor | Rejected:
        """Who holds a token of ours."""
        payload, reason = unseal(token, SESSION, self.settings.account, every_secret(secrets, SESSION_SECRET), now)
        if payload is None:
            return Rejected(reason or "token-wrong")
        expires_at = datetime.fromtimestamp(payload["exp"], UTC)
        return Visitor(payload["f"], expires_at, payload["u"], payload["c"])

    def _identified(self, asked: Mapping[str, Any], secrets: Secrets, now: datetime) -> Admitted | Rejected:
        token, device = text_at(asked, "identity"), text_at(asked, "device") or ""
        if not _DEVICE.fullmatch(device):
            return Rejected("hello-malformed", 400)
        known = every_secret(secrets, IDENTITY_SECRET)
        if not known:
            return Rejected("identity-not-configured")
        identity = read_identity(token or "", self.settings.account, known, now)
        if isinstance(identity, str):
            return Rejected(identity)
        visitor = Visitor(identity.feed, now + timedelta(seconds=IDENTIFIED_S), True, identity.claims)
        once = (_digest(identity.feed, identity.nonce), _digest(identity.nonce, device))
        return self._open(visitor, secrets, once=once, received=self._login(identity, now))

    def _open(
        self,
        visitor: Visitor,
        secrets: Secrets,
        *,
        once: tuple[str, str] | None = None,
        received: Received | None = None,
    ) -> Admitted:
        payload = {
            "f": visitor.feed, "u": visitor.identified, "c": dict(visitor.claims),
            "exp": int(visitor.expires_at.timestamp()),
        }  # fmt: skip
        site, secret = self.settings.site, newest_secret(secrets, SESSION_SECRET, connector="webchat")
        answer = {
            "token": seal(payload, SESSION, self.settings.account, secret),
            "visitor": visitor.feed,
            "identified": visitor.identified,
            "expires": visitor.expires_at.isoformat(),
            "title": self.settings.title,
            "notice": self.settings.notice,
            "files": {"max_bytes": site.max_file_bytes, "types": list(site.file_types)},
        }
        return Admitted(visitor, json.dumps(answer), once, received)

    def _login(self, identity: Identity, now: datetime) -> Received:
        """The login as an envelope: equal ones are one delivery."""
        said = {"t": "login", "verified": sorted(identity.verified)}
        body = make_body(identity.feed, True, identity.claims, said, now)
        facts = _digest(identity.feed, json.dumps([sorted(identity.claims.items()), sorted(identity.verified)]))
        return Received(body=body, delivery_key=f"login:{identity.feed}:{facts[:32]}")


def make_body(feed: str, identified: bool, claims: Mapping[str, str], said: Mapping[str, Any], now: datetime) -> bytes:
    """An envelope's bytes: who was on the line, what they said, when we heard it."""
    visitor = {"feed": feed, "identified": identified, "claims": dict(claims)}
    return json.dumps({"v": 1, "visitor": visitor, "said": said, "at": now.isoformat()}).encode()


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x00".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
