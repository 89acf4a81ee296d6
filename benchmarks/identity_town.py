"""An invented town for benchmarks: people, households, telephones and mailboxes, and what an agency sees of them.

Made from a seed; names are built from syllables, so that they repeat as real ones do and are nobody's.
"""

import random
from collections.abc import Iterator
from itertools import accumulate

DAY_S = 86_400
START_S = 1_672_531_200
YEARS = 3
ONSETS = (
    "b",
    "br",
    "c",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
)
NUCLEI = ("a", "e", "i", "o", "u", "ai", "ea", "io")
CODAS = ("", "l", "n", "r", "s", "nd", "rt", "m")
STREETS = ("Oak St", "Hill Rd", "Mill Ln", "Church Ave", "Park Dr", "River Way", "Cedar Ct", "Station Blvd")
GIVEN_NAMES, SURNAMES, STREET_NAMES = 1_200, 12_000, 400


def sightings(people: int, seed: int = 1, first_person: int = 0) -> Iterator[dict[str, str]]:
    """What is seen of a town, in random order of people, each person's own records in order of time.

    Args:
        people: how many there are; each is seen one to five times.
        seed: of everything.
        first_person: number of the first one, so that two towns can have different people of the same names.

    Yields:
        Rows with the columns of an agency's register, `person` being who it is.
    """
    rng = random.Random(seed)  # noqa: S311
    given = _names(rng, GIVEN_NAMES, 2)
    surnames = _names(rng, SURNAMES, 2)
    streets = [f"{name} {kind}" for name in _names(rng, STREET_NAMES, 1) for kind in STREETS]
    weights = list(accumulate(1 / (n + 5) for n in range(max(GIVEN_NAMES, SURNAMES))))
    number = 0
    household: dict[str, str] = {}
    for person in range(first_person, first_person + people):
        if not household or rng.random() < 0.45:
            household = {
                "family_name": _zipf(rng, surnames, weights),
                "street": f"{rng.randrange(1, 9999)} {rng.choice(streets)}",
                "postcode": f"{rng.randrange(10_000, 10_000 + max(100, people // 200)):05}",
                "landline": _number(rng),
            }
        own = {
            "given_name": _zipf(rng, given, weights),
            "born": f"{rng.randrange(1935, 2006)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
            "phone": _number(rng),
            **household,
        }
        own["email"] = f"{own['given_name']}.{own['family_name']}{rng.randrange(100)}@example.org"
        moments = sorted(rng.randrange(YEARS * 365 * DAY_S) for _ in range(min(5, 1 + int(rng.expovariate(0.7)))))
        for moment in moments:
            number += 1
            yield _seen(rng, own, str(person), f"r{first_person + number}", START_S + moment)


def _seen(rng: random.Random, own: dict[str, str], person: str, id: str, at: int) -> dict[str, str]:
    """One record: some fields of a person, now and then with a slip of the pen."""
    shows = {"phone": 0.7, "email": 0.45, "born": 0.5, "street": 0.35, "given_name": 0.85}
    row = {field: own[field] if rng.random() < chance else "" for field, chance in shows.items()}
    row["family_name"] = own["family_name"] if row["given_name"] else ""
    row["postcode"] = own["postcode"] if row["street"] else ""
    if row["phone"] and rng.random() < 0.08:
        row["phone"] = own["landline"]
    if row["given_name"] and rng.random() < 0.05:
        place = rng.randrange(len(row["given_name"]))
        row["given_name"] = row["given_name"][:place] + rng.choice("aeiourstln") + row["given_name"][place + 1 :]
    return {"record_id": id, "at": str(at), "person": person, **row}


def _zipf(rng: random.Random, names: list[str], weights: list[float]) -> str:
    return rng.choices(names, cum_weights=weights[: len(names)])[0]


def _number(rng: random.Random) -> str:
    return (
        f"+1206{rng.randrange(2_000_000, 9_999_999)}"
        if rng.random() < 0.5
        else f"+1425{rng.randrange(2_000_000, 9_999_999)}"
    )


def _names(rng: random.Random, count: int, syllables: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        name = "".join(rng.choice(ONSETS) + rng.choice(NUCLEI) for _ in range(syllables)) + rng.choice(CODAS)
        found[name] = None
    return list(found)
