"""Signature: only the provider's own requests are accepted; nothing that is a byte away from one of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from omnilink.plugin.connector import ReceivesWebhooks
from omnilink.plugin.settings import Secret
from omnilink.plugin.webhook import RawRequest, Rejected, Secrets, Verified
from omnilink.testing.payloads import change_bytes
from omnilink.testing.samples import Sample
from omnilink.testing.trial import Trial, make_canary

BUDGET = 1500
"""Single-byte changes of one sample, about; of the samples after the first few, a tenth of it."""

FEW = 3
SKEW = timedelta(days=1)
PROMPT = timedelta(seconds=5)


def check(trial: Trial) -> None:
    """Every sample that comes as a webhook, and the provider's set-up questions."""
    came = [sample for sample in trial.facts.samples if sample.webhook]
    trial.needs(came, "sample that comes as a webhook")
    trial.needs(trial.facts.signed_with, "secret setting that signs")
    keys: dict[str, str] = {}
    for n, sample in enumerate(came):
        Case(trial, sample).check(BUDGET if n < FEW else BUDGET // 10, keys)
    for sample in trial.facts.handshakes:
        _check_handshake(trial, sample)


class Case:
    """One sample under all the ways it may be forged."""

    def __init__(self, trial: Trial, sample: Sample) -> None:
        self.trial, self.sample, self.facts = trial, sample, trial.facts
        self.plain = trial.facts.request(sample)
        self.key = trial.facts.secret_texts[trial.facts.signed_with]
        self.signed = self.sign(self.plain)

    def sign(self, request: RawRequest, secret: str | None = None, now: datetime | None = None) -> RawRequest:
        return self.trial.suite.sign(request, self.key if secret is None else secret, now or self.facts.now)

    def verify(self, request: RawRequest, secrets: Secrets | None = None, now: datetime | None = None) -> Any:
        connector = self.facts.connector
        assert isinstance(connector, ReceivesWebhooks)  # noqa: S101 - the contract is about those
        given = self.facts.secrets if secrets is None else secrets
        try:
            verdict = connector.verify(request, given, now or self.facts.now, {})
        except Exception as e:
            self.trial.fail(f"{self.sample.name}: verify raised {type(e).__name__}; it must answer Rejected")
        return verdict

    def refuses(
        self, request: RawRequest, what: str, secrets: Secrets | None = None, now: datetime | None = None
    ) -> None:
        verdict = self.verify(request, secrets, now)
        self.trial.check(isinstance(verdict, Rejected), f"{self.sample.name}: accepted {what}")
        self.trial.check(
            verdict.reason and 400 <= verdict.status < 600, f"{self.sample.name}: refused {what} without a reason"
        )

    def accepts(
        self, request: RawRequest, what: str, secrets: Secrets | None = None, now: datetime | None = None
    ) -> Verified:
        verdict = self.verify(request, secrets, now)
        reason = getattr(verdict, "reason", type(verdict).__name__)
        self.trial.check(isinstance(verdict, Verified), f"{self.sample.name}: refused {what} ({reason})")
        found: Verified = verdict
        return found

    # --- the checks -----------------------------------------------------------------------------------------------

    def check(self, budget: int, keys: dict[str, str]) -> None:
        said = self.trial.suite.oracle(self.signed, self.key, self.facts.now)
        self.trial.check(said is not False, f"{self.sample.name}: the vendor's own verifier refuses what `sign` made")
        first = self.accepts(self.signed, "the provider's own request; or the suite's `sign` is wrong")
        again = self.accepts(self.signed, "the provider's own request the second time")
        self.trial.check(
            first.replay_key == again.replay_key, f"{self.sample.name}: the replay key is another each time"
        )
        if first.replay_key is not None:
            other = keys.setdefault(first.replay_key, self.sample.name)
            self.trial.check(
                other == self.sample.name or self.bodies_free(), f"{self.sample.name} and {other} have one replay key"
            )
        self.check_secrets()
        self.check_clock()
        self.check_headers()
        self.check_changes(budget)

    def bodies_free(self) -> bool:
        """The scheme does not cover the body (a token in a header)."""
        return self.sign(replace(self.plain, body=self.plain.body + b" ")).headers == self.signed.headers

    def check_secrets(self) -> None:
        name, others = (
            self.facts.signed_with,
            {k: v for k, v in self.facts.secrets.items() if k != self.facts.signed_with},
        )
        new, old = Secret(self.key), Secret(make_canary("the retired one"))
        by_old = self.sign(self.plain, old.reveal())
        self.accepts(by_old, "a request signed with the older of two secrets", {**others, name: (new, old)})
        self.accepts(self.signed, "a request signed with the newer of two secrets", {**others, name: (new, old)})
        self.accepts(self.signed, "a request signed with the second of two secrets", {**others, name: (old, new)})
        self.refuses(by_old, "a request signed with a retired secret")
        none: tuple[tuple[str, Mapping[str, Sequence[Secret]]], ...] = (
            ("no secret at all", {}),
            ("an empty list of secrets", {**others, name: ()}),
            ("a blank secret", {**others, name: (_blank(""),)}),
            ("a secret of spaces", {**others, name: (_blank("   "),)}),
        )
        for what, secrets in none:
            self.refuses(self.signed, f"a request with {what}", secrets)
            self.refuses(self.plain, f"an unsigned request with {what}", secrets)
            for blank in ("", "   "):
                try:
                    forged = self.sign(self.plain, blank)
                except ValueError:  # a key of the vendor's that cannot be blank, such as base64
                    continue
                self.refuses(forged, f"a request signed with a blank secret, with {what}", secrets)

    def check_clock(self) -> None:
        dated = self.sign(self.plain, now=self.facts.now - SKEW)
        if dated != self.signed:  # the scheme says when
            self.refuses(dated, "a request signed a day ago")
            self.refuses(self.sign(self.plain, now=self.facts.now + SKEW), "a request signed a day ahead")
            self.refuses(self.signed, "a request played again a day later", now=self.facts.now + SKEW)
            for off in (-PROMPT, PROMPT):
                self.accepts(self.signed, f"a request {off.total_seconds():.0f} s off", now=self.facts.now + off)

    def signing_headers(self) -> list[str]:
        return [name for name, value in self.signed.headers.items() if self.plain.headers.get(name) != value]

    def check_headers(self) -> None:
        if self.signed != self.plain:
            self.refuses(self.plain, "an unsigned request")
        for name in self.signing_headers():
            right = self.signed.headers[name]
            without = {k: v for k, v in self.signed.headers.items() if k != name}
            self.refuses(replace(self.signed, headers=without), f"a request without {name}")
            self.refuses(replace(self.signed, repeated=frozenset({name})), f"a request with {name} twice")
            for wrong in _respelt(right):
                self.refuses(
                    replace(self.signed, headers={**without, name: wrong}),
                    f"another spelling of {name}: {wrong[:12]!r}…",
                )

    def check_changes(self, budget: int) -> None:
        """Every byte of what the signature covers, and every byte of the signature."""
        for name in self.signing_headers():
            right = self.signed.headers[name]
            for wrong in change_bytes(right.encode("latin-1"), budget=budget // 3):
                self.refuses_change(
                    replace(self.signed, headers={**self.signed.headers, name: wrong.decode("latin-1")}),
                    f"a change in {name}",
                )
        if not self.bodies_free():
            for body in change_bytes(self.plain.body, budget=budget):
                self.refuses_change(replace(self.signed, body=body), "a change of one byte of the body")
            self.refuses(replace(self.signed, body=b""), "an empty body under the signature of another")
        elsewhere = replace(self.plain, url=self.plain.url + "?x=1")
        if self.sign(elsewhere).headers != self.signed.headers:
            for url in _changed_urls(self.signed.url, budget // 5):
                self.refuses_change(replace(self.signed, url=url), "a change of the URL")

    def refuses_change(self, request: RawRequest, what: str) -> None:
        said = self.trial.suite.oracle(request, self.key, self.facts.now)
        if said:  # the vendor's own verifier does not mind, as the change does not touch what is signed
            return
        self.refuses(request, what)


def _check_handshake(trial: Trial, sample: Sample) -> None:
    """A set-up question is answered as the provider wants it, and nobody else is answered."""
    connector, plain = trial.facts.connector, trial.facts.request(sample)
    assert isinstance(connector, ReceivesWebhooks)  # noqa: S101 - the contract is about those
    signed = trial.suite.sign(plain, trial.facts.secret_texts[trial.facts.signed_with], trial.facts.now)
    answer = connector.handshake(signed, trial.facts.secrets, trial.facts.now)
    trial.check(answer is not None and answer.status == 200, f"the set-up question {sample.name} is not answered")
    if sample.answer is not None:
        trial.check(
            answer is not None and answer.body == sample.answer, f"the set-up question {sample.name} has another answer"
        )
    for secrets in (
        {},
        dict.fromkeys(trial.facts.secrets, ()),
        {name: (_blank(""),) for name in trial.facts.secrets},
    ):
        told = connector.handshake(signed, secrets, trial.facts.now)
        trial.check(
            told is None or told.status >= 400, f"the set-up question {sample.name} is answered without a secret"
        )


def _blank(text: str) -> Secret:
    """A secret that the core would never make: what if it did?"""
    secret = Secret.__new__(Secret)
    secret._value = text
    return secret


def _respelt(right: str) -> Iterator[str]:
    """Other spellings of a header that a lenient reader takes for the same."""
    spellings = (
        "", " ", right + " ", " " + right, right + "\n", right + "=", right + ",", f"{right},{right}", right.upper(),
        right.lower(), right.swapcase(), right.replace("+", "-").replace("/", "_"), right.rstrip("="),
        right.partition("=")[2] or right[1:], right[:-1], right + right, "é" + right[1:], right + "\x00",
        "0" * len(right),
    )  # fmt: skip
    yield from dict.fromkeys(spelling for spelling in spellings if spelling != right)


def _changed_urls(url: str, budget: int) -> Iterator[str]:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    for changed in change_bytes((slash + path).encode(), budget=budget):
        try:
            yield f"{scheme}://{host}{changed.decode('ascii')}"
        except UnicodeDecodeError:
            continue
    yield f"{scheme}://{host}.evil.example{slash}{path}"
    yield f"{url}{'&' if '?' in url else '?'}x=1"
