"""A connector from outside the repository: found by its entry point, configured, and its messages become a history."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "custom_connector"
WHOLE_WALK = """
import hashlib, hmac, json, time
from omnilink.blocking import Hub
from omnilink.plugin import RawRequest
from omnilink.plugin.settings import read_settings
from pathlib import Path

settings = read_settings(Path("omnilink.toml"))
body = json.dumps({"type": "text", "id": "m1", "from": "+12025550134", "to": "+12025550100",
                   "at": "2026-05-04T09:59:58Z", "text": "The lamp is dark"}).encode()
sent_at = str(int(time.time()))
signature = hmac.new(b"the gateway's key", f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()

def post(signature):
    headers = {"X-TownSms-Timestamp": sent_at, "X-TownSms-Signature": signature}
    return RawRequest.of("POST", "https://hooks.town.example/hooks/sms", headers, body)

with Hub.open(settings=settings) as hub:
    assert hub.receive("sms", post(signature)).status == 200
    assert hub.receive("sms", post(signature)).status == 200
    assert hub.receive("sms", post("0" * 64)).status == 401
    hub.process()
    (item,) = hub.timeline("+1 202 555 0134").items
    assert item.current_parts[0].text == "The lamp is dark"
    books = hub.ledger()
    assert books.balanced and books.duplicate == 1 and books.refused == {"wrong-signature": 1}
print("walked")
"""
ANSWERED = """
import anyio, hashlib, hmac, json
from datetime import UTC, datetime
from pathlib import Path
from omnilink.hub import Hub
from omnilink.plugin import RawRequest
from omnilink.plugin.settings import read_settings
from omnilink.testing.fakes import FakeProvider, json_answer, route

class FakeGateway(FakeProvider):
    hosts = frozenset({"api.townsms.example"})

    @route("POST", "/v1/texts")
    def take(self, request):
        assert request.headers["authorization"] == "Bearer the gateway's key"
        text = json.loads(request.body)
        for status in ("sent", "delivered"):
            now = self.clock()
            receipt = {"type": "receipt", "id": "m7", "from": text["to"], "to": "+12025550100", "status": status,
                       "at": now.isoformat()}
            body, at = json.dumps(receipt).encode(), str(int(now.timestamp()))
            signature = hmac.new(b"the gateway's key", at.encode() + b"." + body, hashlib.sha256).hexdigest()
            headers = {"X-TownSms-Timestamp": at, "X-TownSms-Signature": signature}
            self.emit(RawRequest.of("POST", "https://hooks.town.example/hooks/sms", headers, body))
        return json_answer(201, {"id": "m7"})

async def walk():
    gateway = FakeGateway()
    async with Hub.open(settings=read_settings(Path("omnilink.toml")), http=gateway) as hub:
        item = await hub.outbox.send("tel:+12025550134", "It is **mended**.", account="sms")
        assert [loss.what for loss in item.losses] == ["bold"]
        await hub.outbox.deliver()
        answers = await gateway.deliver(hub, "sms")
        assert [answer.status for answer in answers] == [200, 200]
        await hub.process()
        (shown,) = (await hub.timeline("+1 202 555 0134")).items
        assert (shown.state, shown.current_parts[0].text) == ("delivered", "It is **mended**.")
        assert (await hub.ledger()).balanced

anyio.run(walk)
print("answered")
"""


PAGE = Path(__file__).parents[2] / "docs" / "writing-a-connector.md"
FILE = re.compile(
    r"<!-- file: (?P<name>\S+) -->\n(?:<!-- not run -->\n)?```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@pytest.fixture
def outside(tmp_path):
    """A folder with the tutorial's package as pip would have installed it: its modules and its metadata."""
    site = tmp_path / "site"
    shutil.copytree(EXAMPLE / "src", site)
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    metadata = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        f"Summary: {project['description']}\n"
    )
    groups = project["entry-points"]
    (metadata / "entry_points.txt").write_text(
        "\n".join(f"[{group}]\n" + "\n".join(f"{n} = {m}" for n, m in names.items()) for group, names in groups.items())
    )
    return site


def python(folder: Path, site: Path, code: str, **environment: str) -> str:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_an_installed_connector_is_listed_without_being_imported(tmp_path, outside):
    (outside / "omnilink_townsms" / "__init__.py").write_text("raise RuntimeError('imported')")
    listed = python(tmp_path, outside, "from omnilink.cli import main; main(['connectors'])")
    assert "townsms" in listed
    assert "Town SMS gateway for omnilink." in listed


CONFIGURATION = (
    'public_url = "https://hooks.town.example"\n[accounts.sms]\nconnector = "townsms"\n'
    'own_handles = ["tel:+12025550100"]\nkey = "env:TOWNSMS_KEY"\n'
)


def test_its_messages_become_a_history(tmp_path, outside):
    (tmp_path / "omnilink.toml").write_text(CONFIGURATION)
    walked = python(tmp_path, outside, WHOLE_WALK, TOWNSMS_KEY="the gateway's key")
    assert walked == "walked\n"


def test_a_message_leaves_by_it_and_its_receipts_come_back(tmp_path, outside):
    (tmp_path / "omnilink.toml").write_text(CONFIGURATION)
    assert python(tmp_path, outside, ANSWERED, TOWNSMS_KEY="the gateway's key") == "answered\n"


def test_it_passes_the_kit_as_installed(tmp_path, outside):
    code = """
import json
from omnilink.testing.find import find_suite
from omnilink.testing.report import run_suite
report = run_suite(find_suite("townsms"))
print(json.dumps([report.level, report.passed, report.checks]))
"""
    level, passed, checks = json.loads(python(tmp_path, outside, code))
    assert (level, passed) == ("P", True)
    assert checks > 10_000


def test_the_page_shows_the_package_as_it_is_in_a_hundred_lines():
    shown = {match["name"]: match["text"] for match in FILE.finditer(PAGE.read_text(encoding="utf-8"))}
    assert shown == {name: (EXAMPLE / name).read_text(encoding="utf-8") for name in shown}
    assert len(shown) == 5
    code = [name for name in shown if name.startswith("src/") and not name.endswith("conformance.py")]
    assert sum(len(shown[name].splitlines()) for name in code) <= 100


def test_its_own_tests_pass(tmp_path, outside):
    tests = shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    options = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tests), str(tests)]
    assert "passed" in python(tmp_path, outside, f"import pytest; raise SystemExit(pytest.main({options!r}))")
