"""`omnilink schema`: the JSON Schema of the records, as `--json` answers show them."""

from collections.abc import Iterable
from typing import Any

import click
from pydantic.json_schema import models_json_schema

from omnilink import model
from omnilink.cli.answer import render_json
from omnilink.cli.command import Command
from omnilink.errors import BadInput
from omnilink.model.record import Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@click.command(cls=Command)
@click.argument("entity", required=False)
def schema(entity: str | None) -> None:
    """Print the JSON Schema of the records.

    Of all of them under $defs, or of one ENTITY with what it needs. The answer is JSON with and without --json.
    """
    click.echo(render_json(make_schema(entity)))


def make_schema(entity: str | None = None) -> dict[str, Any]:
    """The schema of every record, or of one; capitals do not matter.

    Raises:
        BadInput: there is no such record.
    """
    records = list_records()
    if entity is not None:
        named = {name.lower(): name for name in records}
        name = named.get(entity.lower().replace("_", "").replace("-", ""))
        if name is None:
            raise BadInput("there is no such record", hint="one of " + ", ".join(records))
        return {"$schema": DIALECT, "$ref": f"#/$defs/{name}", "$defs": _defs([records[name]])}
    return {"$schema": DIALECT, "title": "omnilink", "$defs": _defs(records.values())}


def list_records() -> dict[str, type[Record]]:
    """The public records by name."""
    public = {name: getattr(model, name) for name in model.__all__}
    return {name: made for name, made in public.items() if isinstance(made, type) and issubclass(made, Record)}


def _defs(records: Iterable[type[Record]]) -> dict[str, Any]:
    # As they are written, not as they may be read: then every field is there.
    _, found = models_json_schema([(record, "serialization") for record in records])
    defs: dict[str, Any] = found["$defs"]
    return defs
