"""Faults of connectors that say where files are."""

import json

from tests.testing.planted import fault

from omnilink.errors import FetchRefused
from omnilink.model import Media
from omnilink.plugin import Credential, HttpAnswer, Level, MediaStep
from omnilink.testing import Sample
from omnilink.testing.fakes.provider import FakeProvider, route

KEY = Credential("api.townsms.example", {"authorization": "Bearer x"})


class FakeTown(FakeProvider):
    """Keeps one file."""

    hosts = frozenset({"api.townsms.example"})

    def keep_file(self, content, mime_type):
        self.file = HttpAnswer(200, {"content-type": mime_type}, content)
        return "f1"

    @route("POST", "/v1/texts")
    def take(self, request):
        return HttpAnswer(201, {}, b'{"id": "m7"}')

    @route("GET", "/files/f1")
    def give(self, request):
        return self.file


def files(suite, connector, find_media, level=Level.FULL):
    """The gateway, were it to tell of pictures."""
    one, samples, capabilities = connector.parse, suite.samples, connector.capabilities

    def parse(self, envelope):
        parts = (Media(kind="image", ref="f1"),)
        try:
            told = json.loads(envelope.body).get("id") == "p1"
        except (ValueError, RecursionError, AttributeError):
            told = False
        return [
            e.model_copy(update={"parts": (*e.parts, *parts)}) if told and e.type == "message_received" else e
            for e in one(self, envelope)
        ]

    def with_a_picture(self):
        yield from samples(self)
        text = json.loads(next(iter(samples(self))).body)
        yield Sample.json("picture", {**text, "id": "p1"}, says=())

    connector.capabilities = capabilities.model_copy(update={"receive": {**capabilities.receive, "media": level}})
    connector.parse, suite.samples = parse, with_a_picture
    if find_media is not None:
        connector.find_media = find_media
        exchange = suite.fake
        suite.fake = lambda self: exchange(self) or FakeTown()


def _step(ref):
    return MediaStep(f"https://api.townsms.example/files/{ref}", ("townsms.example",), KEY)


@fault()
def files_that_are_told_and_found_break_nothing(suite, connector):
    def find_media(self, ref, told, secrets):
        if ref != "f1" or told is not None:
            raise FetchRefused("no file of ours", reason="url")
        return _step(ref)

    files(suite, connector, find_media)


@fault("media")
def files_are_received_fully_and_nobody_can_fetch_them(suite, connector):
    files(suite, connector, None)


@fault("media")
def a_strange_reference_raises(suite, connector):
    files(suite, connector, lambda self, ref, told, secrets: _step(ref.encode("ascii").decode()))


@fault("media")
def a_stranger_s_host_gets_the_credentials(suite, connector):
    def find_media(self, ref, told, secrets):
        url = ref if ref.startswith("https://") else f"https://api.townsms.example/files/{ref}"
        return MediaStep(url, ("*",), KEY)

    files(suite, connector, find_media)


@fault("media")
def a_file_the_provider_has_is_looked_for_elsewhere(suite, connector):
    def find_media(self, ref, told, secrets):
        return MediaStep("https://api.townsms.example/file/1", ("townsms.example",), KEY)

    files(suite, connector, find_media)
