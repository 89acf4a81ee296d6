"""What we sent and Slack tells back is one interaction, files too, whichever comes first."""

import json
from datetime import UTC, datetime

import pytest

from omnilink.hub import Hub
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore
from omnilink.testing.fakes.slack import FakeSlack

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANA = "slack:T061EG9R6/U2147483697"
SETTINGS = """
public_url = "https://hooks.town.example"
[accounts.team]
connector = "slack"
signing_secret = "env:SL_SECRET"
bot_token = "env:SL_TOKEN"
"""


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, tmp_path):
    made = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "town.db")
    yield made
    await made.aclose()


@pytest.fixture
def slack():
    return FakeSlack(bot_token="xoxb-1", signing_secret="signing-secret", clock=lambda: NOW)


@pytest.fixture
def hub(store, slack, monkeypatch):
    monkeypatch.setenv("SL_SECRET", "signing-secret")
    monkeypatch.setenv("SL_TOKEN", "xoxb-1")
    return Hub(store, parse_settings(SETTINGS), http=slack, clock=lambda: NOW)


async def told(hub, slack):
    slack.echo()
    assert all(answer.status == 200 for answer in await slack.deliver(hub, "team"))
    await hub.process()


async def asked(hub, slack, channel):
    slack.say("When do you open?", channel=channel)
    await slack.deliver(hub, "team")
    await hub.process()
    return (await hub.timeline(ANA)).items[0].interaction.id


@pytest.mark.parametrize("channel", ["D2147483697", "C2147483705"])
@pytest.mark.parametrize("text", ["At nine", ""])
async def test_a_file_and_its_echo_are_one(hub, slack, tmp_path, channel, text):
    (tmp_path / "hours.pdf").write_bytes(b"%PDF")
    question = await asked(hub, slack, channel)
    item = await hub.outbox.reply(question, text, files=[tmp_path / "hours.pdf"])
    await hub.outbox.deliver()
    await told(hub, slack)
    items = (await hub.timeline(ANA)).items
    assert [found.interaction.id for found in items] == [item.interaction, question]
    assert len({found.conversation for found in items}) == 1
    assert items[0].state == "accepted"
    assert (await hub.ledger()).balanced
    assert await hub.store.check() == []


async def test_a_file_to_somebody_new_is_in_the_conversation_they_answer_in(hub, slack, tmp_path):
    (tmp_path / "hours.pdf").write_bytes(b"%PDF")
    item = await hub.outbox.send(ANA, "", files=[tmp_path / "hours.pdf"])
    await hub.outbox.deliver()
    await told(hub, slack)
    await asked(hub, slack, "D2147483697")
    items = (await hub.timeline(ANA)).items
    assert len(items) == 2
    assert items[0].interaction.id == item.interaction
    assert len({found.conversation for found in items}) == 1


async def test_an_echo_quicker_than_our_own_commit_is_the_message(hub, slack, tmp_path):
    (tmp_path / "hours.pdf").write_bytes(b"%PDF")
    question = await asked(hub, slack, "D2147483697")
    item = await hub.outbox.reply(question, "", files=[tmp_path / "hours.pdf"])
    take, quick = slack.request, []

    async def request(*given, **named):
        answer = await take(*given, **named)
        if given[1].endswith("files.completeUploadExternal"):
            quick.append(await told(hub, slack))
        return answer

    slack.request = request
    await hub.outbox.deliver()
    assert quick
    items = (await hub.timeline(ANA)).items
    assert [found.interaction.id for found in items] == [item.interaction, question]
    assert await hub.store.check() == []


async def test_what_is_said_of_the_post_is_said_of_what_we_sent(hub, slack, tmp_path):
    (tmp_path / "hours.pdf").write_bytes(b"%PDF")
    item = await hub.outbox.send(ANA, "", files=[tmp_path / "hours.pdf"])
    await hub.outbox.deliver()
    slack.echo()
    post = json.loads(slack.webhooks[0].body)["event"]
    await told(hub, slack)
    about = {"type": "message", "channel": post["channel"], "ts": post["ts"]}
    liked = {"type": "reaction_added", "user": "U2147483697", "reaction": "thumbsup", "item": about}
    slack._tell({**liked, "event_ts": "1700000002.1", "ts": "1700000002.1"})
    await slack.deliver(hub, "team")
    await hub.process()
    revisions = (await hub.store.read_revisions(hub.scope, [item.interaction]))[item.interaction]
    assert ("thumbsup",) in [revision.added for revision in revisions]


async def test_a_sent_file_can_be_deleted(hub, slack, tmp_path):
    (tmp_path / "hours.pdf").write_bytes(b"%PDF")
    item = await hub.outbox.send(ANA, "", files=[tmp_path / "hours.pdf"])
    await hub.outbox.deliver()
    await told(hub, slack)
    await hub.outbox.delete(item.interaction)
    await hub.outbox.deliver()
    assert [method for method, _ in slack.sent][-1:] == ["files.delete"]


async def test_a_citizens_file_with_that_id_stays_theirs(hub, slack):
    slack._count = 41
    slack._tell({"type": "message", "channel": "D2147483697", "channel_type": "im", "user": "U2147483697",
                 "ts": "1700000000.1", "event_ts": "1700000000.1", "subtype": "file_share", "text": "",
                 "files": [{"id": "F00000042"}]})  # fmt: skip
    await slack.deliver(hub, "team")
    await hub.process()
    (mine,) = (await hub.timeline(ANA)).items
    assert mine.interaction.message_key == "slack:T061EG9R6/D2147483697/1700000000.1"
    assert (await hub.ledger()).events["recorded"] == 1
