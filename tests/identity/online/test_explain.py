"""Explanations: a waterfall in bits from what was stored, without a value in it."""

import json

from tests.identity.online.sightings import resolved, seen

TEL, MAIL = "tel:+34600111222", "mailto:ana.ruiz@example.org"


def test_the_waterfall_names_kinds_bits_and_bands():
    r = resolved(
        seen("a", keys=[TEL], full_name="Ana Ruiz", born="1980-02-01"),
        seen("b", 5, keys=[TEL], full_name="Ana Ruiz Gil", born="1980-02-01"),
    )
    waterfall = r.explain("a", "b")
    kinds = {clue.kind: clue.bits for hop in waterfall.hops for clue in hop.clues}
    assert kinds == {"given-exact": 8.0, "family-partial": 6.0, "born-same": 13.0, "telephone": 16.0}
    assert waterfall.bits == 43.0
    assert waterfall.depends_on == (f"band:{TEL}=one",)
    assert {e.kind for e in waterfall.evidence} == set(kinds)


def test_the_way_through_a_third_record_is_shown_hop_by_hop():
    r = resolved(
        seen("a", keys=[TEL], full_name="Ana Ruiz"),
        seen("b", 5, keys=[TEL, MAIL], full_name="Ana Ruiz"),
        seen("c", 9, keys=[MAIL], full_name="Ana Ruiz"),
    )
    assert [hop.rule for hop in r.explain("a", "c").hops] == ["evidence", "evidence"]


def test_what_is_apart_says_why():
    r = resolved(
        seen("a", keys=[TEL], full_name="Ana Ruiz"),
        seen("b", 5, keys=[MAIL], full_name="Ana Ruiz"),
        seen("c", 300, keys=[TEL], born="1980-02-01"),
    )
    assert r.explain("a", "b").why == "nothing-in-common"
    assert r.explain("a", "c").why == "below-the-line"
    assert r.explain("a", "c").bits < r.weights.link


def test_a_nameless_record_says_which_rule_gave_it_to_whom():
    r = resolved(
        *(seen(f"a{n}", n * 20, keys=[TEL], full_name="Ana Ruiz") for n in range(3)), seen("x", 50, keys=[TEL])
    )
    assert next(hop.rule for hop in r.explain("x", "a1").hops) == "holder"


def test_no_form_of_it_holds_a_value():
    r = resolved(
        seen("a", keys=[TEL], full_name="Ana Ruiz", born="1980-02-01", street="Calle Mayor 5", postcode="28001"),
        seen("b", 5, keys=[TEL], full_name="Ana Ruiz", street="Calle Mayor 5", postcode="28001"),
    )
    waterfall = r.explain("a", "b")
    json.loads(waterfall.to_json())
    assert waterfall.to_svg().startswith("<svg")
    for text in (waterfall.to_text(), waterfall.to_json(), waterfall.to_svg(), waterfall._repr_html_()):
        for value in ("Ruiz", "600111222", "1980", "Mayor"):
            assert value not in text
