"""Stitching a whole table without a Hub: records in, people out, with weights learned from the table itself.

    from omnilink.identity.stitch import stitch

    groups = stitch([{"first_name": "Ana", "surname": "Ruiz", "dob": "1980-02-01"}, ...])
    groups.group_of(0), groups.doubtful(), groups.explain(0, 1)

Needs the extra `stitch` (numpy, rapidfuzz). See docs/stitching.md.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from omnilink.errors import ConfigError

if TYPE_CHECKING:
    from omnilink.identity.stitch.groups import Doubt, Groups, HotKey, Step, Waterfall, Weight

__all__ = ["Doubt", "Groups", "HotKey", "Step", "Waterfall", "Weight", "stitch"]

_IN_GROUPS = frozenset({"Doubt", "Groups", "HotKey", "Step", "Waterfall", "Weight"})


def stitch(
    records: Iterable[Any],
    *,
    columns: Mapping[str, str | Iterable[str]] | None = None,
    threshold_bits: float = 1.0,
    progress: Callable[[str, int, int], None] | None = None,
) -> "Groups":
    """Groups the records of people into people, without any truth to learn from.

    Columns are recognised by their usual names in several languages; row numbers are ignored. The same records in the
    same order always give the same groups.

    Args:
        records: dicts, dataclasses, named tuples or pydantic models, one a row.
        columns: field → column or columns, where the usual names are not used; a field of your own is compared as a
            text; `ignore` leaves columns out; `source` says which system a row is from.
        threshold_bits: how much has to speak for two rows being one person, in bits; 0 is even odds.
        progress: called with a stage, its number and how many there are.

    Returns:
        The groups, what is doubtful, and why.

    Raises:
        BadInput: no column describes people, a mapping names a column that is not there, or rows are of no known kind.
        ConfigError: numpy or rapidfuzz is not installed.
    """
    run = _imported("run").run
    groups: Groups = run(records, columns, threshold_bits, progress)
    return groups


def __getattr__(name: str) -> Any:
    if name in _IN_GROUPS:
        return getattr(_imported("groups"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _imported(module: str) -> Any:
    try:
        return import_module(f"omnilink.identity.stitch.{module}")
    except ModuleNotFoundError as e:
        if e.name in ("numpy", "rapidfuzz"):
            raise ConfigError(f"stitching needs {e.name}", hint='pip install "omnilink-sdk[stitch]"') from e
        raise
