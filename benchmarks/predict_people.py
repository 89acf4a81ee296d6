"""Records of people → who is one person, by `omnilink.identity.stitch` with its defaults."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from omnilink.identity.stitch import stitch


def predict(path: Path) -> Iterator[tuple[str, int]]:
    """Stitches a CSV file, gzipped or not.

    Args:
        path: of the records; their columns have their usual names, `record_id` names a row.

    Yields:
        The record's id and the number of its group.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    yield from zip((record["record_id"] for record in records), stitch(records).labels, strict=True)
