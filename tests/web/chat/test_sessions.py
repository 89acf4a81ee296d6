"""Who is on the line: anonymous by our own token, identified by the agency's site; nobody by anything else."""

import time
from datetime import UTC, datetime

import pytest

from omnilink.model import Attestation, Role

pytestmark = pytest.mark.anyio


async def test_an_anonymous_visitor_is_given_an_id_and_finds_the_same_chat_again(chat):
    first = await chat.session()
    again = await chat.session(resume=first["token"])
    other = await chat.session()
    assert first["visitor"] == again["visitor"] != other["visitor"]
    assert not first["identified"]


async def test_a_forged_expired_or_foreign_token_is_refused_and_not_made_a_new_visitor(chat, monkeypatch):
    token = (await chat.session())["token"]
    for bad in (token[:-2] + "AA", token.replace(".", "x"), "", "a.b", token + "=", "x" * 5000):
        answer = await chat.call("POST", "session", {"resume": bad})
        assert answer.status == 401, bad
    monkeypatch.setattr(chat.hub.visitors, "clock", lambda: datetime(2199, 1, 1, tzinfo=UTC))
    assert (await chat.call("POST", "session", {"resume": token})).json == {"reason": "token-expired"}


async def test_a_token_of_the_old_secret_holds_until_that_secret_is_gone(chat, make_chat, monkeypatch):
    token = (await chat.session())["token"]
    monkeypatch.setenv("CHAT_OLD_SECRET", "new-session-secret-0123456789abcdef")
    monkeypatch.setenv("CHAT_SECRET", "newest-session-secret-0123456789abcdef")
    assert (await chat.session(resume=token))["visitor"]
    monkeypatch.setenv("CHAT_OLD_SECRET", "other-session-secret-0123456789abcdef")
    assert (await chat.call("POST", "session", {"resume": token})).status == 401


async def test_who_is_logged_in_speaks_with_the_attestation_of_a_login_and_the_sites_claims(chat, sign):
    identity = sign(email="ana@example.org", phone_number="+34600111222", email_verified=True)
    session = await chat.session(identity=identity)
    assert session["identified"]
    await chat.say(session["token"], "Hello")
    await chat.hub.process()
    page = await chat.hub.timeline("webchat:web/u.4711")
    author = next(p for p in page.items[0].interaction.participants if p.role is Role.AUTHOR)
    assert author.attestation is Attestation.LOGIN
    assert {c.field: c.value for c in author.claims} == {
        "name": "Ana García", "email": "ana@example.org", "phone": "+34600111222",
    }  # fmt: skip
    # What the site has checked is the same person; what it only passes on is a claim.
    contact = await chat.hub.contact("mailto:ana@example.org")
    assert contact.id == (await chat.hub.contact("webchat:web/u.4711")).id
    assert sorted(h.key for h in contact.handles) == ["mailto:ana@example.org", "webchat:web/u.4711"]


async def test_no_identity_that_is_not_wholly_right_opens_anything(chat, sign, make_chat):
    wrong = {
        "identity-wrong": sign(secret="another-secret-0123456789abcdef"),
        "identity-algorithm": sign(alg="none"),
        "identity-expired": sign(exp=time.time() - 1),
        "identity-without-end": sign(exp=None),
        "identity-too-long": sign(exp=time.time() + 90_000),
        "identity-not-yet": sign(nbf=time.time() + 3600),
        "identity-for-another": sign(aud="other"),
        "identity-without-subject": sign(sub=None),
        "identity-without-nonce": sign(nonce=None),
        "identity-malformed": "no.jwt",
    }
    for reason, identity in wrong.items():
        answer = await chat.call("POST", "session", {"device": "device-0123456789", "identity": identity})
        assert (answer.status, answer.json) == (401, {"reason": reason})
    for empty in ("", 7, {}, []):
        hello = {"device": "device-0123456789", "identity": empty}
        assert (await chat.call("POST", "session", hello, client="198.51.100.2")).status == 401
    good = sign()
    anonymous_only = make_chat("""
tenant = "town"
[accounts.web]
connector = "webchat"
session_secret = "env:CHAT_SECRET"
""")
    answer = await anonymous_only.call(
        "POST", "session", {"device": "device-0123456789", "identity": good}, origin=None
    )
    assert answer.json == {"reason": "identity-not-configured"}


async def test_an_identity_found_by_another_device_opens_nothing_there(chat, sign):
    identity = sign()
    await chat.session(identity=identity)
    await chat.session(identity=identity)  # the same page again, after a reload
    answer = await chat.call("POST", "session", {"identity": identity, "device": "device-of-a-thief"})
    assert (answer.status, answer.json) == (401, {"reason": "used-elsewhere"})


async def test_the_login_after_an_anonymous_chat_is_another_visitor(chat, sign):
    """A computer in a library has many visitors: what the last one asked is not the next one's."""
    anonymous = await chat.session()
    login = await chat.session(resume=anonymous["token"], identity=sign())
    assert login["visitor"] != anonymous["visitor"]
    answer = await chat.call("POST", "session", {"resume": login["token"]})
    assert answer.json == {"reason": "token-of-a-login"}


async def test_only_named_origins_may_talk_and_no_cookie_is_ever_set(chat):
    answer = await chat.call("POST", "session", {}, origin="https://evil.example")
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers
    good = await chat.call("OPTIONS", "session")
    assert good.headers["access-control-allow-origin"] == "https://www.town.example"
    assert "access-control-allow-credentials" not in good.headers
    assert (await chat.call("POST", "session", {}, origin="https://chat.town.example")).status == 200
    assert (await chat.call("POST", "session", {}, origin="null")).status == 403
    assert (await chat.hub.ledger()).refused == {"origin": 2}


async def test_many_sessions_from_one_address_have_to_wait(chat):
    answers = [(await chat.call("POST", "session", {})).status for _ in range(25)]
    assert answers[:20] == [200] * 20
    assert answers[-1] == 429
    # Of a proxy that is ours, the address it names counts; of anybody else it does not.
    spoofed = await chat.call("POST", "session", {}, x_forwarded_for="203.0.113.9")
    assert spoofed.status == 429
    behind = await chat.call("POST", "session", {}, client="10.0.0.1", x_forwarded_for="6.6.6.6, 203.0.113.9")
    assert behind.status == 200


async def test_an_account_without_visitors_and_unknown_paths_are_not_found(chat):
    for path in ("/chat/other/session", "/chat/web/nothing", "/chat/web/files", "/chat/"):
        assert (await chat.call("GET", path)).status == 404
