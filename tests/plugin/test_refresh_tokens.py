"""Refresh tokens that a provider changes: kept through restarts, crashes and two processes, and told to nobody."""

import json
import logging
import multiprocessing
import os
import stat
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import anyio
import anyio.lowlevel
import pytest

from omnilink.errors import ConfigError, TransientError
from omnilink.plugin import Secret
from omnilink.plugin import refresh_tokens as module
from omnilink.plugin.oauth import AccessTokens, TokenSource
from omnilink.plugin.refresh_tokens import RefreshTokenFile

SOURCE = TokenSource("https://login.example/token", "app-1")
FIRST = "refresh-token-0"


def secrets(token=FIRST):
    return {"oauth_client_secret": (Secret("client-secret"),), "oauth_refresh_token": (Secret(token),)}


class Provider:
    """Gives a new refresh token each time, and takes the old one back."""

    def __init__(self, good=FIRST):
        self.good, self.count, self.slow = good, 0, False

    async def request(self, method, url, *, content=None, headers=None):
        await anyio.sleep(0.05 if self.slow else 0)
        (given,) = parse_qs(content.decode())["refresh_token"]
        if given != self.good:
            return SimpleNamespace(status_code=400, headers={}, content=b'{"error": "invalid_grant"}')
        self.count += 1
        self.good = f"refresh-token-{self.count}"
        told = {"access_token": f"access-{self.count}", "expires_in": 3600, "refresh_token": self.good}
        return SimpleNamespace(status_code=200, headers={}, content=json.dumps(told).encode())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "help.refresh"


def file_at(path):
    return RefreshTokenFile(path, connector="email", setting="accounts.mail.oauth_token_file")


def start(path):
    """A process that has just begun."""
    return AccessTokens(SOURCE, connector="email", keeper=file_at(path))


async def renew(tokens, provider, token=FIRST):
    tokens.forget()
    return (await tokens.get(secrets(token), provider)).reveal()


@pytest.mark.anyio
async def test_the_newest_one_is_used_after_a_restart(path):
    provider = Provider()
    for n in (1, 2, 3):
        assert await renew(start(path), provider) == f"access-{n}"


@pytest.mark.anyio
async def test_without_a_file_the_newest_one_holds_as_long_as_the_process():
    provider, tokens = Provider(), AccessTokens(SOURCE, connector="email")
    assert [await renew(tokens, provider) for _ in range(3)] == ["access-1", "access-2", "access-3"]
    with pytest.raises(ConfigError):
        await renew(AccessTokens(SOURCE, connector="email"), provider)


@pytest.mark.anyio
async def test_a_provider_that_keeps_its_refresh_token_leaves_no_file(path):
    class Keeps(Provider):
        async def request(self, *asked, **more):
            self.good, self.count = FIRST, 0
            answer = await super().request(*asked, **more)
            told = {k: v for k, v in json.loads(answer.content).items() if k != "refresh_token"}
            return SimpleNamespace(status_code=200, headers={}, content=json.dumps(told).encode())

    await renew(start(path), Keeps())
    assert not path.exists()


@pytest.mark.anyio
async def test_a_new_consent_counts_whatever_the_file_holds(path):
    await renew(start(path), Provider())
    again = Provider(good="another-consent")
    assert await renew(start(path), again, "another-consent") == "access-1"
    assert await renew(start(path), again, "another-consent") == "access-2"


@pytest.mark.anyio
@pytest.mark.parametrize("when", ["open", "fsync", "replace"])
async def test_a_crash_while_it_is_kept_leaves_the_old_or_the_new_one_whole(path, monkeypatch, when):
    provider = Provider()
    await renew(start(path), provider)
    before = path.read_bytes()

    class Crash(BaseException):
        pass

    def crash(*asked, **more):
        raise Crash

    right = getattr(os, when)
    with monkeypatch.context() as patch:
        if when == "open":
            patch.setattr(os, "open", lambda p, *more: crash() if str(p).endswith(".new") else right(p, *more))
        else:
            patch.setattr(os, when, crash)
        with pytest.raises(Crash):
            file_at(path).write(Secret(FIRST), Secret("refresh-token-2"))
    assert path.read_bytes() == before
    file_at(path).write(Secret(FIRST), Secret("refresh-token-2"))  # what the crash left behind is in nobody's way
    assert file_at(path).read(Secret(FIRST)).reveal() == "refresh-token-2"


