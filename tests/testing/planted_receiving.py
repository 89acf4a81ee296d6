"""Faults of connectors that receive."""

import json
from dataclasses import replace

from tests.testing.planted import fault

from omnilink.model import (
    Attestation,
    DeliveryUpdated,
    Handle,
    Ignored,
    MessageReceived,
    Text,
)
from omnilink.plugin import (
    Declined,
    Rejected,
    Verified,
)
from omnilink.testing import Sample

# --- signature --------------------------------------------------------------------------------------------------


@fault("signature")
def verify_accepts_blank_secrets(suite, connector):
    right = connector.verify

    def verify(self, request, secrets, now, keys):
        return right(self, request, secrets, now, keys) if any(secrets.get("key", ())) else Verified(replay_key=None)

    connector.verify = verify


@fault("signature")
def verify_does_not_look_at_the_clock(suite, connector):
    import hmac

    def verify(self, request, secrets, now, keys):
        given, at = request.header("x-townsms-signature") or "", request.header("x-townsms-timestamp") or ""
        for secret in secrets.get("key", ()):
            right = hmac.new(secret.reveal().encode(), at.encode("utf-8", "replace") + b"." + request.body, "sha256")
            if secret.reveal().strip() and hmac.compare_digest(
                right.hexdigest().encode(), given.encode("utf-8", "replace")
            ):
                return Verified(replay_key=given)
        return Rejected("wrong")

    connector.verify = verify


@fault("signature")
def verify_knows_only_the_newest_secret(suite, connector):
    right = connector.verify
    connector.verify = lambda self, r, secrets, n, k: right(self, r, {"key": tuple(secrets.get("key", ()))[:1]}, n, k)


@fault("signature")
def verify_forgives_capitals(suite, connector):
    right = connector.verify

    def verify(self, request, *more):
        given = {k: v.lower() if k == "x-townsms-signature" else v for k, v in request.headers.items()}
        return right(self, replace(request, headers=given), *more)

    connector.verify = verify


@fault("signature")
def verify_takes_a_repeated_header(suite, connector):
    right = connector.verify
    connector.verify = lambda self, request, *more: right(self, replace(request, repeated=frozenset()), *more)


@fault("signature")
def verify_raises_where_it_should_refuse(suite, connector):
    right = connector.verify

    def verify(self, request, *more):
        return right(
            self,
            replace(
                request, headers={**request.headers, "x-townsms-signature": request.headers["x-townsms-signature"]}
            ),
            *more,
        )

    connector.verify = verify


# --- what comes in ----------------------------------------------------------------------------------------------


@fault("samples", "totality")
def parse_drops_an_unknown_kind(suite, connector):
    right = connector.parse
    connector.parse = lambda self, envelope: [e for e in right(self, envelope) if not isinstance(e, Ignored)]


@fault("totality")
def parse_drops_an_unknown_kind_of_which_no_sample_is(suite, connector):
    right = connector.parse

    def parse(self, envelope):
        return [e for e in right(self, envelope) if not (isinstance(e, Ignored) and b"price" not in envelope.body)]

    connector.parse = parse


@fault("totality")
def parse_raises_for_a_wrong_type(suite, connector):
    right = connector.parse

    def parse(self, envelope):
        events = right(self, envelope)
        return events if events[0].type != "unparsed" or not envelope.body.startswith(b'{"type": "text"') else 1 / 0

    connector.parse = parse


@fault("samples")
def parse_leaves_out_what_was_said(suite, connector):
    right = connector.parse

    def parse(self, envelope):
        return [
            e.model_copy(update={"parts": (Text(text="…"),)}) if isinstance(e, MessageReceived) else e
            for e in right(self, envelope)
        ]

    connector.parse = parse


def rekey(connector, key_of):
    right = connector.parse

    def parse(self, envelope):
        events = right(self, envelope)
        return [e.model_copy(update={"event_key": key_of(i, e, envelope, self)}) for i, e in enumerate(events)]

    connector.parse = parse


