"""The connector's class: wiring only."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import ClassVar

from omnilink.errors import ConfigError, SecretMissing
from omnilink.model import Envelope, Event, Outgoing, Received
from omnilink.plugin import (
    Answer,
    Capabilities,
    ConnectorSettings,
    HttpAnswer,
    Manifest,
    Outcome,
    RenderPlan,
    Secrets,
    SendContext,
    Step,
    TransportFailed,
)
from omnilink.plugin.http import HttpClient
from omnilink.plugin.oauth import AccessTokens
from omnilink_email.answers import read_reply
from omnilink_email.body import read_media_bytes
from omnilink_email.inbound import parse_mail
from omnilink_email.mailbox import read_mailbox
from omnilink_email.manifest import CAPABILITIES, IMAP_PASSWORD, MANIFEST, SMTP_PASSWORD
from omnilink_email.outbound import render_mail
from omnilink_email.polling import Folder, poll_folder
from omnilink_email.servers import Server, read_servers
from omnilink_email.settings import read_settings
from omnilink_email.transmit import MailRequest, SmtpClient, dial_smtp, transmit_mail


class EmailConnector:
    """Email: `Parses`, `ReadsFiles`, `Polls` (IMAP), `Sends` and `Transmits` (SMTP).

    Args:
        settings: of the account.

    Raises:
        ConfigError: a setting is of the wrong kind.
    """

    manifest: ClassVar[Manifest] = MANIFEST
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, settings: ConnectorSettings) -> None:
        self._settings = read_settings(settings)
        self._servers = read_servers(settings)
        source = self._servers.tokens
        keeper = self._servers.token_file
        self._tokens = AccessTokens(source, connector="email", keeper=keeper) if source is not None else None

    @staticmethod
    def dial(server: Server) -> SmtpClient:
        """Makes SMTP connections; another one in tests."""
        return dial_smtp(server)

    @staticmethod
    def open_folder(server: Server, password: str, name: str) -> Folder:
        """Opens the IMAP folder (blocking); another one in tests."""
        from omnilink_email.imap import open_folder  # not loaded by who only reads files

        return open_folder(server, password, name)

    def parse(self, envelope: Envelope) -> list[Event]:
        """The mail as events; pure and total (see `inbound.parse_mail`)."""
        return parse_mail(envelope.body, self._settings)

    def read_media(self, envelope: Envelope, ref: str) -> bytes | None:
        """The bytes of an attachment: they came with the mail."""
        return read_media_bytes(envelope.body, ref)

    def read_files(self, path: Path) -> Iterator[Received]:
        """Every mail of a file or folder, one at a time (see `mailbox.read_mailbox`).

        Raises:
            UnreadableFile: nothing there can be read as mail.
        """
        return read_mailbox(path)

    @property
    def is_polled(self) -> bool:
        """The account has a mailbox to fetch from."""
        return self._servers.imap is not None and self._servers.imap.username is not None

    def poll(self, cursor: str | None, secrets: Secrets, http: HttpClient) -> AsyncGenerator[Sequence[Received]]:
        """What arrives in the IMAP folder (see `polling.poll_folder`).

        Raises:
            ConfigError: no IMAP server, or no login there, is configured; or the login is refused.
            TransientError: the server, or the one that gives tokens, cannot be reached now.
        """
        server = self._servers.imap
        if server is None or server.username is None:
            raise ConfigError("fetching mail needs imap_host and imap_username", connector="email")
        if not server.by_token:
            _password(server, secrets, IMAP_PASSWORD)  # what is missing is told now
        return self._fetch(cursor, server, secrets, http)

    async def _fetch(
        self, cursor: str | None, server: Server, secrets: Secrets, http: HttpClient
    ) -> AsyncGenerator[Sequence[Received]]:
        password = await self._password(server, secrets, IMAP_PASSWORD, http) or ""
        lots = poll_folder(cursor, server, password, self._servers.folder, self._servers.idle_s, self.open_folder)
        try:
            async with aclosing(lots):
                async for lot in lots:
                    yield lot
        except ConfigError:
            self._forget_token()
            raise

    def render(self, message: Outgoing, context: SendContext) -> RenderPlan:
        """The message as one mail (see `outbound.render_mail`).

        Raises:
            SendRefused: it cannot be said by mail, or not from here.
        """
        return render_mail(message, context, self._servers)

    async def transmit(self, request: MailRequest, secrets: Secrets, http: HttpClient) -> Answer:
        """Sends one mail (see `transmit.transmit_mail`).

        Raises:
            SecretMissing: the server wants a login and there is no password.
            ConfigError, TransientError: it wants a token and none is given (now).
        """
        server = self._servers.smtp
        if server is None:
            return TransportFailed("no-mail-server", dispatched=False)
        password = await self._password(server, secrets, SMTP_PASSWORD, http)
        answer = await transmit_mail(request, server, password, self.dial)
        if isinstance(answer, HttpAnswer) and answer.headers.get("stage") == "auth":
            self._forget_token()
        return answer

    def outcome(self, step: Step, answer: Answer) -> Outcome:
        """What the server's reply means (see `answers.read_reply`)."""
        return read_reply(step, answer)

    async def _password(self, server: Server, secrets: Secrets, name: str, http: HttpClient) -> str | None:
        """What the server wants to hear at the login: a password, or an access token that is good for a while."""
        if not server.by_token or self._tokens is None:
            return _password(server, secrets, name)
        return (await self._tokens.get(secrets, http)).reveal()

    def _forget_token(self) -> None:
        if self._tokens is not None:
            self._tokens.forget()


def _password(server: Server, secrets: Secrets, name: str) -> str | None:
    """The newest password for a server that wants one.

    Raises:
        SecretMissing: there is none.
    """
    if server.username is None:
        return None
    for secret in secrets.get(name, ()):
        return secret.reveal()
    raise SecretMissing("the mail server's password is missing", connector="email",
                        hint=f'write {name} = "env:NAME"')  # fmt: skip
