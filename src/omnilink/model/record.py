"""The base of every record: frozen, strict about unknown fields, silent about people.

A record's repr names its class and its ids, never a value a citizen gave: what reaches a log or a
traceback by accident must not be personal data (house-style rule 9).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


def _as_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Utc = Annotated[AwareDatetime, AfterValidator(_as_utc)]
"""An aware datetime, held in UTC."""


class Record(BaseModel):
    """Base of the model: immutable, comparable, hidden repr."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        hide_input_in_errors=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )

    shown: ClassVar[tuple[str, ...]] = ("id", "type", "kind")
    """Fields that may appear in a repr: ids and enumerations only."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name in self.shown:
            if (value := getattr(self, name, None)) is not None:
                yield name, str(value)

    def __str__(self) -> str:
        return repr(self)
