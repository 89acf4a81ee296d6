"""`omnilink serve` with a web chat in a process of its own, a visitor's browser, an official at the command line."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from omnilink.hub import Hub
from omnilink.model import TimelineItem
from omnilink.plugin.settings import parse_settings

INSTALL = Path(__file__).parent.parent / "servers" / "browser.py"
IDENTITY = "shared-with-the-site-0123456789abcdef"
SECRETS = {"CHAT_SECRET": "session-secret-0123456789abcdef01", "CHAT_IDENTITY": IDENTITY}
SETTINGS = """
tenant = "town"
[accounts.web]
connector = "webchat"
session_secret = "env:CHAT_SECRET"
identity_secret = "env:CHAT_IDENTITY"
title = "Town Hall"
notice = "We answer from Monday to Friday."
"""
# It is told to look nothing up: the network of a build machine is closed.
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
START_S = 20.0
SOON_S = 15.0


@dataclass
class Town:
    """The agency: a server that can be killed and started again at its port, and its command line."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def db(self) -> Path:
        return self.folder / "town.db"

    @property
    def demo(self) -> str:
        return f"http://127.0.0.1:{self.port}/chat/web/demo.html"

    def command(self, *words: str) -> list[str]:
        return [str(Path(sysconfig.get_path("scripts")) / "omnilink"), "--db", str(self.db), *words]

    def start(self) -> None:
        (self.folder / "omnilink.toml").write_text(SETTINGS)
        with (self.folder / "errors.txt").open("a") as errors:
            self.process = subprocess.Popen(
                self.command("serve", "--port", str(self.port)), cwd=self.folder, env={**os.environ, **SECRETS},
                stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "listening" in line, (self.folder / "errors.txt").read_text()
        self.port = int(line.rpartition(":")[2])

    def kill(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=START_S)

    def say(self, who: str, *words: str) -> str:
        """The official, in a process of their own: the id of what was sent."""
        done = subprocess.run(
            self.command("--json", "send", who, *words), cwd=self.folder, env={**os.environ, **SECRETS},
            stdout=subprocess.PIPE, text=True, timeout=60, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
        assert told["state"] == "accepted", told
        return str(told["id"])

    def run(self, work: Callable[[Hub], Any]) -> Any:
        """Something done with the agency's history, beside the running server."""

        async def inside() -> Any:
            async with Hub.open(self.db, parse_settings(SETTINGS)) as hub:
                return await work(hub)

        # Playwright has an event loop in this thread.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, inside()).result(timeout=60)

    def visitor(self, start: str = "webchat:web/a.") -> str:
        """The visitor whose address begins so, as soon as something of theirs is in the history."""

        async def find(hub: Hub) -> str | None:
            for row in await hub.contacts():
                for handle in (await hub.contact(row.id)).handles:
                    if handle.key.startswith(start):
                        return handle.key
            return None

        end = time.monotonic() + SOON_S
        while (found := self.run(find)) is None:
            assert time.monotonic() < end, "nothing of the visitor has arrived"
            time.sleep(0.1)
        return str(found)

    def history(self, who: str) -> list[TimelineItem]:
        """What the official sees, oldest first."""

        async def read(hub: Hub) -> list[TimelineItem]:
            await hub.process()
            return list(reversed((await hub.timeline(who)).items))

        found: list[TimelineItem] = self.run(read)
        return found

    def until(self, look: Callable[[], bool]) -> None:
        end = time.monotonic() + SOON_S
        while not look():
            assert time.monotonic() < end, "it did not come about"
            time.sleep(0.1)


@contextmanager
def run_town(folder: Path) -> Iterator[Town]:
    """A running server in a folder."""
    made = Town(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        try:
            made.start()
            yield made
        finally:
            made.kill()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A server of the test's own."""
    with run_town(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A server for all tests of a module, which do not harm it."""
    with run_town(tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture(scope="module")  # it holds an event loop open, in which no other module's tests could start theirs
def browser() -> Iterator[Any]:
    """Chromium. Where nobody may install it, it is missing, which only a developer's machine may."""
    if os.geteuid() != 0 and not os.environ.get("CI") and not Path("/usr/bin/chromium").exists():
        pytest.skip("no Chromium, and installing it needs root")
    path = subprocess.run(
        [sys.executable, str(INSTALL)], stdout=subprocess.PIPE, text=True, timeout=1800, check=True
    ).stdout
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET, chromium_sandbox=os.geteuid() != 0)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page in a profile of its own (or one that is given); an error in the page's console fails the test."""
    contexts, wrong = [], []

    def make(url: str, *, context: Any = None, **options: Any) -> Any:
        if context is None:
            context = browser.new_context(**{"viewport": {"width": 1000, "height": 800}, "locale": "en", **options})
            contexts.append(context)
        context.set_default_timeout(SOON_S * 1000)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(url)
        page.locator("omnilink-chat").wait_for(state="attached")
        return page

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def sign() -> Callable[..., str]:
    """An identity as the agency's site signs it (RFC 7515)."""

    def b64(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    def make(**claims: Any) -> str:
        told = {"sub": "4711", "name": "Ana García", "exp": time.time() + 600, "nonce": os.urandom(8).hex(), **claims}
        signed = f"{b64(json.dumps({'alg': 'HS256'}).encode())}.{b64(json.dumps(told).encode())}"
        return f"{signed}.{b64(hmac.digest(IDENTITY.encode(), signed.encode(), hashlib.sha256))}"

    return make


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real PNG of one pixel."""
    path = tmp_path_factory.mktemp("files") / "lámpara.png"
    path.write_bytes(base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    ))  # fmt: skip
    return path


@pytest.fixture
def embed() -> Callable[..., None]:
    """Writes the page's tag once more, with other attributes; the chat that was there goes."""

    def write(page: Any, **attributes: str) -> None:
        page.evaluate(
            """(given) => new Promise((done) => {
                document.querySelector('omnilink-chat')?.remove();
                const tag = document.createElement('script');
                Object.assign(tag.dataset, given);
                tag.src = 'widget.js?' + Math.random();
                tag.addEventListener('omnilink-ready', done);
                document.body.append(tag);
            })""",
            attributes,
        )

    return write
