"""Public record sets with known people: floors well below what is reached, so that they hold on any machine."""

import csv
import gzip
from collections import Counter

import pytest

from omnilink.identity.stitch import stitch


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pair_scores(truth, labels):
    def pairs(counter):
        return sum(n * (n - 1) // 2 for n in counter.values())

    both, true, found = Counter(zip(truth, labels, strict=True)), Counter(truth), Counter(labels)
    return pairs(both) / pairs(found), pairs(both) / pairs(true)


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        pytest.param("febrl1", 0.999, 0.99, marks=pytest.mark.long),
        pytest.param("fake_1000", 0.98, 0.93),
        pytest.param("febrl2", 0.999, 0.995, marks=pytest.mark.long),
        pytest.param("febrl3", 0.999, 0.999, marks=pytest.mark.long),
        pytest.param("pseudopeople_multi", 0.99, 0.98, marks=pytest.mark.long),
    ],
)
def test_people_are_found(shared, name, precision, recall):
    records = rows_of(shared / "people" / f"{name}.csv.gz")
    truth = {row["record_id"]: row["true_id"] for row in rows_of(shared / "people" / f"{name}_truth.csv.gz")}
    found = stitch(records)
    reached = pair_scores([truth[record["record_id"]] for record in records], found.labels)
    assert reached[0] >= precision
    assert reached[1] >= recall
