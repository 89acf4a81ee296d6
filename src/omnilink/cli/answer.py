"""The answer of a command: one JSON document, or lines of text."""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from omnilink.cli.session import Session
from omnilink.errors import BadInput
from omnilink.model.record import Record

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What JSON leaves as it is and a terminal would act upon."""

pass_session = click.make_pass_decorator(Session, ensure=True)
"""Gives a command its `Session`."""


def answer(session: Session, document: Any, lines: Iterable[str]) -> None:
    """Prints the document with `--json`, else the lines (which a generator makes only then)."""
    if session.as_json:
        click.echo(render_json(document))
    else:
        for line in lines:
            click.echo(line)


def write_drawing(file: Path, svg: str) -> None:
    """Writes a picture where `--svg` names a file.

    Raises:
        BadInput: nothing can be written there.
    """
    try:
        file.write_text(svg, encoding="utf-8")
    except OSError:
        raise BadInput("the picture cannot be written there", hint="name a file in a folder that is there") from None


def render_json(document: Any) -> str:
    """A JSON text of records, dataclasses, times and plain values, harmless on a terminal."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    text = json.dumps(_plain(document), indent=2, ensure_ascii=encoding != "utf8")
    return _STEERING.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
