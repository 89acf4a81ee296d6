"""Which column of a table is what: recognised by its usual names in several languages, or as the caller says."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from omnilink.errors import BadInput
from omnilink.identity.tables import read_table

OTHER = "other"
"""A field of the caller's own: a text that is compared as it is."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What was found in a table.

    Attributes:
        of_field: field → its columns, in the table's order.
        unknown: columns that are neither a field nor a row's number; they are not compared.
    """

    of_field: dict[str, tuple[str, ...]]
    unknown: tuple[str, ...]


def recognise_columns(columns: Iterable[str], mapping: Mapping[str, str | Iterable[str]] | None = None) -> Columns:
    """Finds the fields among the columns of a table.

    Args:
        columns: the headings.
        mapping: field → column or columns, where the usual names are not used; a field of one's own is compared as
            a text, and "ignore" leaves columns out.

    Raises:
        BadInput: the mapping names a column that is not there, or no column is of any use.
    """
    columns = list(columns)
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    for field, named in (mapping or {}).items():
        chosen = [named] if isinstance(named, str) else list(named)
        if missing := [name for name in chosen if name not in columns]:
            raise BadInput(f"no such column: {', '.join(missing)}", hint=f"the table has {', '.join(columns)}")
        taken.update(chosen)
        if field != "ignore":
            found[field] = chosen
    unknown: list[str] = []
    for column in columns:
        if column in taken:
            continue
        key = heading(column)
        known = _usual().get(key)
        if known is None:
            if key not in _ignored() and not key.endswith("id"):
                unknown.append(column)
        elif not (mapping and known in mapping):
            found.setdefault(known, []).append(column)
    if not set(found) - {"source", "sex", "state"}:
        raise BadInput("no column is known to describe people", hint="name them: --map given=COLUMN --map birth=COLUMN")
    return Columns({field: tuple(names) for field, names in found.items()}, tuple(unknown))


def fields() -> tuple[str, ...]:
    """The names of the fields that are known."""
    return tuple(read_table("stitch_columns")["fields"])


def heading(column: str) -> str:
    """A heading in comparison form: lower case, letters and digits only, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", column).casefold() if c.isalnum())


@cache
def _usual() -> dict[str, str]:
    table = read_table("stitch_columns")["fields"]
    return {heading(name): field for field, names in table.items() for name in names}


@cache
def _ignored() -> frozenset[str]:
    return frozenset(read_table("stitch_columns")["ignored"]["names"])
