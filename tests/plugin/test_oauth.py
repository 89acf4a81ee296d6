"""Access tokens: asked for when needed, kept until shortly before they end, one request for all who wait."""

import json
from types import SimpleNamespace

import anyio
import anyio.lowlevel
import pytest

from omnilink.errors import ConfigError, SecretMissing, TransientError
from omnilink.plugin import HttpAnswer, Secret
from omnilink.plugin.oauth import AccessTokens, TokenSource, read_token, render_token_request, require_https

SOURCE = TokenSource("https://login.example/token", "app-1", "mail read")
SECRETS = {"oauth_client_secret": (Secret("s&cret"),)}


class EndPoint:
    def __init__(self, lasts=3600, error=None):
        self.lasts, self.error, self.count = lasts, error, 0

    async def request(self, method, url, *, content=None, headers=None):
        self.count += 1
        await anyio.lowlevel.checkpoint()
        if self.error:
            raise self.error
        told = {"access_token": f"token-{self.count}", "expires_in": self.lasts}
        return SimpleNamespace(status_code=200, headers={}, content=json.dumps(told).encode())


def test_a_form_says_what_is_asked_for():
    form = render_token_request(SOURCE, SECRETS, connector="email")
    assert form == b"grant_type=client_credentials&client_id=app-1&client_secret=s%26cret&scope=mail+read"
    refresh = {"oauth_refresh_token": (Secret("newest"), Secret("older"))}
    form = render_token_request(SOURCE, refresh, connector="email")
    assert form == b"grant_type=refresh_token&client_id=app-1&refresh_token=newest&scope=mail+read"
    with pytest.raises(SecretMissing):
        render_token_request(SOURCE, {}, connector="email")


@pytest.mark.anyio
async def test_a_token_is_kept_until_shortly_before_it_ends():
    now, end_point = [0.0], EndPoint()
    tokens = AccessTokens(SOURCE, connector="email", clock_s=lambda: now[0])
    assert (await tokens.get(SECRETS, end_point)).reveal() == "token-1"
    now[0] = 3479.0
    assert (await tokens.get(SECRETS, end_point)).reveal() == "token-1"
    now[0] = 3480.0
    assert (await tokens.get(SECRETS, end_point)).reveal() == "token-2"
    tokens.forget()
    assert (await tokens.get(SECRETS, end_point)).reveal() == "token-3"


@pytest.mark.anyio
async def test_a_token_that_lasts_a_minute_is_used_for_half_of_it():
    now, end_point = [0.0], EndPoint(lasts=60)
    tokens = AccessTokens(SOURCE, connector="email", clock_s=lambda: now[0])
    for now[0], count in ((0.0, 1), (29.0, 1), (30.0, 2)):
        await tokens.get(SECRETS, end_point)
        assert end_point.count == count


@pytest.mark.anyio
async def test_those_who_ask_at_once_share_one_request():
    end_point, got = EndPoint(), []
    tokens = AccessTokens(SOURCE, connector="email")

    async def ask():
        got.append((await tokens.get(SECRETS, end_point)).reveal())

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(ask)
    assert (got, end_point.count) == (["token-1"] * 5, 1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (HttpAnswer(400, {}, b'{"error": "invalid_grant", "error_description": "Ana is gone"}'), ConfigError),
        (HttpAnswer(401, {}, b'{"error": "invalid_client"}'), ConfigError),
        (HttpAnswer(400, {}, b'{"error": "temporarily_unavailable"}'), TransientError),
        (HttpAnswer(503, {"retry-after": "30"}, b"<html>"), TransientError),
        (HttpAnswer(200, {}, b"{}"), TransientError),
        (HttpAnswer(200, {}, b"\xff"), TransientError),
    ],
)
def test_a_refusal_says_whether_to_try_again_and_quotes_nothing(answer, error):
    with pytest.raises(error) as raised:
        read_token(answer, connector="email")
    assert "Ana" not in f"{raised.value!r}{raised.value}"


@pytest.mark.parametrize(
    ("lasts", "read"), [(60, 60.0), ("60", 60.0), (None, 300.0), (True, 300.0), (-1, 300.0), ("soon", 300.0)]
)
def test_how_long_a_token_lasts_is_read_with_care(lasts, read):
    body = json.dumps({"access_token": "token", "expires_in": lasts}).encode()
    assert read_token(HttpAnswer(200, {}, body), connector="email").lasts_s == read


@pytest.mark.anyio
async def test_a_line_that_is_down_is_a_transient_error_without_a_secret():
    tokens = AccessTokens(SOURCE, connector="email")
    with pytest.raises(TransientError) as raised:
        await tokens.get(SECRETS, EndPoint(error=OSError("s&cret")))
    assert "s&cret" not in f"{raised.value!r}{raised.value}"
    assert "token" not in repr(await tokens.get(SECRETS, EndPoint()))


@pytest.mark.parametrize("url", ["http://login.example/t", "https://", "https://a@login.example/t", "login.example"])
def test_tokens_are_asked_for_over_https_only(url):
    with pytest.raises(ConfigError):
        require_https(url, setting="x", connector="email")
