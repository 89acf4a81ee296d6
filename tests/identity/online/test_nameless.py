"""Who used a handle when nothing but the handle was shown."""

from itertools import permutations

import pytest
from tests.identity.online.sightings import contacts, resolved, seen, together

from omnilink.identity.online.resolver import Outcome

TEL = "tel:+34600111222"
LANDLINE = "tel:+34911234567"
MAILBOX = "mailto:x77@example.org"


def test_the_steady_holder_of_a_number_is_taken_to_have_called():
    r = resolved(
        *(seen(f"a{n}", n * 20, keys=[TEL], full_name="Ana Ruiz") for n in range(3)), seen("x", 50, keys=[TEL])
    )
    assert together(r, "a0", "x")
    assert r.decided("x").why == "holder"


def test_a_later_name_decides_earlier_nameless_calls():
    r = resolved(seen("x", 5, keys=[TEL]), seen("y", 9, keys=[TEL]))
    assert together(r, "x", "y")
    for n in range(3):
        r.observe(seen(f"a{n}", n * 20, keys=[TEL], full_name="Ana Ruiz"))
    assert together(r, "x", "y", "a0")


def test_with_a_second_holder_nameless_calls_go_back_to_the_household():
    r = resolved(
        *(seen(f"a{n}", n * 20, keys=[TEL], full_name="Ana Ruiz") for n in range(3)), seen("x", 50, keys=[TEL])
    )
    for n in range(3):
        r.observe(seen(f"b{n}", n * 20, keys=[TEL], full_name="Berto Gil"))
    assert not together(r, "a0", "x")
    assert not together(r, "b0", "x")
    assert r.decided("x").outcome is Outcome.REVIEW
    assert r.decided("x").why == "household"


def test_a_number_at_rest_for_long_may_have_a_new_holder():
    r = resolved(
        *(seen(f"a{n}", n * 20, keys=[TEL], full_name="Ana Ruiz") for n in range(3)), seen("x", 900, keys=[TEL])
    )
    assert not together(r, "a0", "x")
    assert r.decided("x").why == "rest"


def test_each_of_two_holders_has_the_calls_of_their_own_time():
    r = resolved(
        *(seen(f"a{n}", n * 20, keys=[TEL], full_name="Ana Ruiz") for n in range(3)),
        *(seen(f"b{n}", 1500 + n * 20, keys=[TEL], full_name="Berto Gil") for n in range(3)),
        seen("x", 30, keys=[TEL]),
        seen("y", 1530, keys=[TEL]),
    )
    assert together(r, "a0", "x")
    assert together(r, "b0", "y")


def test_one_use_of_a_number_names_nobody_who_is_known_by_nothing_else():
    r = resolved(seen("a", keys=[TEL], full_name="Ana Ruiz"), seen("x", 90, keys=[TEL]))
    assert not together(r, "a", "x")


def test_a_landline_is_a_households():
    r = resolved(seen("a", keys=[LANDLINE], full_name="Ana Ruiz"), seen("x", 3, keys=[LANDLINE]))
    assert not together(r, "a", "x")


def test_unknown_callers_of_one_number_hang_together_until_it_rests():
    r = resolved(seen("x", 0, keys=[TEL]), seen("y", 30, keys=[TEL]), seen("z", 900, keys=[TEL]))
    assert contacts(r) == {frozenset("xy"), frozenset("z")}


def test_a_mailbox_that_bears_another_name_is_not_its_users_own():
    mail = "mailto:berta.gomez@example.org"
    r = resolved(seen("a", keys=[mail], full_name="Ana Ruiz"), seen("x", 3, keys=[mail]))
    assert not together(r, "a", "x")
    own = "mailto:ana.ruiz80@example.org"
    r = resolved(seen("a", keys=[own], full_name="Ana Ruiz"), seen("x", 3, keys=[own]))
    assert together(r, "a", "x")


def test_a_silent_unvouched_call_counts_only_on_a_steady_telephone():
    calls = [seen(f"a{n}", n * 20, keys=[TEL], full_name="Ana Ruiz") for n in range(4)]
    r = resolved(*calls, seen("x", 30, keys=[TEL], call_attestation="C"))
    assert r.decided("x").why == "unvouched-call"
    r.observe(seen("a4", 80, keys=[TEL], full_name="Ana Ruiz"))
    assert together(r, "a0", "x")


