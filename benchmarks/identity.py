"""The online resolver beside Splink 5: accuracy and speed in one run, and how its cost grows with the directory.

    python benchmarks/identity.py growth [--contacts 10000 100000 1000000] [--svg growth.svg]
    python benchmarks/identity.py splink [--people 20000]

`growth` fills a directory with an invented town and then times single new records, re-decision included: wall clock and
processor time. `splink` gives one town to both: Splink's own defaults for the comparisons, blocking by every key,
its trained model, clusters at probability .95; then one new record at a time against all that are there.
"""

import argparse
import gc
import json
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from identity_town import sightings

from omnilink.identity.online.observation import Observation, observe
from omnilink.identity.online.resolver import OnlineResolver

NEW_PEOPLE = 1_500
SINGLE_QUERIES = 20


def observation_of(row: dict[str, str]) -> Observation:
    """What a row of the town shows."""
    keys = [f"tel:{row['phone']}"] if row["phone"] else []
    keys += [f"mailto:{row['email']}"] if row["email"] else []
    return observe(
        row["record_id"],
        int(row["at"]),
        keys=keys,
        given_name=row["given_name"],
        family_name=row["family_name"],
        born=row["born"],
        street=row["street"],
        postcode=row["postcode"],
    )


def growth(sizes: Sequence[int], svg: Path | None) -> list[dict[str, Any]]:
    """Times single records against directories of growing size, in one process."""
    rows = []
    for people in sizes:
        resolver = OnlineResolver()
        started = time.perf_counter()
        for row in sightings(people, seed=people):
            resolver.observe(observation_of(row))
        filled_s = time.perf_counter() - started
        new = [observation_of(row) for row in sightings(NEW_PEOPLE, seed=7, first_person=people * 10)]
        gc.collect()
        gc.freeze()  # what is there will not become garbage; without this the collector walks all of it now and then
        wall, processor = [], []
        for o in new:
            at, own = time.perf_counter(), time.thread_time()
            resolver.observe(o)
            processor.append(time.thread_time() - own)
            wall.append(time.perf_counter() - at)
        gc.unfreeze()
        contacts = len({contact for _, contact in resolver.partition()})
        row = {
            "people": people,
            "records": len(resolver.directory.observations),
            "contacts": contacts,
            "fill_us_a_record": round(1e6 * filled_s / len(resolver.directory.observations)),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            **{f"wall_{name}": value for name, value in quantiles(wall).items()},
            **{f"cpu_{name}": value for name, value in quantiles(processor).items()},
        }
        print(json.dumps(row), flush=True)
        rows.append(row)
        del resolver
        gc.collect()
    if svg is not None:
        svg.write_text(plot(rows), encoding="utf-8")
    return rows


def quantiles(seconds: Sequence[float]) -> dict[str, int]:
    """Mean, median and 99th percentile in microseconds."""
    ordered = sorted(seconds)
    return {
        "mean_us": round(1e6 * statistics.fmean(ordered)),
        "p50_us": round(1e6 * ordered[len(ordered) // 2]),
        "p99_us": round(1e6 * ordered[int(len(ordered) * 0.99)]),
    }


def plot(rows: Sequence[dict[str, Any]]) -> str:
    """A drawing of processor time a record over the size of the directory."""
    width, height, left, bottom = 520, 300, 60, 260
    top = max(row["cpu_p99_us"] for row in rows) * 1.1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        'font-size="11" role="img"><title>Processor time for one new record over the size of the directory</title>',
        f'<line x1="{left}" y1="{bottom}" x2="{width - 20}" y2="{bottom}" stroke="#444"/>',
    ]
    step = (width - left - 60) / max(1, len(rows) - 1)
    for name, colour in (("cpu_p50_us", "#2a7f62"), ("cpu_mean_us", "#33608f"), ("cpu_p99_us", "#b3423a")):
        points = [(left + n * step, bottom - (bottom - 20) * row[name] / top) for n, row in enumerate(rows)]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" points="{" ".join(f"{x:.0f},{y:.0f}" for x, y in points)}"/>'
        )
        parts += [
            f'<text x="{x + 4:.0f}" y="{y - 4:.0f}" fill="{colour}">{row[name]}</text>'
            for (x, y), row in zip(points, rows, strict=True)
        ]
        parts.append(f'<text x="4" y="{points[0][1]:.0f}" fill="{colour}">{name[4:-3]}</text>')
    for n, row in enumerate(rows):
        parts.append(f'<text x="{left + n * step:.0f}" y="{bottom + 16}">{row["people"]:,} people</text>')
    return "".join([*parts, f'<text x="{left}" y="14">µs a record, re-decision included</text></svg>'])


def pair_scores(truth: dict[str, str], found: dict[str, str]) -> dict[str, float]:
    """Precision, recall and F1 over pairs of records, and the most people in one cluster."""
    both = Counter((truth[id], found[id]) for id in truth)
    pairs = [_pairs(both.values()), _pairs(Counter(found.values()).values()), _pairs(Counter(truth.values()).values())]
    precision, recall = pairs[0] / max(1, pairs[1]), pairs[0] / max(1, pairs[2])
    people = Counter(cluster for _, cluster in both)
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(1e-9, precision + recall), 4),
        "most_people": max(people.values()),
    }


def _pairs(counts: Iterable[int]) -> int:
    return sum(n * (n - 1) // 2 for n in counts)


def beside_splink(people: int) -> list[dict[str, Any]]:
    """The same town by both, in one run."""
    rows = list(sightings(people, seed=3))
    truth = {row["record_id"]: row["person"] for row in rows}
    new = list(sightings(SINGLE_QUERIES, seed=5, first_person=people * 10))[:SINGLE_QUERIES]
    results = []

    started = time.perf_counter()
    resolver = OnlineResolver()
    for row in rows:
        resolver.observe(observation_of(row))
    whole_s = time.perf_counter() - started
    found = dict(resolver.partition())
    single = []
    for row in new:
        at = time.perf_counter()
        resolver.observe(observation_of(row))
        single.append(time.perf_counter() - at)
    results.append(_result("omnilink online", rows, pair_scores(truth, found), whole_s, single))
    print(json.dumps(results[-1]), flush=True)

    from identity_splink import run_splink

    with tempfile.TemporaryDirectory() as folder:
        found, whole_s, single = run_splink(rows, new, Path(folder))
    results.append(_result("splink 5", rows, pair_scores(truth, found), whole_s, single))
    print(json.dumps(results[-1]), flush=True)
    ratio = results[1]["one_record_us"] / max(1, results[0]["one_record_us"])
    print(json.dumps({"one_record_times_faster": round(ratio)}), flush=True)
    return results


def _result(
    name: str, rows: list[dict[str, str]], scores: dict[str, float], whole_s: float, single: list[float]
) -> dict[str, Any]:
    median_us = round(1e6 * statistics.median(single))
    return {"by": name, "records": len(rows), **scores, "whole_s": round(whole_s, 2), "one_record_us": median_us}


def main(arguments: list[str] | None = None) -> int:
    """Runs one of the two benchmarks.

    Args:
        arguments: of the command line; None = this process's.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("growth", "splink"))
    parser.add_argument("--contacts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--svg", type=Path)
    options = parser.parse_args(arguments)
    if options.what == "growth":
        growth(options.contacts, options.svg)
    else:
        beside_splink(options.people)
    return 0


if __name__ == "__main__":
    sys.exit(main())
