"""Humans confirm, reject, split, and take it back."""

import time

import pytest
from tests.identity.online.sightings import contacts, resolved, seen, together

from omnilink.errors import BadInput

TEL, MAIL = "tel:+34600111222", "mailto:ana.ruiz@example.org"


def test_a_human_yes_joins_what_evidence_would_not_and_is_revocable():
    r = resolved(seen("a", keys=[TEL], full_name="Ana Ruiz"), seen("b", 1, keys=[MAIL], full_name="Berta Gil"))
    said = r.confirm("a", "b", by="desk:7", at=1)
    assert together(r, "a", "b")
    assert [hop.rule for hop in r.explain("a", "b").hops] == ["human"]
    r.revoke(said.number)
    assert not together(r, "a", "b")


def test_a_human_no_parts_what_evidence_joined_and_holds_for_what_comes_later():
    r = resolved(seen("a", keys=[TEL], full_name="Ana Ruiz"), seen("b", 1, keys=[TEL], full_name="Ana Ruiz Gil"))
    assert together(r, "a", "b")
    said = r.reject("a", "b", by="desk:7", at=1)
    r.observe(seen("c", 2, keys=[TEL], full_name="Ana Ruiz Gil"))
    assert not together(r, "a", "b")
    assert together(r, "b", "c")
    assert r.explain("a", "b").why == "human"
    r.revoke(said.number)
    assert together(r, "a", "b", "c")


def test_a_human_no_parts_two_records_that_show_the_same():
    r = resolved(seen("a", keys=[TEL], full_name="Ana Ruiz"), seen("b", 1, keys=[TEL], full_name="Ana Ruiz"))
    r.reject("a", "b", by="desk:7", at=1)
    assert not together(r, "a", "b")


def test_a_human_yes_links_a_forged_or_nameless_record():
    r = resolved(
        seen("a", keys=[MAIL], full_name="Ana Ruiz"),
        seen("b", 1, keys=[TEL]),
        seen("c", 2, full_name="Ana Ruiz"),
    )
    r.confirm("a", "b", by="desk:7", at=1)
    r.confirm("a", "c", by="desk:7", at=1)
    assert together(r, "a", "b", "c")


def test_a_no_is_stronger_than_a_yes():
    r = resolved(seen("a", keys=[TEL], full_name="Ana Ruiz"), seen("b", 1, keys=[MAIL], full_name="Berta Gil"))
    r.reject("a", "b", by="desk:7", at=1)
    r.confirm("a", "b", by="desk:8", at=2)
    assert not together(r, "a", "b")


def test_a_split_parts_the_named_records_from_the_rest():
    r = resolved(*(seen(f"a{n}", n, keys=[TEL], full_name="Ana Ruiz", case=f"k{n}") for n in range(6)))
    r.split(["a1", "a4"], by="desk:7", at=1)
    assert contacts(r) >= {frozenset({"a0", "a2", "a3", "a5"})}
    assert not together(r, "a0", "a1")


def test_only_one_contact_is_split_at_a_time_and_something_has_to_stay():
    r = resolved(seen("a", keys=[TEL], full_name="Ana Ruiz"), seen("b", 1, keys=[MAIL], full_name="Berta Gil"))
    for ids in (["a", "b"], ["a"]):
        with pytest.raises(BadInput):
            r.split(ids, by="desk:7", at=1)


def test_splitting_a_contact_of_a_hundred_records_is_quick():
    names = ("Ana Ruiz", "Ana Ruiz Gil", "A. Ruiz", "ANA RUIZ", "Ruiz Gil, Ana")
    r = resolved(
        *(
            seen(f"a{n:03}", n * 3, keys=[TEL, MAIL][: n % 2 + 1], full_name=names[n % 5], case=f"k{n % 30}")
            for n in range(100)
        )
    )
    assert len(contacts(r)) == 1
    started = time.thread_time()
    r.split([f"a{n:03}" for n in range(0, 100, 2)], by="desk:7", at=1)
    assert time.thread_time() - started < 0.25
    assert not together(r, "a000", "a001")
