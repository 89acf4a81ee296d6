"""OAuth 2.0 access tokens (RFC 6749): asked for when they are needed, kept until shortly before they end.

A connector that needs one has an `AccessTokens` an account. Access tokens are kept in this process only; what lasts (a
refresh token, a client's secret) is a secret of the account like any other, and the refresh token that a provider gives
in its place is kept as `refresh_tokens` says.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

from omnilink.errors import ConfigError, SecretMissing, TransientError
from omnilink.plugin.fields import at, read_json, text_at
from omnilink.plugin.http import HttpClient
from omnilink.plugin.outcomes import retry_after_s
from omnilink.plugin.refresh_tokens import KeepsRefreshToken, RefreshTokenInMemory
from omnilink.plugin.sending import HttpAnswer
from omnilink.plugin.settings import MIN_SECRET_CHARS, Secret
from omnilink.plugin.webhook import Secrets

EARLY_S = 120.0
"""So long before its end a token is not used any more: what is done with it takes time."""
UNTOLD_S = 300.0
"""A token whose life is not told (RFC 6749 §5.1 only recommends it) is kept no longer."""
REFRESH_S = 30.0
"""So long asking is not broken off: an answer that is lost may be the only one with the new refresh token."""
CLIENT_SECRET, REFRESH_TOKEN = "oauth_client_secret", "oauth_refresh_token"

logger = logging.getLogger("omnilink.plugin")


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Where tokens come from.

    Attributes:
        url: the provider's token end point (https).
        client_id: of the agency's registered application.
        scope: what the token is for; "" = what was granted.
    """

    url: str
    client_id: str
    scope: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class AccessToken:
    """A token, for how long it was given, and the refresh token for the next time, if the provider gave a new one."""

    value: Secret
    lasts_s: float
    refresh: Secret | None = None


def render_token_request(source: TokenSource, secrets: Secrets, *, connector: str) -> bytes:
    """The form that asks for a token. Pure.

    With a refresh token it is refreshed (§6); without one the application itself is meant (client credentials, §4.4).

    Raises:
        SecretMissing: there is neither a refresh token nor a client's secret.
    """
    client_secret = next((secret.reveal() for secret in secrets.get(CLIENT_SECRET, ())), None)
    refresh_token = next((secret.reveal() for secret in secrets.get(REFRESH_TOKEN, ())), None)
    if client_secret is None and refresh_token is None:
        raise SecretMissing("a token cannot be asked for", connector=connector,
                            hint=f'write {CLIENT_SECRET} = "env:NAME"')  # fmt: skip
    fields = {"grant_type": "refresh_token" if refresh_token else "client_credentials", "client_id": source.client_id}
    fields |= {"client_secret": client_secret} if client_secret else {}
    fields |= {"refresh_token": refresh_token} if refresh_token else {}
    fields |= {"scope": source.scope} if source.scope else {}
    return "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items()).encode()


def read_token(answer: HttpAnswer, *, connector: str) -> AccessToken:
    """What the end point answered (§5). Pure; no error holds any of it.

    Raises:
        ConfigError: it refuses the client, the refresh token or the scope.
        TransientError: it cannot answer now.
    """
    told = read_json(answer.body)
    value = text_at(told, "access_token")
    if answer.status == 200 and value is not None:
        lasts: Any = at(told, "expires_in")
        if isinstance(lasts, str) and lasts.isdigit():  # some write the number as a text
            lasts = int(lasts)
        usable = isinstance(lasts, int | float) and not isinstance(lasts, bool) and lasts > 0
        new = text_at(told, "refresh_token") or ""
        refresh = Secret(new) if len(new.strip()) >= MIN_SECRET_CHARS else None
        return AccessToken(Secret(value), float(lasts) if usable else UNTOLD_S, refresh)
    if answer.status in (400, 401, 403) and text_at(told, "error") not in ("temporarily_unavailable", "slow_down"):
        raise ConfigError("the provider gives no token", connector=connector, status_code=answer.status,
                          hint="check oauth_client_id, the secret, the refresh token and the scope")  # fmt: skip
    raise TransientError("the provider gives no token now", connector=connector, status_code=answer.status,
                         retry_after_s=retry_after_s(answer))  # fmt: skip


