"""Re-stitching a million records of an invented town with a saved model, beside Splink's own way from end to end.

    python benchmarks/stitch_batch.py train MODEL.json [--people 520000]
    python benchmarks/stitch_batch.py restitch MODEL.json [--people 520000]
    python benchmarks/stitch_batch.py splink [--people 520000]

Each in a process of its own, so that the memory told is its own: the records themselves are in it. `restitch` begins
with every record in a contact of its own or, for one in twenty, in a stranger's. The digest says whether two runs
proposed the same.
"""

import argparse
import hashlib
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from identity import pair_scores
from identity_town import sightings

from omnilink.identity.stitch.contact_points import find_contact_points
from omnilink.identity.stitch.proposals import Proposal
from omnilink.identity.stitch.splink_batch import restitch, train

SEED = 11
IGNORED = ("contact_id", "record_id", "person", "at")


def records(people: int) -> list[dict[str, str]]:
    """The town's records, each in a contact."""
    rows = list(sightings(people, seed=SEED))
    for number, row in enumerate(rows):
        row["contact_id"] = str(number - 1 if number % 20 == 7 else number)
    return rows


def digest_of(proposal: Proposal) -> str:
    """The same for the same proposals."""
    found = hashlib.sha256()
    for merge in proposal.merges:
        found.update(repr((merge.contacts, merge.rows, merge.bits)).encode())
    for split in proposal.splits:
        found.update(repr((split.contact, split.parts)).encode())
    return found.hexdigest()


def run(what: str, people: int, path: Path | None) -> dict[str, Any]:
    """One of the three."""
    rows = records(people)
    begun_mb = _peak_mb()
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    told: dict[str, Any] = {}
    if what == "train" and path is not None:
        path.write_text(json.dumps(train(find_contact_points(rows, {"ignore": IGNORED}))), encoding="utf-8")
    elif what == "restitch" and path is not None:
        model = json.loads(path.read_text(encoding="utf-8"))
        proposal = restitch(rows, model=model, columns={"ignore": IGNORED[1:]})
        told = {
            "points": proposal.points, "people": proposal.people, "merges": len(proposal.merges),
            "splits": len(proposal.splits), "digest": digest_of(proposal),
        }  # fmt: skip
    else:
        from identity_splink import run_splink

        with tempfile.TemporaryDirectory() as folder:
            found, _, _ = run_splink(rows, [], Path(folder))
        told = pair_scores({row["record_id"]: row["person"] for row in rows}, found)
    return {
        "what": what, "records": len(rows), "cpu_s": round(time.process_time() - cpu_s, 1),
        "wall_s": round(time.perf_counter() - wall_s, 1), "records_mb": begun_mb, "peak_mb": _peak_mb(), **told,
    }  # fmt: skip


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "restitch", "splink"))
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--people", type=int, default=520_000)
    options = parser.parse_args()
    print(json.dumps(run(options.what, options.people, options.model)))
