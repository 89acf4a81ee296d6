"""`omnilink sandbox`: a provider in this process, a message to it, and what comes back. No account, no network."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import click

from omnilink.cli.answer import pass_session, render_json
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line
from omnilink.errors import BadInput

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.testing.fakes import FakeProvider

SECRET = "sandbox-secret"  # noqa: S105 - it opens nothing


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How one provider is played.

    Attributes:
        options: the account's TOML lines; secrets are read from `SANDBOX_SECRET`.
        recipient: somebody there.
        make: the fake.
        say: makes that somebody write first.
        tell: makes the provider tell us of what we sent, where it does so apart from its answer.
    """

    options: str
    recipient: str
    make: "Callable[[], FakeProvider]"
    say: Callable[[Any], None] = lambda fake: fake.say("Hello?")
    tell: Callable[[Any], None] = lambda fake: None


def _whatsapp() -> "FakeProvider":
    from omnilink.testing.fakes.whatsapp import FakeWhatsApp

    return FakeWhatsApp(app_secret=SECRET, url="https://sandbox.example/hooks/whatsapp")


def _telegram() -> "FakeProvider":
    from omnilink.testing.fakes.telegram import FakeTelegram

    return FakeTelegram(token=SECRET, secret_token=SECRET, url="https://sandbox.example/hooks/telegram")


def _slack() -> "FakeProvider":
    from omnilink.testing.fakes.slack import FakeSlack

    return FakeSlack(bot_token=SECRET, signing_secret=SECRET, url="https://sandbox.example/hooks/slack")


def _twilio() -> "FakeProvider":
    from omnilink.testing.fakes.twilio import FakeTwilio

    return FakeTwilio(
        account_sid="AC00000000000000000000000000000000", auth_token=SECRET, url="https://sandbox.example/hooks/twilio"
    )


def _webchat() -> "FakeProvider":
    from omnilink.testing.fakes.webchat import FakeVisitor

    return FakeVisitor()


def _x() -> "FakeProvider":
    from omnilink.testing.fakes.x import FakeX

    return FakeX(access_token=SECRET, consumer_secret=SECRET, url="https://sandbox.example/hooks/x")


_S = '"env:SANDBOX_SECRET"'
SANDBOXES = {
    "slack": Sandbox(
        f"signing_secret = {_S}\nbot_token = {_S}", "slack:T061EG9R6/U2147483697", _slack, tell=lambda fake: fake.echo()
    ),
    "telegram": Sandbox(f'bot_id = "77"\nsecret_token = {_S}\nbot_token = {_S}', "telegram:4242", _telegram),
    "twilio": Sandbox(
        f'auth_token = {_S}\naccount_sid = "AC00000000000000000000000000000000"\nown_handles = ["tel:+34910000000"]',
        "tel:+34600111222", _twilio,
    ),
    "webchat": Sandbox(f"session_secret = {_S}", "webchat:webchat/a.visitor-of-a-test", _webchat),
    "whatsapp": Sandbox(
        f'app_secret = {_S}\nverify_token = {_S}\naccess_token = {_S}\nphone_number_id = "106540352242922"',
        "wa:+34600111222", _whatsapp,
    ),
    "x": Sandbox(f'consumer_secret = {_S}\naccess_token = {_S}\nown_handles = ["x:1111"]', "x:4242", _x),
}  # fmt: skip


@click.command(cls=Command)
@click.argument("name", type=click.Choice(sorted(SANDBOXES)))
@click.option("--text", default="Your **permit** is ready.", show_default=True, help="What to say, in Markdown.")
@click.option(
    "--menu",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Call instead, and be answered by this telephone menu (twilio only).",
)
@click.option(
    "--do",
    "actions",
    multiple=True,
    metavar="WHAT",
    help="What the caller does, in order: keys, words, - for silence; of a call passed on, how it ended.",
)
@click.option(
    "--serve",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Open a page with the chat on this machine instead, and answer it until stopped (webchat only).",
)
@pass_session
def sandbox(
    session: Session, name: str, text: str, menu: Path | None, actions: tuple[str, ...], serve: int | None
) -> None:
    """Send a message to, or call by, a provider played in this process.

    Nothing is stored and nothing leaves this machine. Shown is what the provider was asked and what the citizen's
    history holds afterwards, receipts included; of a call, every answer as the provider gets it.
    """
    if serve is not None:
        if name != "webchat":
            raise click.UsageError("only webchat has a page")
        _serve_chat(session, serve)
        return
    if menu is not None:
        if name != "twilio":
            raise click.UsageError("only twilio has a telephone")
        document = anyio.run(_play_call, menu, actions)
    else:
        document = anyio.run(_play, name, text)
    if session.as_json:
        click.echo(render_json(document))
        return
    for turn in document.get("turns", ()):
        click.echo(f"caller   {one_line(turn['did'])}")
        click.echo(f"answer   {one_line(turn['answer'])}")
    for call in document["calls"]:
        click.echo(f"called   {one_line(call)}")
    for item in document["history"]:
        click.echo(f"{item['direction']:8} {item['state'] or '':10} {one_line(item['text'])}")
    for loss in document["losses"]:
        click.echo(f"loss     {loss['what']}: {loss['how']}")


