"""A connector that is installed nowhere, a runner, and a small town's messages for the command line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from omnilink.cli.app import app
from omnilink.cli.session import Session
from omnilink.cli.terminal import width
from omnilink.model import (
    Handle,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Participant,
    ReactionChanged,
    Role,
    StatedClaim,
    Unparsed,
)
from omnilink.model.part import Media, Text
from omnilink.plugin import Capabilities, Manifest, Setting
from omnilink.plugin.registry import Registry

OWN = "tel:+34910000000"


class FakeConnector:
    """Reads a JSON list of messages; anything else is unparsed."""

    manifest = Manifest(
        name="fake",
        title="Fake: for tests",
        channels=("sms",),
        version="1",
        settings=(
            Setting("token", "Signs every request.", secret=True, required=True),
            Setting("flavour", "How it tastes.", example="sweet"),
            Setting("claims", "A table.", example='{ A = "name" }'),
        ),
        schemes=("tel",),
    )
    capabilities = Capabilities()

    def __init__(self, settings):
        self.settings = settings

    def parse(self, envelope):
        try:
            return [_event(item) for item in json.loads(envelope.body)]
        except (ValueError, KeyError, TypeError):
            return [Unparsed(event_key=envelope.sha256, lane_key="x", reason="no-json")]

    def handshake(self, request, secrets, now):
        return None

    def verify(self, request, secrets, now, keys):
        raise NotImplementedError


def _event(item: dict[str, Any]) -> Any:
    base = {"event_key": item["id"], "lane_key": "x", "occurred_at": datetime.fromisoformat(item["at"])}
    writer = Handle.parse(item["from"])
    author = Participant(
        role=Role.AUTHOR,
        handle=writer,
        claims=(StatedClaim(field="name", value=item["name"]),) if item.get("name") else (),
    )
    about = {**base, "target_key": f"fake:{item.get('about')}", "actor": author}
    match item.get("type"):
        case "edit":
            return MessageEdited(**about, parts=(Text(text=item["text"]),))
        case "delete":
            return MessageDeleted(**about)
        case "reaction":
            return ReactionChanged(**about, added=(item["text"],))
    media = (Media(kind="image", ref=item.get("ref"), filename=item["file"], size=2048),) if "file" in item else ()
    concerns = [
        Participant(role=Role.SUBJECT, handle=Handle.parse(who), claims=(StatedClaim(field="name", value=name),))
        for who, name in item.get("concerns", ())
    ]
    return MessageReceived(
        **base,
        message_key=f"fake:{item['id']}",
        conversation_keys=(f"fake:{item.get('thread', item['from'])}",),
        participants=(author, Participant(role=Role.TO, handle=Handle.parse(OWN), own=True), *concerns),
        parts=(Text(text=item.get("text", ""), format=item.get("format", "plain")), *media),
        subject=item.get("subject"),
    )


class Cli:
    """Runs commands over one database in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "citizens.db"
        self.connector: type = FakeConnector

    def __call__(self, *args: str, code: int = 0, env: dict[str, str] | None = None, **options: Any) -> Result:
        """Runs a command and checks its exit code; the text it prints fits 80 columns."""
        registry = Registry()
        registry.add(self.connector)
        session = Session(registry=registry)
        result = CliRunner().invoke(app, ["--db", str(self.db), *args], obj=session, env=env, **options)
        assert result.exit_code == code, (result.output, result.exception)
        assert "\x1b" not in result.output
        if "--json" not in args:
            assert max(map(width, result.output.splitlines()), default=0) <= 80
        return result

    def json(self, *args: str, code: int = 0, **options: Any) -> Any:
        """Runs a command with --json; what it printed is one document and nothing else."""
        result = self(*args, "--json", code=code, **options)
        assert result.stderr == ""
        return json.loads(result.stdout)

    def receive(self, *messages: dict[str, Any], name: str = "in.json") -> None:
        """Imports messages."""
        file = self.folder / name
        file.write_text(json.dumps(messages), encoding="utf-8")
        self("import", str(file), "--connector", "fake")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A command line in an empty folder, without configuration or database."""
    monkeypatch.chdir(tmp_path)
    for name in ("OMNILINK_DB", "OMNILINK_CONFIG", "OMNILINK_TRACEBACK", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return Cli(tmp_path)


Message = Callable[..., dict[str, Any]]


@pytest.fixture
def message() -> Message:
    """Makes one message: `message(1, "tel:+34600111222", text="hello")`; the number is the minute as well."""

    def make(number: int, sender: str, **fields: Any) -> dict[str, Any]:
        at = datetime(2025, 11, 4, 10, number, tzinfo=UTC).isoformat()
        return {"id": str(number), "from": sender, "at": at, **fields}

    return make


@pytest.fixture
def town(cli: Cli, message: Message) -> Cli:
    """Ana by mail and telephone, and a telephone that Bo and Cy share."""
    cli.receive(
        message(1, "mailto:ana@example.org", name="Ana", subject="Streetlight", text="It is broken"),
        message(2, "tel:+34600111222", name="Ana", text="Any news?", file="lamp.png"),
        message(3, "tel:+34600111333", name="Bo", text="Hello"),
        message(4, "tel:+34600111333", name="Cy", text="Hello too"),
    )
    return cli