@pytest.mark.anyio
async def test_one_that_cannot_be_written_stays_in_memory_and_is_tried_again(path, monkeypatch, caplog):
    provider, tokens = Provider(), start(path)
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(os, "replace", lambda *asked: (_ for _ in ()).throw(OSError(28, "no space")))
        assert await renew(tokens, provider) == "access-1"
        assert await renew(tokens, provider) == "access-2"
    assert "could not be kept" in caplog.text
    assert "refresh-token" not in caplog.text
    assert await renew(tokens, provider) == "access-3"
    assert await renew(start(path), provider) == "access-4"


@pytest.mark.anyio
async def test_where_nothing_can_be_written_the_token_is_not_spent(tmp_path):
    provider = Provider()
    with pytest.raises(ConfigError) as raised:
        await renew(start(tmp_path / "missing" / "help.refresh"), provider)
    assert raised.value.setting == "accounts.mail.oauth_token_file"
    assert provider.count == 0


@pytest.mark.anyio
async def test_asking_is_not_broken_off_by_a_stop(path):
    provider, tokens = Provider(), start(path)
    provider.slow = True
    with anyio.move_on_after(0.02):
        await renew(tokens, provider)
    assert provider.count == 1
    assert await renew(start(path), provider) == "access-2"


@pytest.mark.anyio
async def test_several_that_ask_at_once_take_turns(path):
    provider, found = Provider(), []
    provider.slow = True

    async def ask(tokens):
        found.append(await renew(tokens, provider))

    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(ask, start(path))
    assert sorted(found) == ["access-1", "access-2", "access-3", "access-4"]


def _ask_in_a_process(path, shared):
    """A provider whose state is a file: the one good token."""

    class Shared(Provider):
        async def request(self, *asked, **more):
            self.good = await anyio.Path(shared).read_text()
            self.count = int(self.good.rpartition("-")[2])
            answer = await super().request(*asked, **more)
            await anyio.sleep(0.05)
            await anyio.Path(shared).write_text(self.good)
            return answer

    async def work():
        for _ in range(3):
            await renew(start(Path(path)), Shared())

    anyio.run(work)


def test_two_processes_that_ask_at_once_take_turns(path, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2])  # the new processes import this file by its name
    shared = tmp_path / "provider"
    shared.write_text(FIRST)
    spawn = multiprocessing.get_context("spawn")
    both = [spawn.Process(target=_ask_in_a_process, args=(str(path), str(shared))) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert shared.read_text() == "refresh-token-6"
    assert file_at(path).read(Secret(FIRST)).reveal() == "refresh-token-6"


@pytest.mark.anyio
async def test_who_waits_too_long_for_another_tries_later(path, monkeypatch):
    monkeypatch.setattr(module, "LOCK_S", 0.15)
    provider = Provider()
    async with file_at(path).held():
        with pytest.raises(TransientError):
            await renew(start(path), provider)
    assert provider.count == 0
    assert await renew(start(path), provider) == "access-1"


@pytest.mark.anyio
async def test_nobody_else_may_read_it_and_nothing_shows_it(path):
    path.write_text("{}")
    path.chmod(0o644)
    file_at(path).write(Secret(FIRST), Secret("refresh-token-1"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert FIRST not in path.read_text()
    provider = Provider("refresh-token-1")
    tokens = start(path)
    await renew(tokens, provider)
    for shown in (repr(tokens), repr(file_at(path)), repr(vars(tokens)), str(tokens._kept), repr(tokens._kept)):
        assert "refresh-token" not in shown
        assert "access-" not in shown


@pytest.mark.anyio
@pytest.mark.parametrize("content", ["", "{}", "null", '{"of": 1}', '{"of": "x", "refresh_token": ""}', "\x00"])
async def test_a_file_that_holds_none_is_told_and_the_configured_one_not_spent(path, content):
    path.write_text(content)
    provider = Provider()
    if content.startswith('{"of": "x"'):
        with pytest.raises(ConfigError):
            await renew(start(path), provider)
    else:
        with pytest.raises(ConfigError) as raised:
            await renew(start(path), provider)
        assert FIRST not in f"{raised.value!r}{raised.value}"
    assert provider.count == 0
