"""From a request's bytes to what Slack said: a JSON payload, or the fields of a form."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

MAX_FORM_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Body:
    """What a request holds; exactly one of the two, or neither where it is nothing of Slack's.

    Attributes:
        payload: the JSON object (an event, or an interaction).
        form: the fields of a slash command or a certificate check.
    """

    payload: dict[str, Any] | None = None
    form: dict[str, str] = field(default_factory=dict)


def read_body(body: bytes) -> Body:
    """Reads a request's bytes; the content decides, as an imported file has no Content-Type.

    Events come as JSON; interactions as a form whose field `payload` is JSON; commands as a form
    (https://docs.slack.dev/interactivity/handling-user-interaction). Some proxies percent-encode the whole body
    once more, so a body that says nothing is decoded and read again.

    Args:
        body: any bytes.

    Returns:
        An empty `Body` where nothing can be read.
    """
    text = body.decode("utf-8-sig", "replace").strip()
    for _ in range(2):
        if text.startswith(("{", "[")):
            return _unwrap(_json_object(text))
        found = _read_form(text)
        if found.payload is not None or found.form:
            return found
        decoded = unquote(text)
        if decoded == text:
            break
        text = decoded.strip()
    return Body()


def _unwrap(payload: dict[str, Any] | None) -> Body:
    """Socket Mode puts what a webhook's body would be into a frame (see `session`)."""
    if payload is None or "envelope_id" not in payload or not isinstance(inner := payload.get("payload"), dict):
        return Body(payload=payload)
    if payload.get("type") == "slash_commands":
        return Body(form={name: value for name, value in inner.items() if isinstance(value, str)})
    return Body(payload=inner)


def _read_form(text: str) -> Body:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS, errors="replace")
    except ValueError:
        return Body()
    form: dict[str, str] = {}
    for name, value in pairs:
        form.setdefault(name, value)
    if "payload" in form:
        # JSON that was not percent-encoded may hold "&" and "+", which a form reader takes apart.
        written_out = text.partition("payload=")[2]
        return Body(
            payload=_json_object(form["payload"]) or _json_object(written_out) or _json_object(unquote(written_out))
        )
    return Body(form=form) if {"command", "ssl_check"} & form.keys() else Body()


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
