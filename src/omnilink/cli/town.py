"""The demo's town: five days in which its citizens write, call and chat, through the real connectors.

Everybody and everything is invented: numbers set aside for fiction (Ofcom), addresses under example.org and .example.
"""

import secrets
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from omnilink.cli.town_mail import SERVER, Mail, write_maildir, write_mbox
from omnilink.cli.town_providers import Slack, Twilio, WhatsApp
from omnilink.model.ids import IdSource
from omnilink.plugin.settings import AccountSettings, Settings
from omnilink.plugin.webhook import RawRequest

if TYPE_CHECKING:
    from omnilink.hub import Hub

PUBLIC_URL = "https://hooks.town.example"
HELPLINE, CHAT, LIGHTS, REGISTRY = "+441632960100", "+447700900100", "lights@town.example", "registry@town.example"

ANA, ANA_MAIL, ANA_NUMBER, ANA_USER = "Ana María Ruiz", "ana@example.org", "+447700900134", "GB.7H2K9XQ4ANA1"
FAMILY_NUMBER, OMAR, SALMA = "+441632960211", "عمر حداد", "سلمى حداد"
WEI, WEI_MAIL, WEI_SLACK = "陳偉", "wei@example.com", "U0WEI"
ZOE_NUMBER = "+447700900178"

SECRET_OF = {"helpline": "auth_token", "whatsapp": "app_secret", "neighbours": "signing_secret"}


class Clock:
    """The town's clock: it stands where the story has got to, and a little later each time it is read."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time."""
        self._now += timedelta(milliseconds=20)
        return self._now

    def go_to(self, day: int, hour: int, minute: int) -> datetime:
        """Goes on to a time of the story; `day` 2 is Monday."""
        self._now = max(self._now, datetime(2026, 3, day, hour, minute, tzinfo=UTC))
        return self._now


