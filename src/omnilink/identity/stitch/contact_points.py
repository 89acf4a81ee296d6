"""Contact points: one row for each distinct set of identifiers with a name.

A caller who rang two hundred times is one row, not two hundred: the shares that are counted over rows, how often two
strangers agree above all, are then those of people and not of calls.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from omnilink.identity.stitch.table import Field, Table, read_table_of

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True, repr=False)
class ContactPoints:
    """The distinct rows of a table.

    Attributes:
        table: one row a contact point.
        of_row: row of the records → its contact point.
    """

    table: Table
    of_row: Array

    def rows(self) -> dict[str, Array]:
        """Columns for a database: `unique_id` and every field, None where it is not stated."""
        found: dict[str, Array] = {"unique_id": np.arange(self.table.size)}
        for name, of_field in self.table.fields.items():
            found[name] = np.array([*of_field.values, None], dtype=object)[of_field.codes]  # MISSING is the last
        return found


def find_contact_points(
    records: Iterable[Any], columns: Mapping[str, str | Iterable[str]] | None = None
) -> ContactPoints:
    """Reads records and keeps one row of each kind.

    Args:
        records: dicts, dataclasses or named tuples, one a row.
        columns: field → column or columns, where the usual names are not used.

    Raises:
        BadInput: no column describes people.
    """
    table = read_table_of(records, columns)
    if not table.size:
        return ContactPoints(table, np.zeros(0, np.int64))
    columns_of_codes = [of_field.codes for of_field in table.fields.values()]
    order = np.lexsort(columns_of_codes)
    differs = np.zeros(table.size, bool)
    for codes in columns_of_codes:
        differs[1:] |= codes[order[1:]] != codes[order[:-1]]
    inverse = np.empty(table.size, np.int64)
    inverse[order] = np.cumsum(differs)
    first = order[np.flatnonzero(np.concatenate(([True], differs[1:])))]
    kept = np.sort(first)
    place = np.searchsorted(kept, first)
    fields = {name: Field(name, f.values, f.codes[kept]) for name, f in table.fields.items()}
    smaller = Table(len(kept), fields, table.sources[kept], table.source_names, table.columns)
    return ContactPoints(smaller, place[inverse])