@fault("redelivery")
def event_key_is_made_of_the_envelope_s_id(suite, connector):
    rekey(connector, lambda i, e, envelope, self: f"{envelope.id}:{e.event_key}")


@fault("redelivery")
def event_key_is_made_of_the_bytes(suite, connector):
    rekey(connector, lambda i, e, envelope, self: envelope.sha256)


@fault("redelivery")
def event_key_is_a_constant(suite, connector):
    rekey(connector, lambda i, e, envelope, self: "event")


@fault("redelivery")
def event_key_is_made_of_a_position(suite, connector):
    batched(suite, connector, lambda i, e: f"{i}:{e.type}")


@fault("totality")
def a_bad_item_costs_its_neighbours(suite, connector):
    batched(suite, connector, lambda i, e: e.event_key, drop_all=True)


def batched(suite, connector, key_of, drop_all=False):
    """The gateway, were it to post lists."""
    one, samples = connector.parse, suite.samples

    def parse(self, envelope):
        try:
            items = json.loads(envelope.body)
        except (ValueError, RecursionError):
            items = None
        if not isinstance(items, list) or not items:
            return one(self, envelope)
        found = [
            one(
                self,
                envelope.model_copy(update={"body": json.dumps(item).encode(), "sha256": f"{envelope.sha256}/{n}"}),
            )[0]
            for n, item in enumerate(items)
        ]
        bad = [e for e in found if e.type == "unparsed"]
        if drop_all and bad:
            return bad
        return [e.model_copy(update={"event_key": key_of(i, e)}) for i, e in enumerate(found)]

    def with_a_batch(self):
        yield from samples(self)
        text = json.loads(next(iter(samples(self))).body)
        yield Sample.json("batch", [{**text, "id": "b1"}, {**text, "id": "b2"}, {**text, "id": "b3"}])

    connector.parse, suite.samples = parse, with_a_batch


@fault("echo")
def our_own_message_is_a_citizen_s(suite, connector):
    samples = suite.samples

    def with_an_echo(self):
        yield from samples(self)
        text = json.loads(next(iter(samples(self))).body)
        yield Sample.json("echo", {**text, "id": "e1", "from": text["to"], "to": text["from"]}, echo=True)

    suite.samples = with_an_echo


@fault("echo")
def nobody_shows_that_echoes_are_ours(suite, connector):
    suite.echoes = True


@fault("echo")
def a_vouched_for_writer_who_is_one_of_us_is_a_citizen(suite, connector):
    right = connector.parse

    def vouch(event):
        if not isinstance(event, MessageReceived):
            return event
        seats = tuple(p.model_copy(update={"attestation": Attestation.SIGNATURE}) for p in event.participants)
        return event.model_copy(update={"participants": seats})

    connector.parse = lambda self, envelope: [vouch(e) for e in right(self, envelope)]
    suite.colleagues = True


@fault("handles")
def a_handle_is_of_a_scheme_nobody_named(suite, connector):
    right = connector.parse
    stranger = Handle.of("phone", "+12025550134")

    def parse(self, envelope):
        return [
            e.model_copy(update={"recipient": stranger}) if e.type == "delivery_updated" else e
            for e in right(self, envelope)
        ]

    connector.parse = parse


@fault("receipts")
def a_receipt_s_word_is_on_no_ladder(suite, connector):
    right = connector.parse

    def parse(self, envelope):
        return [
            e.model_copy(update={"status": "rogered"}) if isinstance(e, DeliveryUpdated) and e.status == "sent" else e
            for e in right(self, envelope)
        ]

    connector.parse = parse


@fault("opt_out")
def an_opted_out_answer_is_only_a_bad_request(suite, connector):
    right = suite.answers
    suite.answers = lambda self: [row for row in right(self) if not isinstance(row.expect, Declined)]
