"""Keys of many people support and never link; whatever comes, no giant contact and no blow-up."""

import time

from tests.identity.online.sightings import contacts, resolved, seen, together

TEL = "tel:+34600111222"
GIVEN = (
    "Ana",
    "Berto",
    "Carla",
    "Dario",
    "Elena",
    "Fermin",
    "Gala",
    "Hugo",
    "Irene",
    "Jorge",
    "Klara",
    "Lope",
    "Marta",
)
FAMILY = ("Alba", "Bravo", "Castro", "Duarte", "Elcano", "Fuentes", "Gallego", "Herrero", "Iglesia", "Jurado")


def crowd(count):
    return [
        seen(f"o{n:06}", n % 900, keys=[TEL], full_name=f"{GIVEN[n % 13]}{n // 130 or ''} {FAMILY[n // 13 % 10]}")
        for n in range(count)
    ]


def test_a_number_of_many_people_joins_nobody_to_anybody():
    r = resolved(*crowd(60), seen("x", 5, keys=[TEL]), seen("y", 6, keys=[TEL]))
    assert max(len(group) for group in contacts(r)) == 1
    assert r.hot_keys() == {"telephone": 1}


def test_people_of_a_places_number_are_found_by_what_else_they_show():
    r = resolved(*crowd(60), seen("a", 5, keys=[TEL], full_name="Zoe Zafra", born="1980-02-01"))
    r.observe(seen("b", 6, keys=["mailto:zoe@example.org"], full_name="Zoe Zafra", born="1980-02-01"))
    assert together(r, "a", "b")


def test_a_number_that_becomes_a_places_lets_go_what_it_joined():
    r = resolved(
        *(seen(f"a{n}", n, keys=[TEL], full_name="Zoe") for n in range(2)),
        seen("b", 9, keys=[TEL], full_name="Zoe Zafra"),
    )
    assert together(r, "a0", "b")
    for o in crowd(40):
        r.observe(o)
    assert not together(r, "a0", "b")


def test_thousands_of_records_on_one_number_cost_the_same_each():
    r = resolved(*crowd(1_000))
    started = time.thread_time()
    for n in range(1_000):
        r.observe(seen(f"x{n}", n % 900, keys=[TEL], full_name=f"Nadia{n} Nadal"))
        r.observe(seen(f"y{n}", n % 900, keys=[TEL]))
    assert time.thread_time() - started < 4
    assert max(len(group) for group in contacts(r)) == 1
    assert r.hot_keys() == {"telephone": 1, "nameless": 1}


def test_default_birth_dates_and_large_houses_are_no_blow_up():
    r = resolved(
        *(
            seen(f"a{n}", n, full_name=f"Ana{n} Ruiz", born="1970-01-01", street="Calle Mayor 1", postcode="28001")
            for n in range(300)
        )
    )
    assert max(len(group) for group in contacts(r)) == 1
    assert r.hot_keys()["born"] > 0
    assert r.hot_keys()["home"] > 0


def test_nonsense_is_taken_as_it_comes():
    r = resolved(
        seen("a", born="31/02/1980", full_name="\x00\u202e", street="????", national_id="--", case=" "),
        seen("b", born="0001-01-01", full_name="王" * 500, street="1" * 500, postcode="x" * 500),
        seen("c", keys=["tel:+999"], full_name="J" * 300, born="not a date"),
    )
    assert len(contacts(r)) == 3