class AccessTokens:
    """Keeps an account's token and renews it; several that ask at once make one request.

    Args:
        source: where from.
        connector: for errors.
        clock_s: a monotonic clock.
        keeper: where a new refresh token is kept; this process if not given.
    """

    def __init__(
        self,
        source: TokenSource,
        *,
        connector: str,
        clock_s: Callable[[], float] = time.monotonic,
        keeper: KeepsRefreshToken | None = None,
    ) -> None:
        self._source, self._connector, self._clock_s = source, connector, clock_s
        self._keeper = RefreshTokenInMemory() if keeper is None else keeper
        self._unkept: tuple[Secret, Secret] | None = None
        self._kept: AccessToken | None = None
        self._until_s = 0.0
        self._asking: object | None = None

    async def get(self, secrets: Secrets, http: HttpClient) -> Secret:
        """A token that is good for a while.

        Raises:
            ConfigError: none is given.
            TransientError: the end point cannot be reached now.
        """
        import anyio  # not loaded by who only reads a history

        if not isinstance(self._asking, anyio.Lock):
            self._asking = anyio.Lock()
        async with self._asking:
            if self._kept is None or self._clock_s() >= self._until_s:
                asked_s = self._clock_s()
                self._kept = await self._ask(secrets, http)
                self._until_s = asked_s + max(self._kept.lasts_s - EARLY_S, self._kept.lasts_s / 2)
            return self._kept.value

    def forget(self) -> None:
        """The token was refused: the next one that asks gets a new one."""
        self._kept = None

    async def _ask(self, secrets: Secrets, http: HttpClient) -> AccessToken:
        configured = next(iter(secrets.get(REFRESH_TOKEN, ())), None)
        if configured is None:
            return await self._request(secrets, http)
        import anyio

        async with self._keeper.held():
            newest = await self._newest(configured)
            with anyio.move_on_after(REFRESH_S, shield=True):
                token = await self._request({**secrets, REFRESH_TOKEN: (newest,)}, http)
                if token.refresh is not None and token.refresh.reveal() != newest.reveal():
                    self._unkept = (configured, token.refresh)
                    await self._keep()
                return token
        raise TransientError("no token is given in time", connector=self._connector)

    async def _newest(self, configured: Secret) -> Secret:
        """The refresh token to ask with: one that could not be kept, as long as this process has it."""
        from anyio import to_thread

        if self._unkept is not None and self._unkept[0].reveal() == configured.reveal():
            await self._keep()
            if self._unkept is not None:
                return self._unkept[1]
        return await to_thread.run_sync(self._keeper.read, configured)

    async def _keep(self) -> None:
        """Keeps a new refresh token. Where that fails the token in hand is good all the same; it is tried again."""
        from anyio import to_thread

        if self._unkept is None:
            return
        try:
            await to_thread.run_sync(self._keeper.write, *self._unkept)
        except OSError as e:
            logger.error("a new refresh token could not be kept, and a restart would lose it: %s", type(e).__name__)
        else:
            self._unkept = None

    async def _request(self, secrets: Secrets, http: HttpClient) -> AccessToken:
        form = render_token_request(self._source, secrets, connector=self._connector)
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        try:
            response = await http.request("POST", self._source.url, content=form, headers=headers)
        except Exception as e:
            raise TransientError(f"no token can be asked for: {type(e).__name__}", connector=self._connector) from None
        return read_token(HttpAnswer.of(response), connector=self._connector)


def require_https(url: str, *, setting: str, connector: str) -> str:
    """The address of a token end point.

    Raises:
        ConfigError: it is no https address of a host, or holds a user.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ConfigError("a token end point has an https address", setting=setting, connector=connector)
    return url
