"""A client that answers from a script and a resolver that does, both remembering what they were asked."""

from collections.abc import Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """One answer; `chunks` may be a function that makes an async iterator."""

    status_code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: Any = (b"hello",)

    async def aiter_raw(self):
        if callable(self.chunks):
            async with aclosing(self.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk
        else:
            for chunk in self.chunks:
                yield chunk


@dataclass
class Web:
    """What the network would be: names to addresses (one list a look-up), and answers by host and path."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    answer: Callable[[str], Answer | Exception] = lambda url: Answer()
    trust_env: bool = False
    asked: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    extensions: list[dict[str, Any]] = field(default_factory=list)

    async def resolve(self, host, port):
        self.looked_up.append(host)
        answers = self.names.get(host)
        if answers is None:
            raise OSError("no such host")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    @asynccontextmanager
    async def open_client(self):
        yield self

    @asynccontextmanager
    async def stream(self, method, url, *, headers, extensions, follow_redirects):
        assert method == "GET"
        assert follow_redirects is False
        self.asked.append(url)
        self.headers.append(headers)
        self.extensions.append(extensions)
        found = self.answer(headers["Host"] + url.split("/", 3)[3].join(["/", ""]))
        if isinstance(found, Exception):
            raise found
        yield found
