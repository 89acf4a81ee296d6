"""An invented register: people with slips of the pen, in several systems. Made anew from a seed, nothing is copied."""

import random

GIVEN = [
    "Ada",
    "Berta",
    "Carla",
    "Dora",
    "Emma",
    "Frida",
    "Greta",
    "Hanna",
    "Irma",
    "Jana",
    "Klara",
    "Lena",
    "Mona",
    "Nora",
    "Olga",
    "Paula",
    "Rosa",
    "Sofia",
    "Tilda",
    "Ulla",
    "Anton",
    "Bruno",
    "Carl",
    "Denis",
    "Emil",
    "Fritz",
    "Georg",
    "Hugo",
    "Ivan",
    "Jonas",
    "Kurt",
    "Lukas",
    "Moritz",
    "Niklas",
    "Otto",
    "Pablo",
    "Rudi",
    "Simon",
    "Theo",
    "Viktor",
]
FAMILY = [
    first + last
    for first in ("Berg", "Stein", "Wald", "Linden", "Rosen", "Hof", "Eichen", "Kohl", "Sand", "Winter")
    for last in ("mann", "er", "feld", "bach", "au", "heim", "stedt", "hauser")
]
STREETS = [
    "Rosenweg",
    "Hauptgasse",
    "Lindenallee",
    "Bergpfad",
    "Seeufer",
    "Marktplatz",
    "Gartenzeile",
    "Waldrand",
    "Kirchsteig",
    "Talblick",
]
TOWNS = ["Altdorf", "Neustadt", "Oberau", "Unterau", "Seeheim", "Waldkirch"]


def make_register(people=150, seed=1, copies=(1, 2, 2, 3)):
    """Rows and the person of each."""
    rng = random.Random(seed)
    rows, truth = [], []
    for person in range(people):
        true = {
            "first_name": rng.choice(GIVEN),
            "surname": rng.choice(FAMILY),
            "dob": f"{rng.randint(1930, 2005)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            "street": f"{rng.choice(STREETS)} {rng.randint(1, 90)}",
            "city": rng.choice(TOWNS),
            "phone": f"0170{rng.randint(1000000, 9999999)}",
            "email": f"user{rng.randint(1, 10**6)}@mail.example",
        }
        for _ in range(rng.choice(copies)):
            row = dict(true)
            for column in true:
                chance = rng.random()
                if chance < 0.15:
                    row[column] = ""
                elif chance < 0.27:
                    row[column] = slip(row[column], rng)
            if rng.random() < 0.05:
                row["first_name"], row["surname"] = row["surname"], row["first_name"]
            rows.append(row)
            truth.append(person)
    order = list(range(len(rows)))
    rng.shuffle(order)
    return [rows[i] for i in order], [truth[i] for i in order]


def slip(text, rng):
    """A typing error: a letter left out, doubled or exchanged with the next."""
    i = rng.randrange(len(text) - 1)
    return rng.choice(
        [text[:i] + text[i + 1 :], text[: i + 1] + text[i:], text[:i] + text[i + 1] + text[i] + text[i + 2 :]]
    )


def precision_and_recall(truth, found):
    """Over pairs of rows."""
    pairs = [(a, b) for a in range(len(truth)) for b in range(a)]
    together = sum(found[a] == found[b] for a, b in pairs)
    true = sum(truth[a] == truth[b] for a, b in pairs)
    both = sum(truth[a] == truth[b] and found[a] == found[b] for a, b in pairs)
    return both / max(together, 1), both / max(true, 1)
