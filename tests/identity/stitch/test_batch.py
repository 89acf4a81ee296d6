"""Contact points, proposals, and Splink between them."""

import numpy as np
import pytest

from omnilink.errors import BadInput
from omnilink.identity.stitch.contact_points import find_contact_points
from omnilink.identity.stitch.proposals import compare_partitions


def test_a_heavy_caller_is_one_contact_point():
    rows = [{"name": "Ada Berg", "phone": "0170 1234567"}] * 200 + [{"name": "Otto Berg", "phone": "0170 1234567"}]
    points = find_contact_points(rows)
    assert points.table.size == 2
    assert points.of_row.tolist() == [0] * 200 + [1]
    assert points.rows()["given"].tolist() == ["ada", "otto"]


def test_the_difference_of_two_partitions_is_merges_and_splits():
    # Of the scores only those across contacts and within one person say how sure a merge is, the strongest of them.
    scores = _scores((1, 2, 7.5), (0, 1, 9.0), (1, 2, 3.0), (2, 3, 8.0))
    merges, splits = compare_partitions(["x", "x", "y", "z"], np.array([1, 2, 2, 3]), scores)
    assert [(merge.contacts, merge.rows, merge.bits) for merge in merges] == [(("x", "y"), (1, 2), 7.5)]
    assert [(split.contact, split.parts) for split in splits] == [("x", ((0,), (1,)))]


def test_equal_partitions_differ_in_nothing():
    assert compare_partitions(["x", "x", "y"], np.array([4, 4, 9]), _scores()) == ((), ())
    assert compare_partitions([], np.array([], np.int64), _scores()) == ((), ())


def test_of_proposals_the_surest_merge_and_the_largest_split_come_first():
    contacts = ["a", "b", "b", "c", "d", "d", "d", "e"]
    people = np.array([1, 1, 2, 2, 3, 4, 4, 9])
    merges, splits = compare_partitions(contacts, people, _scores((0, 1, 5.0), (2, 3, 6.0)))
    assert [(merge.contacts, merge.rows, merge.bits) for merge in merges] == [
        (("b", "c"), (2, 3), 6.0),
        (("a", "b"), (0, 1), 5.0),
    ]
    assert [(split.contact, split.parts) for split in splits] == [("d", ((5, 6), (4,))), ("b", ((1,), (2,)))]


def _scores(*scored):
    a, b, bits = zip(*scored, strict=True) if scored else ((), (), ())
    return np.array(a, np.int64), np.array(b, np.int64), np.array(bits, np.float64)


@pytest.fixture(scope="module")
def known_contacts(register):
    """A register whose contacts are right, but for one split person and two people in one."""
    rows, truth = register.make_register(people=400, seed=11)
    for row, person in zip(rows, truth, strict=True):
        row["contact_id"] = f"c{person}"
    counts = {person: truth.count(person) for person in truth}
    split = next(person for person in sorted(counts) if counts[person] == 3)
    rows[truth.index(split)]["contact_id"] = "stray"
    one, other = [person for person in sorted(counts) if counts[person] == 2][:2]
    for row, person in zip(rows, truth, strict=True):
        if person == other:
            row["contact_id"] = f"c{one}"
    return rows, split, one


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_splink_proposes_the_merge_and_the_split_and_nothing_is_done(known_contacts):
    splink_batch = pytest.importorskip("omnilink.identity.stitch.splink_batch")
    pytest.importorskip("splink")
    rows, split, one = known_contacts
    proposal = splink_batch.restitch(rows)
    assert {f"c{split}", "stray"} in [set(merge.contacts) for merge in proposal.merges]
    assert f"c{one}" in [found.contact for found in proposal.splits]
    again = splink_batch.restitch(rows, model=proposal.model)
    assert [merge.contacts for merge in again.merges] == [merge.contacts for merge in proposal.merges]
    merge = next(merge for merge in proposal.merges if "stray" in merge.contacts)
    noes = [(a, b) for a in merge.rows for b in merge.rows if a < b]
    forbidden = splink_batch.restitch(rows, model=proposal.model, different=noes)
    assert "stray" not in [contact for found in forbidden.merges for contact in found.contacts]


def test_records_without_their_contact_are_refused():
    splink_batch = pytest.importorskip("omnilink.identity.stitch.splink_batch")
    with pytest.raises(BadInput):
        splink_batch.restitch([{"surname": "Berg"}])
