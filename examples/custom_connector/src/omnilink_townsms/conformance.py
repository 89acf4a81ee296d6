"""What the kit needs to test Town SMS by every contract."""

import hmac
from dataclasses import replace

from omnilink.plugin import Accepted, Declined
from omnilink.testing import ConnectorSuite, Sample, VendorAnswer, http
from omnilink_townsms.connector import TownSms

TEXT = {
    "type": "text", "id": "m1", "from": "+12025550134", "to": "+12025550100",
    "at": "2026-05-04T09:59:58Z", "text": "The lamp is dark",
}  # fmt: skip


class TownSmsSuite(ConnectorSuite):
    connector = TownSms
    own = ("tel:+12025550100",)
    hosts = frozenset({"api.townsms.example"})
    echoes = False  # the gateway does not tell us what we sent

    def samples(self):
        yield Sample.json("text", TEXT, expect=("message_received",), says=("The lamp is dark",))
        yield Sample.json("stop", {**TEXT, "type": "stop", "id": "m2", "text": "STOP"}, expect=("opt_out_received",))
        yield Sample.json("news", {**TEXT, "type": "price", "id": "m3"}, expect=("ignored",))
        for status in ("sent", "delivered", "failed"):
            receipt = {**TEXT, "type": "receipt", "id": "m4", "status": status}
            yield Sample.json(status, receipt, expect=("delivery_updated",))

    def sign(self, request, secret, now):
        at = str(int(now.timestamp()))
        signature = hmac.new(secret.encode(), at.encode() + b"." + request.body, "sha256").hexdigest()
        return replace(
            request, headers={**request.headers, "x-townsms-timestamp": at, "x-townsms-signature": signature}
        )

    def answers(self):
        yield VendorAnswer("taken", http(201, b'{"id": "m7"}'), Accepted(("townsms:m7",)))
        yield VendorAnswer("said stop", http(403, b'{"error": "stopped"}'), Declined("opted-out", "stopped"))
