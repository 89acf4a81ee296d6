"""Media: files can be had, apart from the message that brought them, and nobody else gets the credentials."""

import hashlib

import anyio

from omnilink.errors import ConfigError, FetchRefused
from omnilink.model.envelope import Envelope
from omnilink.model.event import Event
from omnilink.model.part import Media
from omnilink.plugin.addresses import matches_host
from omnilink.plugin.capabilities import Level
from omnilink.plugin.fetch_policy import FetchPolicy
from omnilink.plugin.fetcher import read_target
from omnilink.plugin.media import MOST_STEPS, FetchesMedia, HoldsMedia, MediaStep
from omnilink.plugin.visitors import TakesFiles
from omnilink.testing.fakes.files import make_fetcher
from omnilink.testing.fakes.provider import FakeProvider
from omnilink.testing.payloads import dump, node_at, places, read_json, replaced
from omnilink.testing.samples import Sample
from omnilink.testing.trial import Trial

PICTURE = b"\x89PNG\r\n\x1a\n" + b"the lamp in front of the school"
EVIL = "evil.example"
STRANGE_REFS = (
    "", " ", "x", "\x00", "../../etc/passwd", "file:///etc/passwd", f"http://{EVIL}/a", f"https://{EVIL}/a",
    f"https://user@{EVIL}/", "https://127.0.0.1/a", f"//{EVIL}/a", "https://[::1/a", "a" * 10_000, "a?b=c&d#e", "é",
)  # fmt: skip
STRANGE_ANSWERS = (
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"url": 5}', b'{"url": null}', b"[" * 5_000,
    b'{"url": "https://evil.example/a", "ok": true, "file": {"url_private": "https://evil.example/a"}, '
    b'"result": {"file_path": "../../a"}, "data": {"url": "https://evil.example/a"}}',
)  # fmt: skip


def check(trial: Trial) -> None:
    """Every file of every sample; then one of the fake's is fetched, and strange references are tried."""
    found = 0
    for sample in trial.facts.samples:
        events = trial.facts.events[sample.name]
        for event in events:
            for part in list_media(event):
                found += 1
                trial.check(part.ref is None or part.ref.strip(), f"{sample.name} has a file with a blank reference")
                trial.check(
                    part.ref or part.filename or part.mime_type or part.kind != "other",
                    f"{sample.name} has a file of which nothing is known",
                )
                trial.check(part.size is None or part.size >= 0, f"{sample.name} has a file of a negative size")
                _check_held(trial, sample, part)
        _check_new_address(trial, sample, events)
    connector: object = trial.facts.connector
    level = trial.suite.connector.capabilities.receive.get("media", Level.NONE)
    if level >= Level.PARTIAL:
        trial.needs(found, "sample with a file")
    if level is Level.FULL:
        refs = [p.ref for events in trial.facts.events.values() for e in events for p in list_media(e)]
        trial.check(any(refs), "it receives media fully and no file can be fetched: none has a reference")
        trial.check(
            isinstance(connector, FetchesMedia | HoldsMedia | TakesFiles),
            "it receives media fully and has no `find_media`, `read_media` or uploads: no file would ever be here",
        )
    if isinstance(connector, FetchesMedia):
        _check_strange(trial, connector)
        fake = trial.suite.fake()
        if fake is None:
            trial.notes.append("there is no fake: no file was fetched")
        else:
            anyio.run(_check_fetching, trial, connector, fake)


def list_media(event: Event) -> list[Media]:
    """The files an event brings."""
    return [part for part in getattr(event, "parts", ()) if isinstance(part, Media)]


def _check_new_address(trial: Trial, sample: Sample, events: list[Event]) -> None:
    """Addresses of files expire and are told anew with a redelivery: the message is the same one."""
    value = read_json(sample.body)
    refs = {p.ref for event in events for p in list_media(event) if p.ref and p.ref.startswith("http")}
    if value is None or not refs:
        return
    for path in places(value):
        node = node_at(value, path)
        if isinstance(node, str) and node in refs:
            value = replaced(value, path, f"{node}?again=1")
    again = trial.facts.parse(dump(value), sample.headers)
    trial.check(
        {e.event_key for e in again} == {e.event_key for e in events},
        f"{sample.name}: with a new address of its file it is a new event",
    )


def _check_held(trial: Trial, sample: Sample, part: Media) -> None:
    """A file that came with its message can be handed out, and is what the part says."""
    connector: object = trial.facts.connector
    if not isinstance(connector, HoldsMedia) or not part.ref:
        return
    envelope = Envelope(
        id="e1", account="town", connector=trial.suite.connector.manifest.name, received_at=trial.facts.now,
        body=sample.body, sha256=hashlib.sha256(sample.body).hexdigest(), headers=dict(sample.headers),
    )  # fmt: skip
    content = connector.read_media(envelope, part.ref)
    trial.check(content is not None, f"{sample.name}: the file {part.ref} is not in its envelope")
    digest = hashlib.sha256(content or b"").hexdigest()
    trial.check(part.sha256 in (None, digest), f"{sample.name}: the file {part.ref} is not what its digest says")
    for ref in STRANGE_REFS:
        trial.check(connector.read_media(envelope, ref) is None, f"{sample.name}: it hands out a file nobody named")


def _check_strange(trial: Trial, connector: FetchesMedia) -> None:
    for ref in STRANGE_REFS:
        _ask(trial, connector, ref, None)
    for told in STRANGE_ANSWERS:
        _ask(trial, connector, "f1", told)


def _ask(trial: Trial, connector: FetchesMedia, ref: str, told: bytes | None) -> MediaStep | None:
    """One step, which is safe whatever was asked for; None if it is refused."""
    try:
        step = connector.find_media(ref, told, trial.facts.secrets)
    except FetchRefused:
        trial.checks += 1
        return None
    except ConfigError:
        trial.fail("find_media finds a secret missing that the suite has")
        raise
    except Exception as e:
        trial.fail(f"find_media raised {type(e).__name__} instead of FetchRefused")
        raise
    hosts = [host for host in step.hosts if host == "*" or matches_host(EVIL, host)]
    if step.credential is not None:
        trial.check(not hosts, "it would fetch from any host with credentials")
        trial.check(not matches_host(EVIL, step.credential.host), "a stranger's host would get the credentials")
    secrets = trial.facts.secret_texts.values()
    try:
        host = read_target(step.url, FetchPolicy(step.hosts)).host
    except FetchRefused:
        trial.checks += 1
    else:
        named = any(secret in step.url for secret in secrets)
        trial.check(not named or host != EVIL, "a stranger's host would get a secret in the address")
    return step


async def _check_fetching(trial: Trial, connector: FetchesMedia, fake: FakeProvider) -> None:
    """A file the fake keeps is fetched step by step, as the core does it."""
    ref = fake.keep_file(PICTURE, "image/png")
    trial.needs(ref, "file from the fake: its `keep_file` gives no reference")
    fetcher = make_fetcher(fake)
    told: bytes | None = None
    for _ in range(MOST_STEPS):
        step = _ask(trial, connector, ref or "", told)
        if step is None:
            trial.fail("a file the provider has is refused")
            return
        try:
            found = await fetcher.fetch(step.url, FetchPolicy(step.hosts), step.credential)
        except FetchRefused as e:
            trial.fail(f"a file the provider has could not be fetched: {e.reason}")
            raise
        if step.is_file:
            trial.check(found.content == PICTURE, "what was fetched is not the file")
            return
        told = found.content
    trial.fail(f"a file is behind more than {MOST_STEPS} requests")
