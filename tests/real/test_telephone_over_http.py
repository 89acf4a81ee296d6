"""Calls over real sockets, to a server that is killed again and again: what callers heard is what the history says."""

import asyncio
import random
from pathlib import Path

import httpx
import pytest

from omnilink.hub import Hub
from omnilink.model import Call, Choices, Direction, InteractionKind, Text
from omnilink.plugin.settings import parse_settings
from omnilink.plugin.webhook import WebhookResponse
from omnilink.testing.fakes.twilio import FakeTwilio
from omnilink.testing.fakes.twilio_calls import FakeCall

pytestmark = pytest.mark.real
CALLS, KILLS = 30, 4
MENU = Path(__file__).parents[2] / "examples" / "telephone_menu.toml"
ACCOUNT, URL = "AC" + "a" * 32, "https://hooks.town.example/hooks/line"


@pytest.fixture
def settings() -> str:
    return f"""
tenant = "town"
public_url = "https://hooks.town.example"
[accounts.line]
connector = "twilio"
auth_token = "env:LINE_TOKEN"
own_handles = ["tel:+34910000000"]
[plugins.telephone-menu]
file = '{MENU}'
"""


def test_callers_of_a_server_that_is_killed_hear_one_answer_a_turn(server):
    twilio = FakeTwilio(account_sid=ACCOUNT, auth_token="twilio-token", url=URL)
    calls: list[FakeCall] = []
    done: list[int] = []
    repeated = 0

    async def one(client: httpx.AsyncClient, number: int) -> None:
        async def ask(request) -> WebhookResponse:
            """Asks until there is an answer, and sometimes once more: the second one must be the same."""
            nonlocal repeated
            target = request.url.removeprefix("https://hooks.town.example")
            answers: list[httpx.Response] = []
            wanted = 2 if random.random() < 0.3 else 1
            while len(answers) < wanted:
                try:
                    answer = await client.post(
                        f"http://127.0.0.1:{server.port}{target}", content=request.body, headers=dict(request.headers)
                    )
                except httpx.TransportError:
                    repeated += 1
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code == 200:
                    answers.append(answer)
            assert len({answer.content for answer in answers}) == 1
            return WebhookResponse(200, answers[0].content, answers[0].headers["content-type"])

        call = FakeCall(twilio, ask, number=number, caller=f"+3460{number:07}")
        calls.append(call)
        await call.ring()
        for what in ("2", "9", "1", "Mill Lane", "The lamp is dark"):
            await call.do(what)
            await asyncio.sleep(random.uniform(0, 0.05))
        assert call.ended
        call.hang_up(75)
        done.append(number)

    async def kill() -> None:
        for n in range(1, KILLS + 1):
            while sum(len(call.answers) for call in calls) < n * CALLS * 6 // (KILLS + 2):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)

    async def run() -> None:
        async with httpx.AsyncClient(timeout=20) as client, asyncio.TaskGroup() as tasks:
            for number in range(1, CALLS + 1):
                tasks.create_task(one(client, number))
            tasks.create_task(kill())

    async def read() -> None:
        async with Hub.open(server.db, parse_settings(server.settings)) as hub:
            for webhook in twilio.webhooks:
                assert (await hub.receive("line", webhook)).status == 200
            await hub.process()
            for call in calls:
                items = (await hub.timeline(f"tel:{call.caller}")).items
                (item,) = [i for i in items if i.kind is InteractionKind.CALL]
                told = next(part for part in item.current_parts if isinstance(part, Call))
                assert (told.status, told.digits, told.speech) == ("completed", "2 9 1", "Mill Lane")
                assert told.transcript == "The lamp is dark"
                assert len([part for part in item.current_parts if isinstance(part, Choices)]) == 2
                said = [i for i in reversed(items) if i.direction is Direction.OUTBOUND]
                assert len(said) == 6
                words = [part.text for i in said for part in i.current_parts if isinstance(part, Text)]
                assert words == [text for _, text in call.heard]

    asyncio.run(run())
    assert len(done) == CALLS
    assert repeated > 0
    server.stop()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LINE_TOKEN", "twilio-token")
        asyncio.run(read())
    ledger = server.audit()
    assert ledger.balanced
    assert ledger.pending == ledger.quarantined == 0
