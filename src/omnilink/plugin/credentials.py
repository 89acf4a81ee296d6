"""Credentials: which secret a call gets, and that no other host ever does."""

from base64 import b64encode
from urllib.parse import urlsplit

from omnilink.errors import ConfigError, SecretMissing
from omnilink.plugin.connector import ConnectorSettings
from omnilink.plugin.fetch_policy import Credential
from omnilink.plugin.sending import HttpRequest
from omnilink.plugin.webhook import Secrets


def read_api_url(settings: ConnectorSettings, default: str, *, connector: str) -> str:
    """Where the provider's API is: the account's `api_url`, else the provider's own, without a slash at the end.

    Raises:
        ConfigError: it is no https address.
    """
    told = settings.options.get("api_url", default)
    if not isinstance(told, str) or not told.startswith("https://"):
        setting = f"accounts.{settings.account}.api_url"
        raise ConfigError("api_url must be an https address", setting=setting, connector=connector)
    return told.rstrip("/")


def require_api(request: HttpRequest, api_url: str, *, connector: str) -> None:
    """Credentials go to the configured API and nowhere else.

    Raises:
        ConfigError: the call is for another place.
    """
    if not request.url.startswith(api_url + "/"):
        raise ConfigError("a call for another host gets no credentials", connector=connector)


def newest_secret(secrets: Secrets, name: str, *, connector: str) -> str:
    """The newest value of a secret that a call needs.

    Raises:
        SecretMissing: none is configured.
    """
    values = secrets.get(name, ())
    if not values:
        raise SecretMissing(f"sending needs {name}", connector=connector, hint=f'write {name} = "env:NAME"')
    return values[0].reveal()


def every_secret(secrets: Secrets, name: str) -> list[str]:
    """All values of a secret, newest first: while one replaces the other, both are good for what comes in."""
    return [secret.reveal() for secret in secrets.get(name, ())]


def basic_login(user: str, password: str) -> str:
    """The value of an `Authorization` header by the scheme Basic (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


def host_of(url: str) -> str:
    """The host of an address of ours (a configured one, not one that somebody wrote)."""
    return urlsplit(url).hostname or ""


def bearer_for(url: str, secrets: Secrets, name: str, *, connector: str) -> Credential:
    """The newest value of a secret as a bearer token, for the host of this address only.

    Raises:
        SecretMissing: none is configured.
    """
    token = newest_secret(secrets, name, connector=connector)
    return Credential(host_of(url), {"authorization": f"Bearer {token}"})
