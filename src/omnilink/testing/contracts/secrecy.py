"""Secrecy: no secret and no word of a citizen in a log, a repr, an exception, a reason, or at another host."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any
from urllib.parse import quote, urlsplit

from omnilink.errors import SendRefused
from omnilink.model.event import Event, Ignored, Unparsed
from omnilink.plugin.connector import Parses, ReceivesWebhooks
from omnilink.plugin.sending import CallsHttp, HttpRequest, RenderPlan, Sends
from omnilink.testing.contracts.handles import list_handles
from omnilink.testing.drafts import list_send_samples
from omnilink.testing.faults import CONNECT_TIMEOUT, http
from omnilink.testing.payloads import HOSTILE, mutate
from omnilink.testing.samples import Sample
from omnilink.testing.trial import Trial, make_requests

MUTATIONS = 60
"""Wrong payloads of each sample whose reasons are read."""

CANARY_WORD = "canaryword0009"
SHORTEST = 5
"""Characters from which on a word found somewhere is no accident."""


def check(trial: Trial) -> None:
    """Everything a connector makes or raises, with what must not be in it."""
    with _logged() as lines:
        if isinstance(trial.facts.connector, Parses):
            _check_parsing(trial)
        if isinstance(trial.facts.connector, ReceivesWebhooks):
            _check_verifying(trial)
        if isinstance(trial.facts.connector, Sends):
            _check_sending(trial)
    _silent(trial, "\n".join(lines), "a log", [*_words(trial), CANARY_WORD])
    _silent(trial, repr(trial.facts.connector), "the connector's repr", [])


def _words(trial: Trial) -> list[str]:
    """What citizens said and who they are, in the samples."""
    said = [words for sample in trial.facts.samples for words in sample.says]
    written = [h.raw for events in trial.facts.events.values() for e in events for h in list_handles(e)]
    return sorted({word for word in (*said, *written) if len(word) >= SHORTEST})


def _silent(trial: Trial, text: str, where: str, words: list[str]) -> None:
    for name, secret in trial.facts.secret_texts.items():
        trial.check(secret not in text, f"{where} holds the secret {name}")
    for word in words:
        trial.check(word not in text, f"{where} holds what a citizen said or is")


def _check_parsing(trial: Trial) -> None:
    words = _words(trial)
    for sample in trial.facts.samples:
        for body in (sample.body, *(body for _, body in islice(mutate(sample.body), MUTATIONS)), *HOSTILE):
            for event in _try_parse(trial, sample, body, words):
                _silent(trial, repr(event), f"the repr of an event of {sample.name}", words)
                if isinstance(event, Ignored | Unparsed):
                    _silent(trial, event.reason, f"the reason why {sample.name} is {event.type}", words)


def _try_parse(trial: Trial, sample: Sample, body: bytes, words: list[str]) -> list[Event]:
    try:
        return trial.facts.parse(body, sample.headers)
    except Exception as e:  # that nothing is raised is another contract; what is raised must tell nothing
        _silent(trial, f"{e!r} {e}", f"the exception that {sample.name} raised", words)
        return []


def _check_verifying(trial: Trial) -> None:
    connector = trial.facts.connector
    assert isinstance(connector, ReceivesWebhooks)  # noqa: S101 - asked before
    secret = trial.facts.secret_texts[trial.facts.signed_with]
    for sample in trial.facts.samples:
        if not sample.webhook:
            continue
        plain = trial.facts.request(sample)
        signed = trial.suite.sign(plain, secret, trial.facts.now)
        for request in (signed, plain, replace(signed, body=signed.body + b" ")):
            try:
                verdict: object = connector.verify(request, trial.facts.secrets, trial.facts.now, {})
            except Exception as e:  # as above
                verdict = e
            shown = f"{verdict!r} {verdict} {getattr(verdict, 'reason', '')} {getattr(verdict, 'replay_key', '')}"
            _silent(trial, shown, f"the verdict on {sample.name}", _words(trial))


def _check_sending(trial: Trial) -> None:
    connector = trial.facts.connector
    assert isinstance(connector, Sends)  # noqa: S101 - asked before
    for sample in list_send_samples(trial.facts):
        canaries = [
            text
            for needed in sample.needs.values()
            for text in needed
            if isinstance(text, str) and text[:1].isalpha() and text[-4:].isdigit()
        ]
        plan = trial.try_render(sample.outgoing, sample.media)
        if isinstance(plan, SendRefused):
            _silent(trial, f"{plan!r} {plan} {plan.reason}", f"the refusal of {sample.name}", canaries)
            continue
        _silent(trial, f"{plan!r} {plan.losses!r}", f"the repr of the plan of {sample.name}", canaries)
        for step, request in make_requests(plan, trial.suite):
            what = f"{step.name} of {sample.name}"
            _silent(trial, f"{step!r} {request!r} {request.describe()}", f"the description of {what}", canaries)
            for answer in (
                http(400, b'{"message": "%s"}' % CANARY_WORD.encode()),
                http(200, CANARY_WORD.encode()),
                CONNECT_TIMEOUT,
            ):
                outcome = connector.outcome(step, answer)
                shown = f"{outcome!r} {getattr(outcome, 'reason', '')} {getattr(outcome, 'error_code', '')}"
                _silent(trial, shown, f"the outcome of {what}", [CANARY_WORD])
            if isinstance(request, HttpRequest):
                _check_request(trial, request, what)
        if isinstance(connector, CallsHttp):
            _check_hosts(trial, connector, plan, sample.name)


def _check_request(trial: Trial, request: HttpRequest, what: str) -> None:
    """Before it is authorised a request may be shown."""
    _silent(trial, _whole(request), f"the request of {what}, before it is authorised,", [])
    trial.needs(trial.suite.hosts, "`hosts` its requests may go to")
    host = urlsplit(request.url).hostname
    trial.check(host in trial.suite.hosts, f"{what} goes to the host {host}, which is none of `hosts`")


def _check_hosts(trial: Trial, connector: CallsHttp, plan: RenderPlan, what: str) -> None:
    for _, request in make_requests(plan, trial.suite):
        if not isinstance(request, HttpRequest):
            continue
        made = connector.authorise(request, trial.facts.secrets, trial.facts.now)
        trial.check(
            urlsplit(made.url).hostname == urlsplit(request.url).hostname and made.body == request.body,
            f"{what}: authorising changes where a request goes or what it says",
        )
        _silent(trial, f"{made!r} {HttpRequest.describe(request)}", f"the repr of an authorised request of {what}", [])
        for url in _elsewhere(request.url):
            try:
                given = connector.authorise(replace(request, url=url), trial.facts.secrets, trial.facts.now)
            except Exception as e:
                _silent(
                    trial, f"{e!r} {e}", f"the refusal to authorise a request to another host ({type(e).__name__})", []
                )
                continue
            for name, secret in trial.facts.secret_texts.items():
                trial.check(
                    secret not in _whole(given) and quote(secret) not in _whole(given) and not _has_new(given, request),
                    f"{what}: the secret {name}, or what it makes, is given to {urlsplit(url).hostname or url}",
                )


def _has_new(given: HttpRequest, before: HttpRequest) -> bool:
    """Whether authorising a request to another host added any header: credentials may be encoded in it."""
    return bool(set(given.headers) - set(before.headers))


def _elsewhere(url: str) -> Iterator[str]:
    """The same request to hosts that are not the provider's, though they look like it."""
    parts = urlsplit(url)
    host, rest = parts.netloc, url.partition(parts.netloc)[2]
    for netloc in (
        "evil.example",
        f"{host}.evil.example",
        f"evil-{host}",
        f"{host}@evil.example",
        f"evil.example:443\\@{host}",
    ):
        yield f"https://{netloc}{rest}"
    yield f"http://{host}{rest}"


def _whole(request: HttpRequest) -> str:
    headers: Mapping[str, Any] = request.headers
    return f"{request.url} {dict(headers)} {request.body.decode('utf-8', 'replace')}"


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        trace = record.exc_info[1] if record.exc_info else ""
        self._lines.append(f"{record.getMessage()} {record.args} {trace!r}")


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, at every level."""
    lines: list[str] = []
    root = logging.getLogger()
    level, handlers = root.level, root.handlers
    root.handlers = [_Lines(lines)]
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(level)
        root.handlers = handlers
