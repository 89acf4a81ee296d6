"""The contract on visitors has teeth: the web chat passes, and each fault planted in it is found."""

import base64
import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from omnilink.plugin import Admitted, Heard, Rejected, StoredFile
from omnilink.testing import run_suite
from omnilink.testing.clock import START
from omnilink.testing.find import find_suite

ROOT = Path(__file__).parents[2]
LONG_AGO = timedelta(days=10_000)


@pytest.fixture(scope="module")
def webchat():
    return find_suite("webchat", ROOT)


def result(suite, plant):
    """What the kit says of the web chat with a fault."""
    connector = type("Faulty", (suite.connector,), {"__module__": suite.connector.__module__})
    plant(connector, suite.connector)
    faulty = type("FaultySuite", (suite,), {"connector": connector, "__module__": suite.__module__})
    (found,) = run_suite(faulty, contracts=["visitors"]).results
    return found


def recognise_with(change):
    """`recognise`, asked something else than it was."""

    def plant(faulty, right):
        faulty.recognise = lambda self, *asked: right.recognise(self, *change(*asked))

    return plant


def recognise_a_token_one_letter_too_long(faulty, right):
    def recognise(self, token, *more):
        found = right.recognise(self, token, *more)
        return right.recognise(self, token[:-1], *more) if isinstance(found, Rejected) else found

    faulty.recognise = recognise


def recognise_any_mac(faulty, right):
    def recognise(self, token, secrets, now):
        try:
            body = token.partition(".")[0]
            told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            admitted = right.admit(self, b"{}", secrets, now, "x" * 20)
            return replace(admitted.visitor, feed=told["f"], identified=told["u"], claims=told["c"])
        except Exception:
            return Rejected("no")

    faulty.recognise = recognise


def one_account_for_all(faulty, right):
    faulty.__init__ = lambda self, settings: right.__init__(self, replace(settings, account="town"))


def admit_with(change):
    def plant(faulty, right):
        def admit(self, *asked):
            admitted = right.admit(self, *asked)
            return change(self, right, admitted, *asked)

        faulty.admit = admit

    return plant


def identified_as(feed):
    """Everybody who is admitted has this feed."""

    def change(self, right, admitted, *asked):
        if not isinstance(admitted, Admitted):
            return admitted
        return replace(admitted, visitor=replace(admitted.visitor, feed=feed(admitted.visitor)))

    return admit_with(change)


def a_lesser_session(self, right, admitted, hello, secrets, now, fresh):
    return right.admit(self, b"{}", secrets, now, fresh) if isinstance(admitted, Rejected) else admitted


def believe_every_login(self, right, admitted, hello, secrets, now, fresh):
    try:
        body = json.loads(hello)["identity"].split(".")[1]
        subject = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["sub"]
    except Exception:
        return admitted
    opened = right.admit(self, b"{}", secrets, now, fresh)
    return replace(opened, visitor=replace(opened.visitor, feed=f"u.{subject}", identified=True, claims={}))


def tell_the_secret(self, right, admitted, hello, secrets, now, fresh):
    if not isinstance(admitted, Admitted):
        return admitted
    told = {**json.loads(admitted.answer), "debug": secrets["session_secret"][0].reveal()}
    return replace(admitted, answer=json.dumps(told))


def never_old(self, right, admitted, hello, secrets, now, fresh):
    return right.admit(self, hello, secrets, min(now, START), fresh)


def heard(change):
    """What was heard, changed."""

    def plant(faulty, right):
        def hear(self, said, visitor, *more):
            found = right.hear(self, said, visitor, *more)
            return change(found) if isinstance(found, Heard) and found.received and found.entry else found

        faulty.hear = hear

    return plant


def listen_to_the_frames_own_word(faulty, right):
    def hear(self, said, visitor, *more):
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            visitor = replace(visitor, feed=str(json.loads(said)["feed"]))
        return right.hear(self, said, visitor, *more)

    faulty.hear = hear


def raise_for_noise(faulty, right):
    def hear(self, said, *more):
        json.loads(said)
        return right.hear(self, said, *more)

    faulty.hear = hear


def show_a_secret(faulty, right):
    def show(self, entry, secrets, now):
        return json.dumps(
            {**json.loads(right.show(self, entry, secrets, now)), "k": secrets["session_secret"][0].reveal()}
        )

    faulty.show = show


def anybodys_upload(faulty, right):
    faulty._seal_file = lambda self, file, purpose, *more: right._seal_file(self, file, purpose[:4], *more)
    faulty._unseal_file = lambda self, token, purpose, *more: right._unseal_file(self, token, purpose[:4], *more)


def one_token_for_uploads_and_addresses(faulty, right):
    def open_file(self, token, secrets, now):
        found = right.open_file(self, token, secrets, now)
        if not isinstance(found, Rejected):
            return found
        body = token.partition(".")[0]
        try:
            told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            return StoredFile(told["s"], told["z"])
        except Exception:
            return found

    faulty.open_file = open_file


def test_the_web_chat_passes(webchat):
    found = result(webchat, lambda faulty, right: None)
    assert (found.outcome, found.detail) == ("passed", "")
    assert found.checks > 1_000


@pytest.mark.parametrize(
    ("said", "plant"),
    [
        ("believed after its end", recognise_with(lambda token, secrets, now: (token, secrets, now - LONG_AGO))),
        ("with a byte changed is believed", recognise_a_token_one_letter_too_long),
        ("of a retired secret is believed", recognise_any_mac),
        ("believed by another", one_account_for_all),
        ("two anonymous visitors have one feed", identified_as(lambda visitor: "a.everybody-0000001")),
        ("two visitors have one feed", identified_as(lambda v: "u.everybody" if v.identified else v.feed)),
        ("nobody signed is believed", admit_with(a_lesser_session)),
        ("nobody signed is believed", admit_with(believe_every_login)),
        ("a login holds for ever", admit_with(never_old)),
        ("answer to a hello holds a secret", admit_with(tell_the_secret)),
        ("what somebody says is shown to somebody else", listen_to_the_frames_own_word),
        ("shown to somebody else", heard(lambda h: replace(h, entry=h.entry.model_copy(update={"feed": "u.x"})))),
        ("in another account", heard(lambda h: replace(h, entry=h.entry.model_copy(update={"account": "x"})))),
        ("hear raised", raise_for_noise),
        ("what is shown holds a secret", show_a_secret),
        ("sent by somebody else", anybodys_upload),
        ("the address of a file", one_token_for_uploads_and_addresses),
    ],
)
def test_each_fault_is_found(webchat, said, plant):
    found = result(webchat, plant)
    assert (found.outcome, said in found.detail) == ("failed", True), found.detail


def test_ids_that_two_visitors_share_are_found(webchat):
    def share(found):
        name = f"frame:{found.id}"
        entry = found.entry.model_copy(update={"feed": "u.ana-4711"})
        return replace(found, received=found.received.model_copy(update={"delivery_key": name}), entry=entry)

    found = result(webchat, heard(share))
    assert found.outcome == "failed"
