"""Twilio's Messages resource in this process: takes messages, tells receipts by signed webhooks.

https://www.twilio.com/docs/messaging/api/message-resource
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from omnilink.plugin.sending import HttpAnswer, HttpRequest
from omnilink.plugin.webhook import RawRequest
from omnilink.testing.fakes.provider import FakeProvider, json_answer, route


class FakeTwilio(FakeProvider):
    """One account.

    Args:
        account_sid, auth_token: its credentials; the token signs the webhooks.
        url: the webhook's public address, for what citizens write.
        options: as of `FakeProvider`.

    Attributes:
        sent: the fields of every message taken, by Sid.
        statuses: what is told of each message taken, in this order.
        opted_out: numbers that said stop: a message to one is refused with 21610.
        account_sid, url: as given.
    """

    hosts: ClassVar = frozenset({"api.twilio.com"})
    file_hosts: ClassVar = frozenset({"mms.twiliocdn.com"})
    description: ClassVar = "twilio/twilio_api_v2010.json"

    def __init__(
        self, *, account_sid: str, auth_token: str, url: str = "https://hooks.town.example/hooks/line", **options: Any
    ) -> None:
        super().__init__(**options)
        self.account_sid, self._token, self.url = account_sid, auth_token, url
        self.sent: dict[str, dict[str, str]] = {}
        self.statuses = ["sent", "delivered"]
        self.opted_out: set[str] = set()
        self._files: dict[str, HttpAnswer] = {}

    @route("POST", "/2010-04-01/Accounts/{account}/Messages.json")
    def take_message(self, request: HttpRequest, account: str) -> HttpAnswer:
        """A message, or an error as the API words it."""
        if (refused := self._refusal(request, account)) is not None:
            return refused
        fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        if fields["To"] in self.opted_out:
            error = {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}
            return json_answer(400, error)
        sid = f"SM{len(self.sent) + 1:032x}"
        self.sent[sid] = fields
        for status in self.statuses if "StatusCallback" in fields else ():
            self._tell(
                fields["StatusCallback"],
                {"MessageSid": sid, "MessageStatus": status, "To": fields["To"], "From": fields.get("From", "")},
            )
        media = sum(name == "MediaUrl" for name, _ in parse_qsl(request.body.decode()))
        return json_answer(
            201,
            {
                "sid": sid, "account_sid": account, "status": "queued", "to": fields["To"], "body": fields.get("Body"),
                "from": fields.get("From"), "num_media": str(media), "num_segments": "1", "direction": "outbound-api",
                "error_code": None, "error_message": None, "api_version": "2010-04-01",
            },
        )  # fmt: skip

    def _refusal(self, request: HttpRequest, account: str) -> HttpAnswer | None:
        pair = base64.b64encode(f"{self.account_sid}:{self._token}".encode()).decode()
        if account == self.account_sid and request.headers.get("authorization") == f"Basic {pair}":
            return None
        return json_answer(401, {"code": 20003, "message": "Authenticate", "status": 401})

    def is_described(self, request: HttpRequest) -> bool:
        """The files themselves are not."""
        return super().is_described(request) and "/Media/" not in request.url

    def keep_file(self, content: bytes, mime_type: str) -> str:
        """A file of a message: its address as `MediaUrl0`."""
        sid = f"ME{len(self._files) + 1:032x}"
        self._files[sid] = HttpAnswer(200, {"content-type": mime_type}, content)
        return f"https://api.twilio.com/2010-04-01/Accounts/{self.account_sid}/Messages/MM1/Media/{sid}"

    @route("GET", "/2010-04-01/Accounts/{account}/Messages/{message}/Media/{sid}")
    def give_file(self, request: HttpRequest, account: str, message: str, sid: str) -> HttpAnswer:
        """Where a file lies."""
        if (refused := self._refusal(request, account)) is not None:
            return refused
        return HttpAnswer(307, {"location": f"https://mms.twiliocdn.com/{account}/{sid}"})

    @route("GET", "/{account}/{sid}")
    def give_bytes(self, request: HttpRequest, account: str, sid: str) -> HttpAnswer:
        """A file; credentials have no place here."""
        if "authorization" in request.headers:
            raise self._violated("credentials left for the store of files", request)
        return self._files.get(sid, HttpAnswer(404))

    def say(self, text: str, *, who: str = "+34600111222", to: str = "+34910000000") -> None:
        """Somebody writes a text message."""
        sid = f"SM{len(self.sent) + len(self.webhooks) + 4096:032x}"
        self._tell(self.url, {"MessageSid": sid, "From": who, "To": to, "Body": text, "NumMedia": "0"})

    def sign(self, url: str, fields: Mapping[str, str], **headers: str) -> RawRequest:
        """A webhook as Twilio sends it: https://www.twilio.com/docs/usage/security#validating-requests

        Args:
            url: the address that is called.
            fields: of the form; the account's are added.
            headers: more of them; `_` in a name is written `-`.
        """
        form = {"AccountSid": self.account_sid, "ApiVersion": "2010-04-01", **fields}
        signed = url + "".join(name + form[name] for name in sorted(form))
        mac = base64.b64encode(hmac.new(self._token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
        told = {name.replace("_", "-"): text for name, text in headers.items()}
        told |= {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": mac}
        return RawRequest.of("POST", url, told, urlencode(form).encode())

    def _tell(self, url: str, fields: Mapping[str, str]) -> None:
        self.emit(self.sign(url, fields))