def test_an_unvouched_call_under_a_name_is_only_taken_to_be_somebody_of_that_name():
    calls = [seen(f"a{n}", n * 20, keys=[TEL], full_name="Ana Ruiz") for n in range(5)]
    r = resolved(
        *calls,
        seen("x", 30, keys=[TEL], full_name="Ruiz Gil, Ana", call_attestation="C"),
        seen("y", 30, keys=[TEL], full_name="Eva Ruiz", call_attestation="C"),
        seen("z", 30, keys=["tel:+34600999888"], full_name="Ana Ruiz", call_attestation="C"),
    )
    assert together(r, "a0", "x")
    assert r.contact("y") == "y"
    assert r.contact("z") == "z"
    assert r.decided("y").outcome is r.decided("z").outcome is Outcome.REVIEW


def test_a_name_and_a_birth_date_on_one_telephone_are_one_person_only_if_close_in_time():
    name, soon = seen("a", 0, keys=[TEL], full_name="Ana Ruiz"), seen("b", 200, keys=[TEL], born="1980-02-01")
    assert together(resolved(name, soon), "a", "b")
    assert not together(resolved(name, seen("b", 300, keys=[TEL], born="1980-02-01")), "a", "b")


def test_a_number_stated_once_with_a_full_name_does_not_say_who_calls_from_it():
    stated, said = seen("a", 0, keys=[TEL], full_name="Ana Ruiz"), seen("a", 0, keys=[TEL], full_name="Ana")
    call = seen("x", 20, keys=[TEL])
    assert resolved(stated, call).decided("x").why == "rest"
    assert together(resolved(said, call), "a", "x")


def test_a_case_named_with_and_without_a_name_on_one_number_tells_whose_the_nameless_use_was():
    named = seen("a", 0, keys=[TEL], full_name="Ana Ruiz", case="GOV-1")
    r = resolved(named, seen("x", 700, keys=[TEL], case="GOV-1"), seen("y", 701, keys=[TEL], case="GOV-2"))
    assert together(r, "a", "x")
    r.forget("a")
    assert r.contact("x") == r.contact("y")


def test_after_the_last_use_a_number_is_its_holders_for_longer_than_before_the_first():
    calls = [seen(f"a{n}", 600 + n * 20, keys=[TEL], full_name="Ana Ruiz") for n in range(2)]
    r = resolved(*calls, seen("before", 600 - 400, keys=[TEL]), seen("after", 620 + 400, keys=[TEL]))
    assert together(r, "a0", "after")
    assert not together(r, "a0", "before")


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_one_word_by_which_others_mean_somebody_tells_a_handles_holders_apart_in_every_order(order):
    sightings = [
        seen("a", 1, keys=[MAILBOX], full_name="Ana"),
        seen("elsewhere", 2, keys=[TEL], full_name="Ana"),
        seen("b", 3, keys=[MAILBOX], full_name="Bo Li"),
        seen("about", 900, keys=[MAILBOX], full_name="Ana", hearsay=True),
    ]
    r = resolved(*(sightings[n] for n in order))
    assert contacts(r) == {frozenset({"a", "about"}), frozenset({"b"}), frozenset({"elsewhere"})}
    assert r.decided("about").why == "addressed"
    r.forget("a")
    assert not together(r, "about", "elsewhere")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_word_that_fits_two_holders_of_a_handle_names_neither(order):
    sightings = [
        seen("a", 1, keys=[TEL], full_name="Ana Ruiz"),
        seen("b", 2, keys=[TEL], full_name="Luis Ruiz"),
        seen("about", 3, keys=[TEL], full_name="Ruiz", hearsay=True),
    ]
    r = resolved(*(sightings[n] for n in order))
    assert len(contacts(r)) == 3
    assert r.decided("about").why == "household"


def test_one_word_is_too_little_on_a_line_that_nobody_vouches_for():
    known = [seen(f"a{n}", n, keys=[TEL], full_name="Ana Ruiz") for n in range(9)]
    r = resolved(*known, seen("x", 5, keys=[TEL], full_name="Ana", call_attestation="C"))
    assert r.decided("x").why == "unvouched-call"
