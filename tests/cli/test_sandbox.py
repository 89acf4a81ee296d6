"""One line sends a message to a provider played here and shows what comes back."""

import json
from pathlib import Path

import anyio
import pytest
from click.testing import CliRunner

from omnilink.cli.app import app
from omnilink.cli.sandbox import SANDBOXES, SECRET
from omnilink.cli.sandbox_chat import LOOK_S, SETTINGS, play_official
from omnilink.hub import Hub
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.testing.fakes.webchat import FakeVisitor

RECEIPTS = {"twilio": "delivered", "webchat": "read", "whatsapp": "read", "x": "read"}


@pytest.mark.parametrize("name", sorted(SANDBOXES))
def test_message_leaves_and_its_status_comes_back(name):
    result = CliRunner().invoke(app, ["sandbox", name, "--text", "Hello **there**", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.output)
    assert document["state"] == "accepted"
    assert [item["direction"] for item in document["history"]] == ["inbound", "outbound"]
    assert document["history"][-1]["state"] == RECEIPTS.get(name, "accepted")
    assert SECRET not in result.output


def test_plain_answer_names_call_history_and_losses():
    result = CliRunner().invoke(app, ["sandbox", "twilio", "--text", "Hello **there**"])
    assert result.exit_code == 0, result.output
    assert "called   POST https://api.twilio.com" in result.output
    assert "outbound delivered" in result.output
    assert "loss     bold: degraded" in result.output


MENU = Path(__file__).parents[2] / "examples" / "telephone_menu.toml"


def ring(*actions, more=(), name="twilio", menu=MENU):
    told = [word for action in actions for word in ("--do", action)]
    return CliRunner().invoke(app, ["sandbox", name, "--menu", str(menu), *told, *more])


def test_one_line_calls_and_shows_every_answer_and_the_history():
    result = ring("2", "1", "-", "Mill Lane", "The lamp is dark", more=["--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.output)
    assert [turn["did"] for turn in document["turns"]] == ["rings", "2", "1", "-", "Mill Lane", "The lamp is dark"]
    assert all(turn["answer"].startswith("<?xml") for turn in document["turns"])
    assert document["heard"][-1] == {"language": "en-GB", "text": "Thank you for calling. Goodbye."}
    call = next(item for item in document["history"] if item["state"] == "completed")
    assert "Street lamps" in call["text"]
    assert "The lamp is dark" in call["text"]
    assert SECRET not in result.output


def test_a_call_for_people_names_what_was_done_and_answered():
    result = ring("2")
    assert result.exit_code == 0, result.output
    assert "caller   rings" in result.output
    assert "answer   <?xml" in result.output


@pytest.mark.parametrize(
    ("actions", "options", "told"),
    [
        (["words"], {}, "cannot do that now"),
        ([], {"name": "slack"}, "only twilio"),
        ([], {"menu": "BAD"}, "does not hold"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(tmp_path, actions, options, told):
    (tmp_path / "bad.toml").write_text('start = "x"', encoding="utf-8")
    if options.get("menu") == "BAD":
        options = {"menu": tmp_path / "bad.toml"}
    result = ring(*actions, **options)
    assert result.exit_code == 2
    assert told in result.output


def test_only_the_web_chat_has_a_page_to_serve():
    result = CliRunner().invoke(app, ["sandbox", "slack", "--serve", "0"])
    assert result.exit_code == 2
    assert "only webchat" in result.output


def test_the_played_official_answers_each_message_once_and_each_choice():
    async def play():
        hub = Hub(MemoryStore(), parse_settings(SETTINGS))
        visitor = FakeVisitor()
        visitor.say("Hello")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(play_official, hub)
            for label in (None, "A street lamp"):
                if label:
                    visitor.choose(label)
                await visitor.deliver(hub, "web")
                await hub.process()
                await anyio.sleep(2 * LOOK_S)
                await hub.outbox.deliver()
                await visitor.deliver(hub, "web")
            tasks.cancel_scope.cancel()
        return [entry["parts"] for entry in visitor.shown if entry["from"] == "agency"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANDBOX_CHAT_SECRET", "of-a-test-0123456789abcdef")
        first, second = anyio.run(play)
    assert [option["label"] for option in first[1]["options"]][1] == "A street lamp"
    assert second[0]["text"].startswith("You chose A street lamp.")
