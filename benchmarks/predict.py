"""Writes what omnilink makes of a data set, in the form its scorer reads.

    python benchmarks/predict.py {corpus,signatures,mail,quotes,irc,people,citizens} INPUT OUTPUT

`corpus`: INPUT is a folder with `index.jsonl` and `payloads/`. `signatures`: a JSON file of vectors. `mail`: mails, one
a line, in order of arrival; `--level` says whether threads are conversations or cases. `quotes`: mails with quotes.
`irc`: a folder of chat logs; `--rules-only` leaves the model out, `--live` looks at nothing later.
`people`: a CSV of records. `citizens`: a CSV of
interactions, replayed as a stream. The last two write CSV, all others JSONL.
Only the library's public code is used, and of the input only what a receiver would have, never an expected result.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

KINDS = ("corpus", "signatures", "mail", "quotes", "irc", "people", "citizens")
CLUSTERS = ("people", "citizens")
"""Their predictors give (record, cluster), written as CSV."""


def with_progress(rows: Iterable[Any]) -> Iterator[Any]:
    """The rows as they come, counted on a terminal."""
    shown = sys.stderr.isatty()
    for count, row in enumerate(rows, 1):
        yield row
        if shown and count % 20 == 0:
            print(f"\r{count}", end="", file=sys.stderr, flush=True)
    if shown:
        print("\r", end="", file=sys.stderr, flush=True)


def predict(options: argparse.Namespace) -> Iterable[Any]:
    """What the predictor of a kind makes of the input; a predictor is imported when it is asked for."""
    predictor = import_module(f"predict_{options.kind}").predict
    if options.kind == "mail":
        return predictor(options.input, options.level)
    if options.kind == "irc":
        return predictor(options.input, rules_only=options.rules_only, live=options.live)
    return predictor(options.input)


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
    parser.add_argument("--level", choices=("conversation", "case"), default="case", help="mail: what a thread is")
    parser.add_argument("--rules-only", action="store_true", help="irc: without the model")
    parser.add_argument("--live", action="store_true", help="irc: each message by those before it alone")
    options = parser.parse_args(arguments)
    with options.output.open("w", encoding="utf-8", newline="") as output:
        rows = with_progress(predict(options))
        if options.kind in CLUSTERS:
            table = csv.writer(output)
            table.writerow(("record_id", "cluster_id"))
            table.writerows(rows)
        else:
            for row in rows:
                output.write(json.dumps(row) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
