"""`omnilink sandbox webchat --serve`: a page with the chat on this machine, and an official who answers."""

import os
import secrets
from collections.abc import Callable

import anyio

from omnilink.hub import Hub
from omnilink.model.event import Direction
from omnilink.model.interaction import Interaction
from omnilink.model.outgoing import Offer, Option, OutgoingPart
from omnilink.model.part import Choices, Media, Text
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore

SETTINGS = """
[accounts.web]
connector = "webchat"
session_secret = "env:SANDBOX_CHAT_SECRET"
title = "Town Hall"
notice = "A sandbox: an official is played by this program, and nothing is stored."
"""
LOOK_S = 0.5


def run_chat(port: int, say: Callable[[str], object]) -> None:
    """Serves until the process is asked to stop.

    Args:
        port: where to listen on this machine; 0 takes any free one.
        say: told the address of the page.

    Raises:
        ConfigError: nothing can listen there, or the web chat is not installed.
    """
    from omnilink.web.serve import run_hub

    os.environ["SANDBOX_CHAT_SECRET"] = secrets.token_urlsafe(32)
    hub = Hub(MemoryStore(), parse_settings(SETTINGS))
    run_hub(hub, host="127.0.0.1", port=port, beside=lambda: play_official(hub), say=say)


async def play_official(hub: Hub) -> None:
    """Answers every visitor, for ever."""
    while True:
        await anyio.sleep(LOOK_S)
        for conversation in await hub.conversations():
            last = (await hub.conversation(conversation.id))[-1]
            if last.direction is Direction.INBOUND:
                await hub.outbox.reply(last.id, answer_to(last))


def answer_to(asked: Interaction) -> list[OutgoingPart]:
    """What the official says to a message."""
    for part in asked.parts:
        if isinstance(part, Choices):
            return [_text(f"You chose **{part.label}**. In a real chat an official goes on from here.")]
        if isinstance(part, Media):
            return [_text("Thank you, your file is here. It is in your history now, and nowhere else.")]
    options = [("permit", "A permit"), ("lamp", "A street lamp"), ("else", "Something else")]
    offer = Offer(title="What is it about?", options=tuple(Option(value=v, label=label) for v, label in options))
    return [
        _text("Good day! A program says this. **Close the chat and open it again**: it is still here."),
        offer,
    ]


def _text(text: str) -> Text:
    return Text(text=text, format="markdown")
