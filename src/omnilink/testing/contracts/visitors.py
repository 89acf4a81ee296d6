"""Visitors: nobody is on the line who did not prove it, and nobody sees, says or opens what is another's."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from omnilink.model.event import Event
from omnilink.model.feed import FeedEntry
from omnilink.plugin.settings import Secret
from omnilink.plugin.visitors import Admitted, Heard, ServesVisitors, StoredFile, TakesFiles, Visitor
from omnilink.plugin.webhook import Rejected, Secrets
from omnilink.testing.faults import GARBAGE
from omnilink.testing.payloads import change_bytes, mutate, spread
from omnilink.testing.trial import Trial, make_canary

CHANGES = 400
"""Single-byte changes of one token."""
MOST_ODD = 400
FRESH, OTHER_FRESH = "kit-visitor-000001", "kit-visitor-000002"
ANA, OMAR = "ana-4711", "omar-4712"
WORDS = "The lamp is dark"
FILE = StoredFile("5d" * 32, 1200, "image/png", "lamp.png")


def check(trial: Trial) -> None:
    """Visitors with nothing, with right and wrong tokens, with right and wrong logins, and what they say."""
    rooms = _Rooms(trial)
    rooms.check_anonymous()
    rooms.check_logins()
    rooms.check_tokens()
    rooms.check_words()
    rooms.check_files()
    rooms.check_odd()


class _Rooms:
    """The visitors of one account, and what they are told apart by."""

    def __init__(self, trial: Trial) -> None:
        self._trial, self._suite = trial, trial.suite
        connector = trial.facts.connector
        assert isinstance(connector, ServesVisitors)  # noqa: S101 - the contract is about those
        self._connector = connector
        self._secrets: Secrets = trial.facts.secrets
        self._now = trial.facts.now

    # --- opening --------------------------------------------------------------------------------------------------

    def _hello(self, who: str | None, secrets: Mapping[str, str] | None = None) -> bytes:
        return self._suite.hello(who, self._trial.facts.secret_texts if secrets is None else secrets, self._now)

    def _admit(self, hello: bytes, fresh: str = FRESH, by: ServesVisitors | None = None) -> Admitted | Rejected:
        try:
            return (by or self._connector).admit(hello, self._secrets, self._now, fresh)
        except Exception as e:
            self._trial.fail(f"admit raised {type(e).__name__}")
            raise

    def _enter(self, who: str | None, fresh: str = FRESH) -> tuple[Visitor, str]:
        """Who is admitted, and their token."""
        admitted = self._admit(self._hello(who), fresh)
        if not isinstance(admitted, Admitted):
            self._trial.fail(f"{'a login' if who else 'an anonymous visitor'} is refused: {admitted.reason}")
            raise TypeError
        token = read_token(admitted.answer)
        self._trial.check(token, "the answer to a hello holds no token")
        self._trial.check(not self._tells(admitted.answer), "the answer to a hello holds a secret")
        return admitted.visitor, token

    def _recognise(self, token: str, secrets: Secrets | None = None, now: datetime | None = None) -> Visitor | Rejected:
        try:
            return self._connector.recognise(
                token, self._secrets if secrets is None else secrets, self._now if now is None else now
            )
        except Exception as e:
            self._trial.fail(f"recognise raised {type(e).__name__}")
            raise

    def _tells(self, text: str) -> bool:
        return any(secret in text for secret in self._trial.facts.secret_texts.values())

    # --- who is who -----------------------------------------------------------------------------------------------

    def check_anonymous(self) -> None:
        """An anonymous visitor is one of their own, and nobody who is logged in."""
        check = self._trial.check
        (one, _), (other, _) = self._enter(None), self._enter(None, OTHER_FRESH)
        check(one.feed != other.feed, "two anonymous visitors have one feed")
        for visitor in (one, other):
            check(not visitor.identified and not visitor.claims, "an anonymous visitor is taken for somebody")
            check(visitor.expires_at > self._now, "a session ends before it begins")

    def check_logins(self) -> None:
        """Who is logged in is that person on every device, and nobody whose login is not wholly right is anybody."""
        check = self._trial.check
        (ana, _), (again, _), (omar, _) = self._enter(ANA), self._enter(ANA, OTHER_FRESH), self._enter(OMAR)
        anonymous, _ = self._enter(None)
        check(ana.identified and omar.identified, "who is logged in is anonymous")
        check(ana.feed == again.feed, "the same person has another feed on another device")
        check(len({ana.feed, omar.feed, anonymous.feed}) == 3, "two visitors have one feed")
        forged = {name: make_canary(f"forged {name}") for name in self._trial.facts.secret_texts}
        for secrets in (forged, dict.fromkeys(forged, "")):
            check(
                isinstance(self._admit(self._hello(ANA, secrets)), Rejected), "a login that nobody signed is believed"
            )
        hello = self._hello(ANA)
        for changed in change_bytes(hello, budget=CHANGES):
            admitted = self._admit(changed)
            named = isinstance(admitted, Admitted) and admitted.visitor.identified
            theirs = isinstance(admitted, Admitted) and admitted.visitor.feed == ana.feed
            check(not named or theirs, "a login with a byte changed is somebody else")
        late = self._now + timedelta(days=400)
        try:
            old = self._connector.admit(hello, self._secrets, late, FRESH)
        except Exception as e:
            self._trial.fail(f"admit raised {type(e).__name__}")
            raise
        check(isinstance(old, Rejected), "a login holds for ever")

    def check_tokens(self) -> None:
        """A token is of one visitor, one account, and for a time; no other text is one."""
        check = self._trial.check
        account = self._trial.facts.make_for("other")
        assert isinstance(account, ServesVisitors)  # noqa: S101 - the same class
        retired = {name: (Secret(make_canary(f"other {name}")),) for name in self._trial.facts.secret_texts}
        rotated = {name: (*retired[name], *values) for name, values in self._secrets.items()}
        for who in (None, ANA):
            visitor, token = self._enter(who)
            known = self._recognise(token)
            check(_same(known, visitor), "a token is recognised as another visitor than it was given to")
            check(_same(self._recognise(token, rotated), visitor), "a token ends with the change of a secret")
            check(isinstance(self._recognise(token, retired), Rejected), "a token of a retired secret is believed")
            check(isinstance(self._recognise(token, {}), Rejected), "without any secret a token is believed")
            past = visitor.expires_at + timedelta(seconds=1)
            check(isinstance(self._recognise(token, now=past), Rejected), "a token is believed after its end")
            elsewhere = account.recognise(token, self._secrets, self._now)
            check(isinstance(elsewhere, Rejected), "a token of one account is believed by another")
            changed = [text.decode("latin-1") for text in change_bytes(token.encode(), budget=CHANGES)]
            for text in (*changed, f"{token}A", f"{token}=", f"{token}\n", f" {token}", token[:-1], token.swapcase()):
                check(isinstance(self._recognise(text), Rejected), "a token with a byte changed is believed")
        for text in (
            "",
            " ",
            ".",
            "x" * 100_000,
            "null",
            "\x00",
            "\ud800",
            "é.é",
            *(b.decode("latin-1") for b in GARBAGE),
        ):
            check(isinstance(self._recognise(text), Rejected), "a text that is no token is believed")

    # --- what is said ---------------------------------------------------------------------------------------------

    def _hear(self, said: bytes, visitor: Visitor) -> Heard | Rejected:
        try:
            return self._connector.hear(said, visitor, self._secrets, self._now)
        except Exception as e:
            self._trial.fail(f"hear raised {type(e).__name__}")
            raise

    def check_words(self) -> None:
        """What somebody says is theirs, once, and goes to their own lines, whatever else it says."""
        check = self._trial.check
        (ana, _), (omar, _), (nobody, _) = self._enter(ANA), self._enter(OMAR), self._enter(None)
        found = {}
        for visitor in (ana, omar, nobody):
            said = self._suite.frame(WORDS, "message-0001")
            first, again = self._listen(said, visitor), self._listen(said, visitor)
            check(_names(first) == _names(again), "the same said again has other keys")
            check(WORDS in str(first.entry and first.entry.body), "what somebody says is not shown to them")
            found[visitor.feed] = _names(first)
            self._check_whose(first, visitor, {ana.feed, omar.feed, nobody.feed} - {visitor.feed})
        check(len(set(found.values())) == 3, "what two visitors say under one id is one and the same")
        claimed = json.loads(self._suite.frame(WORDS, "message-0002"))
        for name in ("feed", "visitor", "from", "account", "identified", "claims", "sub", "to"):
            for value in (omar.feed, {"feed": omar.feed, "identified": True}, True):
                heard = self._hear(json.dumps({**claimed, name: value}).encode(), ana)
                if isinstance(heard, Heard):
                    self._check_whose(heard, ana, {omar.feed, nobody.feed})

    def _listen(self, said: bytes, visitor: Visitor) -> Heard:
        heard = self._hear(said, visitor)
        if not isinstance(heard, Heard) or heard.received is None or heard.entry is None:
            self._trial.fail("what a visitor says is not stored")
            raise TypeError
        return heard

    def _check_whose(self, heard: Heard, visitor: Visitor, others: Iterable[str]) -> None:
        check = self._trial.check
        if heard.entry is not None:
            check(heard.entry.feed == visitor.feed, "what somebody says is shown to somebody else")
            check(heard.entry.account == "town", "what somebody says is shown in another account")
            shown = self._show(heard.entry)
            check(not any(feed in shown for feed in others), "what is shown names another visitor")
        if heard.received is not None:
            events = self._trial.facts.parse(heard.received.body, authenticity=heard.received.authenticity)
            spoken = [event.model_dump_json() for event in events if _has_people(event)]
            check(spoken and all(visitor.feed in text for text in spoken), "what somebody says is not theirs")
            told = [_people(event) for event in events]
            check(not any(feed in people for people in told for feed in others), "what somebody says is another's")

    def _show(self, entry: FeedEntry) -> str:
        try:
            shown = self._connector.show(entry.model_copy(update={"n": 1}), self._secrets, self._now)
            json.loads(shown)
        except Exception as e:
            self._trial.fail(f"show raised {type(e).__name__}")
            raise
        self._trial.check(not self._tells(shown), "what is shown holds a secret")
        return shown

    def check_files(self) -> None:
        """The name of an upload is its visitor's, and opens nothing; no text that is none names or opens a file."""
        connector = self._connector
        if not isinstance(connector, TakesFiles) or not connector.site.max_file_bytes:
            return
        check = self._trial.check
        (ana, _), (omar, _) = self._enter(ANA), self._enter(OMAR)
        name = next(iter(_longest_texts(json.loads(connector.seal_file(FILE, ana, self._secrets, self._now)))))
        mine = self._hear(self._suite.frame("", "message-0003", [name]), ana)
        check(isinstance(mine, Heard), "an upload cannot be sent by who made it")
        theirs = self._hear(self._suite.frame("", "message-0003", [name]), omar)
        check(isinstance(theirs, Rejected), "an upload can be sent by somebody else")

        def opens(token: str) -> bool:
            try:
                return isinstance(connector.open_file(token, self._secrets, self._now), StoredFile)
            except Exception as e:
                self._trial.fail(f"open_file raised {type(e).__name__}")
                raise

        check(not opens(name), "the name of an upload is the address of a file")
        for text in (ana.feed, FILE.sha256, "", "../../etc/passwd", "\ud800", *(b.decode("latin-1") for b in GARBAGE)):
            check(not opens(text), "a text that is no address opens a file")
        for changed in change_bytes(name.encode(), budget=CHANGES):
            heard = self._hear(self._suite.frame("", "message-0003", [changed.decode("latin-1")]), ana)
            check(isinstance(heard, Rejected), "the name of an upload with a byte changed is taken")

    def check_odd(self) -> None:
        """Whatever is said is refused or kept, and nothing raises; what is kept can be parsed."""
        visitor, _ = self._enter(ANA)
        self._try(GARBAGE, self._admit)
        self._try((body for _, body in mutate(self._hello(None))), self._admit)
        frames = [*GARBAGE, *(body for _, body in mutate(self._suite.frame(WORDS, "message-0004")))]
        for said in spread(frames, MOST_ODD):
            heard = self._hear(said, visitor)
            if isinstance(heard, Heard) and heard.received is not None:
                self._trial.check(self._trial.facts.parse(heard.received.body), "what is kept gives no event")
            if isinstance(heard, Heard) and heard.entry is not None:
                self._show(heard.entry)

    def _try(self, given: Iterable[bytes], work: Callable[[bytes], object]) -> None:
        for said in spread(given, MOST_ODD):
            work(said)
            self._trial.checks += 1


