"""A table of records in comparison form: for each field the distinct values, and which one each row has."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

import numpy as np

from omnilink.errors import BadInput
from omnilink.identity.stitch.columns import Columns, fields, recognise_columns
from omnilink.identity.stitch.dates import read_dates, read_parts
from omnilink.identity.stitch.values import (
    read_digits,
    read_email,
    read_generation,
    read_names,
    read_number,
    read_phone,
    read_sex,
    read_street,
    read_text,
)

Codes = np.ndarray[tuple[int], np.dtype[np.int32]]
MISSING = -1
NOT_STATED = frozenset({"", "na", "n/a", "nan", "none", "null", "unknown", "unk", "-", "--", "?", "nil", "not known"})

JOINED = frozenset({"given", "family", "middle"})
"""Fields whose columns belong together (two surnames); of other fields the first one stated counts."""

BIRTH_PARTS = ("birth_year", "birth_month", "birth_day")

SIMPLE: dict[str, Callable[[str], str | None]] = {
    "sex": read_sex,
    "phone": read_phone,
    "email": read_email,
    "national_id": read_digits,
    "street": read_street,
    "street_number": read_number,
    "unit": read_text,
    "city": read_text,
    "postcode": read_digits,
    "state": read_text,
    "birth_place": read_text,
    "occupation": read_text,
    "maiden": read_text,
    "suffix": read_generation,
}


@dataclass(frozen=True, slots=True, repr=False)
class Field:
    """One field of all rows.

    Attributes:
        name: which field.
        values: its distinct values in comparison form.
        codes: row → index into `values`, `MISSING` where it is not stated.
    """

    name: str
    values: tuple[str, ...]
    codes: Codes

    def at(self, row: int) -> str | None:
        """The value of a row."""
        code = int(self.codes[row])
        return None if code == MISSING else self.values[code]


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """All rows in comparison form.

    Attributes:
        size: number of rows.
        fields: name → field; `given` and `family` share one list of values, so that swapped ones can be compared.
        sources: row → which system it is from, as a number.
        source_names: those systems.
        columns: what was recognised.
    """

    size: int
    fields: dict[str, Field]
    sources: Codes
    source_names: tuple[str, ...]
    columns: Columns


def read_table_of(records: Iterable[Any], mapping: Mapping[str, str | Iterable[str]] | None = None) -> Table:
    """Reads records of any usual kind.

    Args:
        records: dicts, dataclasses or named tuples, one a row.
        mapping: field → column or columns, where the usual names are not used.

    Raises:
        BadInput: no rows of a known kind, or no column that describes people.
    """
    rows = [_as_mapping(record) for record in records]
    names = list(dict.fromkeys(name for row in rows[:1000] for name in row)) if rows else []
    if not rows:
        return Table(0, {}, np.zeros(0, np.int32), ("",), Columns({}, ()))
    columns = recognise_columns(names, mapping)
    size = len(rows)
    texts = {field: _column(rows, wanted, field in JOINED) for field, wanted in columns.of_field.items()}
    del rows
    sources = [text or "" for text in texts.pop("source", [""] * size)]
    values: dict[str, list[str | None]] = {}
    given, family, generations = read_names(
        texts.pop("given", None), texts.pop("family", None), texts.pop("full_name", None), size
    )
    parts: list[str | None] = [None] * size
    if any(part in texts for part in BIRTH_PARTS):
        births = [texts.pop(part, [None] * size) for part in BIRTH_PARTS]
        parts = [read_parts(*row) for row in zip(*births, strict=True)]
    whole = read_dates(texts.pop("birth", [None] * size), sources)
    values["birth"] = [date or part for date, part in zip(whole, parts, strict=True)]
    if "middle" in texts:
        values["middle"] = read_names(texts.pop("middle"), None, None, size)[0]
    for field, column in texts.items():
        values[field] = _each(SIMPLE.get(field, read_text), column)
    stated = values.pop("suffix", [None] * size)
    values["generation"] = [one or other for one, other in zip(stated, generations, strict=True)]
    named = _coded_together({"given": given, "family": family})
    read = {**named, **{field: _coded(field, column) for field, column in values.items()}}
    of_source = _coded("source", sources)
    order = ["given", "family", "middle", "generation", "birth", *fields()]
    ordered = sorted(read, key=lambda name: order.index(name) if name in order else len(order))
    return Table(
        size,
        {name: read[name] for name in ordered if (read[name].codes != MISSING).any()},
        of_source.codes,
        of_source.values,
        columns,
    )


def _as_mapping(record: Any) -> Mapping[str, Any]:
    if isinstance(record, Mapping):
        return record
    if is_dataclass(record) and not isinstance(record, type):
        return asdict(record)
    if isinstance(record, tuple) and hasattr(record, "_asdict"):
        found: Mapping[str, Any] = record._asdict()
        return found
    if hasattr(record, "model_dump"):
        dumped: Mapping[str, Any] = record.model_dump()
        return dumped
    if hasattr(record, "keys"):  # a row of sqlite3
        return {key: record[key] for key in record.keys()}  # noqa: SIM118
    raise BadInput("a record is no mapping, dataclass or named tuple", hint="give dicts: {'given_name': …}")


def _column(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], joined: bool) -> list[str | None]:
    """What the rows state in one field: the first of its columns that states something, or all of them together."""
    stated = [_texts([row.get(column) for row in rows]) for column in columns]
    if len(stated) == 1:
        return stated[0]
    if joined:
        return [" ".join(filter(None, texts)) or None for texts in zip(*stated, strict=True)]
    return [next(filter(None, texts), None) for texts in zip(*stated, strict=True)]


def _texts(values: list[Any]) -> list[str | None]:
    """Each value as a text, every distinct one read once; None where nothing is stated."""
    try:
        known = {value: _text(value) or None for value in set(values) if type(value) is str}
    except TypeError:  # a list or a dict among them
        known = {}
    return [known[v] if type(v) is str and v in known else _text(v) or None for v in values]


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    text = str(value).strip()
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    return "" if text.casefold() in NOT_STATED else text


def _each(read: Callable[[str], str | None], column: Sequence[str | None]) -> list[str | None]:
    """Reads every distinct text once."""
    known = {text: read(text) for text in set(column) if text}
    return [known[text] if text else None for text in column]


def _coded(name: str, column: Sequence[str | None]) -> Field:
    return _coded_together({name: column})[name]


def _coded_together(columns: Mapping[str, Sequence[str | None]]) -> dict[str, Field]:
    stated = dict.fromkeys(text for column in columns.values() for text in dict.fromkeys(column))
    stated.pop(None, None)
    code: dict[str | None, int] = {text: number for number, text in enumerate(stated)}
    values = tuple(text for text in stated if text is not None)
    code[None] = MISSING
    coded = {
        name: np.fromiter(map(code.__getitem__, column), np.int32, len(column)) for name, column in columns.items()
    }
    return {name: Field(name, values, codes) for name, codes in coded.items()}
