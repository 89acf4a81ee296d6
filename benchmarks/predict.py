"""Writes what omnilink makes of a data set, in the form its scorer reads.

    python benchmarks/predict.py {corpus,signatures} INPUT OUTPUT

`corpus`: INPUT is a folder with `index.jsonl` and `payloads/`. `signatures`: INPUT is a JSON file of vectors.
Only the library's public code is used, and of the input only what a receiver would have, never an expected result.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import predict_corpus
import predict_signatures

KINDS = ("corpus", "signatures", "mail", "quotes", "irc", "people", "citizens")
AVAILABLE = {"corpus": predict_corpus.predict, "signatures": predict_signatures.predict}
NOT_AVAILABLE = 2
"""Exit status where this version cannot predict that kind."""


def with_progress(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows as they come, counted on a terminal."""
    shown = sys.stderr.isatty()
    for count, row in enumerate(rows, 1):
        yield row
        if shown and count % 20 == 0:
            print(f"\r{count}", end="", file=sys.stderr, flush=True)
    if shown:
        print("\r", end="", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Runs one prediction.

    Args:
        arguments: of the command line; None = this process's.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    options = parser.parse_args(arguments)
    if options.kind not in AVAILABLE:
        print("not available in this version", file=sys.stderr)
        return NOT_AVAILABLE
    with options.output.open("w", encoding="utf-8") as output:
        for row in with_progress(AVAILABLE[options.kind](options.input)):
            output.write(json.dumps(row) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