def read_token(answer: str) -> str:
    """The token in the answer to a hello: its field `token`, or the longest text in it."""
    told = json.loads(answer)
    named = told.get("token") if isinstance(told, dict) else None
    return named if isinstance(named, str) else next(iter(_longest_texts(told)), "")


def _longest_texts(value: Any) -> list[str]:
    texts: list[str] = []
    rest = [value]
    while rest:
        node = rest.pop()
        texts += [node] if isinstance(node, str) else []
        rest += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return sorted(texts, key=len, reverse=True)


def _same(known: Visitor | Rejected, visitor: Visitor) -> bool:
    # A token may hold whole seconds.
    return isinstance(known, Visitor) and (known.feed, known.identified, dict(known.claims)) == (
        visitor.feed, visitor.identified, dict(visitor.claims)
    )  # fmt: skip


def _names(heard: Heard) -> tuple[str, str, str]:
    received, entry = heard.received, heard.entry
    return str(received and received.delivery_key), str(entry and entry.feed), str(entry and entry.key)


def _has_people(event: Event) -> bool:
    return bool(getattr(event, "participants", ()))


def _people(event: Event) -> str:
    """Who took part, and in which conversation."""
    told = event.model_dump(mode="json")
    return json.dumps([told.get("participants"), told.get("conversation_keys"), told.get("lane_key")])
