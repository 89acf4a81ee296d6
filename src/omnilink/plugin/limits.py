"""`limits.toml` beside a connector's manifest: every limit of the vendor with its source and date.

    [text_chars]
    value = 4096
    unit = "characters"
    source = "https://vendor.example/docs/limits"
    date = 2026-11-20
    sure = "read"

`sure` is `read` where somebody read it in the source or measured it, `believed` where not, and `chosen` where it is our
own decision (the source then says why). A limit that is a list of words (media types) has them as its value.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from omnilink.errors import ConfigError
from omnilink.plugin.tables import read_toml

FILE = "limits.toml"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FIELDS = {"value", "unit", "source", "date", "sure"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit, and how we know it."""

    name: str
    value: float | tuple[str, ...]
    unit: str
    source: str
    date: date
    sure: Literal["read", "believed", "chosen"]


def read_limits(package: str) -> dict[str, float]:
    """The limits of a connector by name, for `Capabilities.limits`.

    Args:
        package: the connector's module (`omnilink_whatsapp`), in which `limits.toml` lies.

    Raises:
        ConfigError: the file is absent, or a limit in it lacks its value, unit, source or date.
    """
    return {limit.name: limit.value for limit in read_limit_table(package) if isinstance(limit.value, float)}


def read_listed(package: str, name: str) -> frozenset[str]:
    """The words of a limit that is a list (`image_types`).

    Raises:
        ConfigError: as `read_limits`, or there is no such list.
    """
    for limit in read_limit_table(package):
        if limit.name == name and isinstance(limit.value, tuple):
            return frozenset(limit.value)
    raise _wrong(name, "a list in limits.toml")


def read_limit_table(package: str, file: str = FILE) -> tuple[Limit, ...]:
    """The same with unit, source and date: what the documentation shows.

    Args:
        package: as `read_limits`.
        file: another table of the same form.

    Raises:
        ConfigError: as `read_limits`.
    """
    try:
        table = read_toml(package, file)
    except (FileNotFoundError, ModuleNotFoundError) as e:
        raise ConfigError(f"{package} has no {file}", hint="put it beside the manifest") from e
    except ValueError as e:
        raise ConfigError(f"{file} of {package} is no TOML", hint=str(e)) from e
    return parse_limits(table)


def parse_limits(table: Mapping[str, Any]) -> tuple[Limit, ...]:
    """Reads the content of a `limits.toml`.

    Raises:
        ConfigError: naming the first limit that is not complete, and what it lacks.
    """
    return tuple(_limit(name, entry) for name, entry in table.items())


def _limit(name: str, entry: Any) -> Limit:
    if not isinstance(entry, dict) or not _NAME.fullmatch(name):
        raise _wrong(name, "a name in lower case with its unit, and a table below it")
    if unknown := entry.keys() - _FIELDS:
        raise _wrong(name, f"only {', '.join(sorted(_FIELDS))}, not {', '.join(sorted(unknown))}")
    value = entry.get("value")
    if isinstance(value, list) and value and all(isinstance(word, str) and word for word in value):
        value = tuple(value)
    elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise _wrong(name, "`value`, a number that is not negative or a list of words")
    for field in ("unit", "source"):
        if not isinstance(entry.get(field), str) or not entry[field].strip():
            raise _wrong(name, f"`{field}`, a text")
    if type(entry.get("date")) is not date:
        raise _wrong(name, "`date`, the day it was read, without quotes")
    if entry.get("sure") not in ("read", "believed", "chosen"):
        raise _wrong(name, '`sure`, "read", "believed" or "chosen"')
    known = value if isinstance(value, tuple) else float(value)
    return Limit(name, known, entry["unit"], entry["source"], entry["date"], entry["sure"])


def _wrong(name: str, needs: str) -> ConfigError:
    return ConfigError(f"the limit {name} is not complete", setting=name, hint=f"it needs {needs}")
