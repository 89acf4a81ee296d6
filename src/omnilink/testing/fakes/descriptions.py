"""A vendor's API description, and whether a request and its answer fit it (openapi-core).

Needs `openapi-core` and, for YAML files, `pyyaml`: the extra `omnilink-sdk[testing]`.
"""

import json
import os
import warnings
from functools import cache
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, urlsplit

from omnilink.plugin.sending import HttpAnswer, HttpRequest


class Violation(AssertionError):
    """A request or an answer that does not fit the vendor's description. Its text holds places, never values."""


class Description(Protocol):
    """What a fake checks by: an OpenAPI file, or a reading of another vendor's format."""

    def check_request(self, request: HttpRequest) -> str:
        """What is wrong with a request, by places and never by values; empty when it fits."""
        ...

    def check_answer(self, request: HttpRequest, answer: HttpAnswer) -> str:
        """What is wrong with an answer to it; empty when it fits."""
        ...


class ApiDescription:
    """An OpenAPI 3 description. Make it with `read`.

    Args:
        api: an `openapi_core.OpenAPI`.
    """

    def __init__(self, api: Any) -> None:
        self._api = api

    @classmethod
    @cache
    def read(cls, path: Path) -> Self:
        """Reads a JSON or YAML file, once; known faults of vendors' files are mended after reading."""
        from openapi_core import Config, OpenAPI

        raw = path.read_bytes()
        if path.suffix == ".json":
            document = json.loads(raw)
        else:
            import yaml

            document = _text_keys(yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506
        _open_all_of(document)
        # Some vendors' files are not valid descriptions as a whole, but right about every message.
        return cls(OpenAPI.from_dict(document, config=Config(spec_validator_cls=None)))

    def check_request(self, request: HttpRequest) -> str:
        """What is wrong with a request; empty when it fits."""
        return _problem(lambda: self._api.validate_request(_Request(request)))

    def check_answer(self, request: HttpRequest, answer: HttpAnswer) -> str:
        """What is wrong with an answer to it; empty when it fits."""
        return _problem(lambda: self._api.validate_response(_Request(request), _Response(answer)))


class _Request:
    """What openapi-core asks of a request."""

    def __init__(self, request: HttpRequest) -> None:
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        parts = urlsplit(request.url)
        self.host_url, self.path, self.path_pattern = f"{parts.scheme}://{parts.netloc}", parts.path, None
        self.method, self.body = request.method.lower(), request.body or None
        self.content_type = request.headers.get("content-type", "")
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True)),
            header=Headers(dict(request.headers)),
            cookie=ImmutableMultiDict(),
            path={},
        )


class _Response:
    """What openapi-core asks of an answer."""

    def __init__(self, answer: HttpAnswer) -> None:
        from werkzeug.datastructures import Headers

        self.status_code, self.data = answer.status, answer.body
        self.content_type = answer.headers.get("content-type", "application/json").partition(";")[0]
        self.headers = Headers(dict(answer.headers))


def _problem(check: Any) -> str:
    try:
        with warnings.catch_warnings():
            # It tells of every kind of credentials it cannot check; those are the connector's tests'.
            warnings.simplefilter("ignore", UserWarning)
            check()
    except Exception as error:  # openapi-core has no one base class
        faults = getattr(error.__cause__, "schema_errors", [])
        found = [f"{'/'.join(map(str, fault.absolute_path)) or '(body)'}: {fault.validator}" for fault in faults]
        return "; ".join(found) or f"{type(error).__name__}: {error}"
    return ""


def _text_keys(node: Any) -> Any:
    """YAML has response codes as numbers (`200:`); a description's keys are text."""
    if isinstance(node, dict):
        return {str(key): _text_keys(value) for key, value in node.items()}
    return [_text_keys(value) for value in node] if isinstance(node, list) else node


def _open_all_of(node: Any, inside: bool = False) -> None:
    """`additionalProperties: false` in a branch of `allOf` forbids the other branches' fields: no message would fit."""
    if isinstance(node, dict):
        if inside and node.get("additionalProperties") is False:
            del node["additionalProperties"]
        for key, value in node.items():
            _open_all_of(value, key == "allOf")
    elif isinstance(node, list):
        for value in node:
            _open_all_of(value, inside)


def find_specs() -> Path | None:
    """The folder of the vendors' descriptions: `OMNILINK_SPECS`, or `specs` of the folder of shared data."""
    shared = os.environ.get("OMNILINK_SHARED")
    folders = [os.environ.get("OMNILINK_SPECS"), f"{shared}/specs" if shared else None, "../shared/specs"]
    return next((Path(folder).resolve() for folder in folders if folder and Path(folder).is_dir()), None)