def _serve_chat(session: Session, port: int) -> None:
    from omnilink.cli.sandbox_chat import run_chat
    from omnilink.cli.serve import needs_web

    def say(line: str) -> None:
        click.echo(
            render_json({"page": line}) if session.as_json else f"open {one_line(line)} in a browser; end with Ctrl-C"
        )

    with needs_web():
        run_chat(port, say)


def _open(name: str, fake: "FakeProvider", more: str = "") -> "Hub":
    """A hub with one account of that provider."""
    from omnilink.hub import Hub
    from omnilink.plugin.settings import parse_settings
    from omnilink.store.memory import MemoryStore

    os.environ["SANDBOX_SECRET"] = SECRET
    options = SANDBOXES[name].options
    settings = f'public_url = "https://sandbox.example"\n[accounts.{name}]\nconnector = "{name}"\n{options}\n{more}'
    return Hub(MemoryStore(), parse_settings(settings), http=fake)


async def _play_call(menu: Path, actions: tuple[str, ...]) -> dict[str, Any]:
    """Rings, does what is to be done, hangs up."""
    from omnilink.testing.fakes import Violation
    from omnilink.testing.fakes.twilio import FakeTwilio
    from omnilink.testing.fakes.twilio_calls import FakeCall

    fake = _twilio()
    assert isinstance(fake, FakeTwilio)  # noqa: S101 - it is made above
    hub = _open("twilio", fake, f"[plugins.telephone-menu]\nfile = {json.dumps(str(menu), ensure_ascii=False)}\n")
    hub.registry.load_plugins()
    call = FakeCall(fake, lambda request: hub.receive("twilio", request))
    turns = []
    for did in ("rings", *actions):
        if did == "rings":
            await call.ring()
        elif call.ended:
            break
        else:
            try:
                await call.do(did)
            except Violation as e:
                raise BadInput("the caller cannot do that now", hint=str(e)) from None
        turns.append({"did": did, "answer": call.answers[-1].body.decode()})
    call.hang_up()
    await fake.deliver(hub, "twilio")
    await hub.process()
    heard = [{"language": language, "text": text} for language, text in call.heard]
    return {"connector": "twilio", "turns": turns, "heard": heard, **await _shown(hub, SANDBOXES["twilio"].recipient)}


async def _shown(hub: "Hub", who: str) -> dict[str, Any]:
    """Somebody's history, oldest first."""
    from omnilink.cli.part_text import label_of, words_of

    page = await hub.timeline(who)
    history = [
        {
            "direction": entry.direction.value,
            "state": entry.state,
            "text": " ".join(
                filter(None, [words_of(entry.current_parts), *(label_of(part) for part in entry.current_parts)])
            ),
        }
        for entry in reversed(page.items)
    ]
    return {"calls": [], "history": history, "losses": []}


async def _play(name: str, text: str) -> dict[str, Any]:
    played = SANDBOXES[name]
    fake = played.make()
    hub = _open(name, fake)
    played.say(fake)
    await fake.deliver(hub, name)
    await hub.process()
    item = await hub.outbox.send(played.recipient, text)
    await hub.outbox.deliver()
    played.tell(fake)
    await fake.deliver(hub, name)
    await hub.process()
    return {
        **await _shown(hub, played.recipient),
        "connector": name,
        "state": (await hub.outbox.item(item.id)).state.value,
        "calls": [request.describe().replace(SECRET, "•••") for request in fake.requests],
        "losses": [loss.model_dump(mode="json") for loss in item.losses],
    }