class Town:
    """A town whose week can be lived.

    Args:
        folder: where secrets and mailboxes are written; it must exist.
        seed: decides every invented id.
    """

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self._folder, self._random, self.clock = folder, Random(seed), Clock()  # noqa: S311 - ids, not secrets
        # New ones for every run; referred to by file, as an agency does.
        known = {account: secrets.token_urlsafe(24) for account in SECRET_OF}
        self.settings = self._make_settings(known)
        self.twilio = Twilio(f"{PUBLIC_URL}/hooks/helpline", known["helpline"], HELPLINE, self._random)
        self.whatsapp = WhatsApp(f"{PUBLIC_URL}/hooks/whatsapp", known["whatsapp"], CHAT, self._random)
        self.slack = Slack(f"{PUBLIC_URL}/hooks/neighbours", known["neighbours"])
        self.answers: list[tuple[str, int]] = []
        """What each webhook was told: (what it was, HTTP status)."""

    def _make_settings(self, known: dict[str, str]) -> Settings:
        refs = {}
        for account, secret in known.items():
            place = self._folder / f"{account}.secret"
            place.write_text(secret, encoding="utf-8")
            refs[account] = {SECRET_OF[account]: (f"file:{place}",)}
        word = self._folder / "verify.secret"
        word.write_text(secrets.token_urlsafe(12), encoding="utf-8")
        refs["whatsapp"]["verify_token"] = (f"file:{word}",)
        accounts = (
            AccountSettings("helpline", "twilio", (f"tel:{HELPLINE}",), {"claims_from": {"StatedName": "name"}},
                            refs["helpline"]),
            AccountSettings("whatsapp", "whatsapp", (f"wa:{CHAT}",), {}, refs["whatsapp"]),
            AccountSettings("neighbours", "slack", (f"slack:{Slack.team}/{Slack.bot}",), {}, refs["neighbours"]),
            AccountSettings("mailbox", "email", (f"mailto:{LIGHTS}", f"mailto:{REGISTRY}"), {"authserv_id": SERVER}),
        )  # fmt: skip
        return Settings(public_url=PUBLIC_URL, accounts={a.name: a for a in accounts})

    def open(self, database: Path) -> "AbstractAsyncContextManager[Hub]":
        """A Hub over this database, on the town's clock."""
        from omnilink.hub import Hub

        return Hub.open(
            database, self.settings, clock=self.clock, new_id=IdSource(self.clock, self._random.getrandbits)
        )

    async def live(self, hub: "Hub") -> None:
        """Lives the whole week."""
        await self._monday(hub)
        await self._tuesday(hub)
        await self._wednesday(hub)
        await self._thursday(hub)
        await self._friday(hub)

    async def _send(self, hub: "Hub", account: str, what: str, *requests: RawRequest) -> None:
        """Hands webhooks to the Hub exactly as the HTTP server would, then lets it work."""
        for request in requests:
            response = await hub.receive(account, request)
            self.answers.append((what, response.status))
        await hub.process()

    async def _import(self, hub: "Hub", path: Path) -> None:
        await hub.import_path(path, connector="email", account="mailbox")

    # --- the week ---------------------------------------------------------------------------------------------------

    async def _monday(self, hub: "Hub") -> None:
        ana, lights = (ANA, ANA_MAIL), ("Street lights", LIGHTS)
        mails = [
            Mail("lamp-1@example.org", self.clock.go_to(2, 8, 14), ana, lights, "Lamp out in Mill Street",
                 "Good morning, the lamp in front of Mill Street 14 has been dark for three nights."),
            Mail("answer-1@town.example", self.clock.go_to(2, 10, 2), lights, ana, "Re: Lamp out in Mill Street",
                 "Thank you. Which number is on the post?", verdict=None, answers=("lamp-1@example.org",)),
        ]  # fmt: skip
        self.clock.go_to(2, 18, 0)
        await self._import(hub, write_mbox(self._folder / "monday.mbox", mails))

    async def _tuesday(self, hub: "Hub") -> None:
        first, answer = self.whatsapp.new_id(), self.whatsapp.new_id()
        at = self.clock.go_to(3, 7, 20)
        await self._send(hub, "whatsapp", "message", self._ana(at, first, number=ANA_NUMBER, type="text", text={
            "body": "Hello, it is Ana (ana@example.org) about the dark lamp. The post says 4417."}))  # fmt: skip
        at = self.clock.go_to(3, 7, 22)
        edit = {"original_message_id": first, "message": {"type": "text", "text": {
            "body": "Hello, it is Ana (ana@example.org) about the dark lamp. The post says 4471."}}}  # fmt: skip
        await self._send(hub, "whatsapp", "edit", self._ana(at, self.whatsapp.new_id(), number=ANA_NUMBER,
                                                            type="edit", edit=edit))  # fmt: skip
        # The receipt overtakes its message, as receipts do: it waits until the message is there.
        at = self.clock.go_to(3, 9, 5)
        await self._send(hub, "whatsapp", "receipt", self.whatsapp.receipt(at, answer, ANA_NUMBER, "delivered"))
        text = "Good morning Ana, 4471 is on the list for this week."
        await self._send(hub, "whatsapp", "echo", self.whatsapp.echo(at, answer, ANA_NUMBER, text))
        at = self.clock.go_to(3, 9, 30)
        await self._send(hub, "whatsapp", "receipt", self.whatsapp.receipt(at, answer, ANA_NUMBER, "read"))
        reaction = {"message_id": answer, "emoji": "\N{THUMBS UP SIGN}"}
        await self._send(hub, "whatsapp", "reaction", self._ana(at, self.whatsapp.new_id(), number=ANA_NUMBER,
                                                                type="reaction", reaction=reaction))  # fmt: skip
        # Nothing certain joins a mail address and a telephone, so a person says so, and why.
        self.clock.go_to(3, 10, 0)
        await hub.link(ANA_MAIL, f"wa:{ANA_NUMBER}", by="desk-3", reason="gave her mail address in the chat")

    async def _wednesday(self, hub: "Hub") -> None:
        self.clock.go_to(4, 8, 40)
        sms = self.twilio.sms(ANA_NUMBER, "Lamp 4471 again: 4473 next to it is dark as well now. Ana")
        await self._send(hub, "helpline", "text", sms)
        # Twilio did not hear our answer and sends the very same bytes again.
        await self._send(hub, "helpline", "the same text again", sms)
        # Somebody found the address of the webhook and tries it without the secret.
        unsigned = RawRequest.of("POST", sms.url, {"Content-Type": sms.headers["content-type"]}, sms.body)
        await self._send(hub, "helpline", "unsigned", unsigned)
        # A proxy cut a body short. It is signed, so it is kept; it cannot be read, so it waits.
        await self._send(hub, "whatsapp", "malformed", self.whatsapp.post_bytes(b'{"object": "whatsapp_business_acc'))
        await self._send(hub, "helpline", "text", self.twilio.sms(ZOE_NUMBER, "Is the pool open on Sunday? Zoë"))
        await self._neighbours(hub)

    async def _neighbours(self, hub: "Hub") -> None:
        """The neighbours' association talks on Slack, and the town listens in their channel about lights."""
        at = self.clock.go_to(4, 18, 5)
        ts = f"{int(at.timestamp())}.000100"
        said = {"type": "message", "user": WEI_SLACK, "user_profile": {"display_name": WEI}, "ts": ts,
                "text": "Mill Street: 4473 is dark now as wel"}  # fmt: skip
        changed = {"type": "message", "subtype": "message_changed", "ts": f"{int(at.timestamp())}.000200",
                   "message": {"type": "message", "user": WEI_SLACK, "ts": ts,
                               "text": "Mill Street: 4473 is dark now as well",
                               "edited": {"user": WEI_SLACK, "ts": ts}}}  # fmt: skip
        liked = {"type": "reaction_added", "user": "U0NEIGHBOUR", "reaction": "eyes", "item_user": WEI_SLACK,
                 "item": {"type": "message", "channel": Slack.channel, "ts": ts},
                 "event_ts": f"{int(at.timestamp())}.000300"}  # fmt: skip
        for number, event in enumerate((said, changed, liked)):
            await self._send(hub, "neighbours", "event", self.slack.post(at, f"Ev0{number}", event))

    async def _thursday(self, hub: "Hub") -> None:
        self.clock.go_to(5, 9, 12)
        sid = self.twilio.new_sid("CA")
        await self._send(hub, "helpline", "call", self.twilio.call(sid, ANA_NUMBER, "ringing"))
        pressed = self.twilio.call(sid, ANA_NUMBER, "in-progress", Digits="2", StatedName="Ana Ruiz")
        await self._send(hub, "helpline", "menu digit", pressed)
        self.clock.go_to(5, 9, 15)
        await self._send(hub, "helpline", "call", self.twilio.call(sid, ANA_NUMBER, "completed", CallDuration="148"))
        await self._family(hub)

    async def _family(self, hub: "Hub") -> None:
        """One telephone, two people, and a call in which nobody says a name."""
        for minute, digits, name in ((20, "1", OMAR), (40, "1", None), (55, "3", SALMA)):
            self.clock.go_to(5, 10, minute)
            sid = self.twilio.new_sid("CA")
            stated = {"StatedName": name} if name else {}
            await self._send(
                hub, "helpline", "call",
                self.twilio.call(sid, FAMILY_NUMBER, "ringing"),
                self.twilio.call(sid, FAMILY_NUMBER, "in-progress", Digits=digits, **stated),
                self.twilio.call(sid, FAMILY_NUMBER, "completed", CallDuration="61"),
            )  # fmt: skip

    async def _friday(self, hub: "Hub") -> None:
        at = self.clock.go_to(6, 7, 30)
        mails = [
            Mail("account-1@mailer.example", at, (ANA, ANA_MAIL), ("Registry", REGISTRY), "My new bank account",
                 "Please pay my housing aid to the account in the attached form.", verdict="fail"),
            Mail("lamp-9@example.com", at, (WEI, WEI_MAIL), ("Street lights", LIGHTS), "Mill Street",
                 "4471 and 4473 are bright again. Thank you!"),
        ]  # fmt: skip
        self.clock.go_to(6, 8, 0)
        await self._import(hub, write_maildir(self._folder / "friday", mails))
        # Ana has taken a WhatsApp username: her number is no longer told, her user id is.
        at = self.clock.go_to(6, 17, 45)
        await self._send(hub, "whatsapp", "message", self._ana(at, self.whatsapp.new_id(), type="text", text={
            "body": "It is bright again, thank you!"}))  # fmt: skip

    def _ana(self, at: datetime, message_id: str, *, number: str | None = None, **content: object) -> RawRequest:
        return self.whatsapp.message(at, message_id, user_id=ANA_USER, name="Ana", number=number, **content)
