"""Names of the world: parts and levels. Invented names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.identity.person_name import NameLevel, compare_names, parse_name

L = NameLevel


def read(stated):
    return parse_name(stated) if isinstance(stated, str) else parse_name(given=stated[0], family=stated[1])


PARTS = [
    ("María del Carmen García López", ("maria", "carmen"), ("garcia", "lopez")),
    ("García López, María del Carmen", ("maria", "carmen"), ("garcia", "lopez")),
    ("Maria de los Angeles Ruiz", ("maria", "angeles"), ("ruiz",)),
    ("Juan de la Cruz", ("juan",), ("cruz",)),
    ("João dos Santos Silva", ("joao",), ("santos", "silva")),
    ("Ludwig van der Berg", ("ludwig",), ("berg",)),
    ("Khalid bin Rashid al-Masri", ("khalid",), ("rashid", "masri")),
    ("Abd al-Rahman Haddad", ("abdrahman",), ("haddad",)),
    ("王小明", ("xiaoming",), ("wang",)),
    ("欧阳小明", ("xiaoming",), ("ouyang",)),
    ("김철수", ("cheolsu",), ("kim",)),
    ("Mª Carmen Pérez Gil", ("maria", "carmen"), ("perez", "gil")),
    ("José Mª Aznar", ("jose", "maria"), ("aznar",)),
    ("Ma Xiaoling", ("xiaoling",), ("ma",)),
    ("Fco. Fdez. Glez.", ("francisco",), ("fernandez", "gonzalez")),
    ("山田太郎", ("tailang",), ("shantian",)),
    ("Kim Min-jun", ("min", "jun"), ("kim",)),
    ("Nguyễn Văn Anh", ("anh",), ("nguyen",)),
    ("Иванов Иван Иванович", ("ivan", "ivanovich"), ("ivanov",)),
    ("Νίκος Παπαδόπουλος", ("nikos",), ("papadopoulos",)),
    ("Dr. John Q. Smith, Ph.D.", ("john", "q"), ("smith",)),
    ("O’Brien, Pat", ("pat",), ("obrien",)),
    ("Sr. Juan Pérez", ("juan",), ("perez",)),
    ("Carlos", ("carlos",), ()),
    ("", (), ()),
    ("🌸 ...", (), ()),
]


@pytest.mark.parametrize(("stated", "given_names", "family"), PARTS)
def test_an_undivided_name_is_read_into_its_parts(stated, given_names, family):
    name = read(stated)
    assert (name.given, name.family) == (given_names, family)


@pytest.mark.parametrize(
    ("stated", "generation"),
    [
        ("Robert Hale Sr.", "sr"),
        ("Hale Jr., Robert", "jr"),
        ("Hale, Robert, III", "iii"),
        (("Robert", "Hale II"), "ii"),
        (("Robert", "Hale"), ""),
    ],
)
def test_a_generation_is_kept_apart_from_the_surname(stated, generation):
    name = read(stated)
    assert name.generation == generation
    assert name.family == ("hale",)


LEVELS = [
    (("Ana", "García"), "GARCIA, ANA", L.EXACT, L.EXACT),
    (("Jean-Luc", "Petit"), ("Jean Luc", "Petit"), L.EXACT, L.EXACT),
    (("Bob", "Smith"), ("Robert", "Smith"), L.NICKNAME, L.EXACT),
    (("Paco", "Ruiz"), ("Francisco", "Ruiz"), L.NICKNAME, L.EXACT),
    (("Sasha", "Orlov"), ("Александр", "Орлов"), L.NICKNAME, L.EXACT),
    (("Maribel", "Soto"), ("María Isabel", "Soto"), L.NICKNAME, L.EXACT),
    (("Uli", "Kern"), ("Ulrich", "Kern"), L.NICKNAME, L.EXACT),
    (("J", "Smith"), ("John", "Smith"), L.INITIAL, L.EXACT),
    (("Jhon", "Smithe"), ("John", "Smith"), L.ROMANISED, L.NEAR),
    (("Yevgeny", "Shcherbakov"), "Евгений Щербаков", L.ROMANISED, L.EXACT),
    (("Mohamed", "Haddad"), ("Muhammad", "Haddad"), L.ROMANISED, L.EXACT),
    ("محمد علي", ("Mohammed", "Aly"), L.ROMANISED, L.ROMANISED),
    ("עבד", "עבד", L.MISSING, L.EXACT),
    ("Chul-soo Kim", "김철수", L.ROMANISED, L.EXACT),
    ("Xiao Ming Wong", "王小明", L.EXACT, L.ROMANISED),
    ("Anh Nguyen", "Nguyễn Văn Anh", L.EXACT, L.EXACT),
    (("Jürgen", "Müller"), ("Juergen", "Mueller"), L.ROMANISED, L.ROMANISED),
    (("Ronald", "MacDonald"), ("Ronald", "Mc Donald"), L.EXACT, L.ROMANISED),
    (("Ana", "García López"), ("Ana", "García"), L.EXACT, L.PARTIAL),
    (("Ana", "García López"), ("Ana", "López"), L.EXACT, L.PARTIAL),
    (("Ana", "Smith-Jones"), ("Ana", "Smith"), L.EXACT, L.PARTIAL),
    (("Ana", "García López"), ("Ana", "García Pérez"), L.EXACT, L.CONFLICT),
    (("Mario", "Rossi"), ("Maria", "Rossi"), L.CONFLICT, L.EXACT),
    (("Ada", "Twin"), ("Ben", "Twin"), L.CONFLICT, L.EXACT),
    (("Alexander", "Roy"), ("Alexandra", "Roy"), L.CONFLICT, L.EXACT),
    (("Ana", "Ruiz"), (None, "Ruiz"), L.MISSING, L.EXACT),
]


@pytest.mark.parametrize(("one", "other", "given_level", "family_level"), LEVELS)
def test_each_part_has_its_level_whichever_name_comes_first(one, other, given_level, family_level):
    evidence = compare_names(read(one), read(other))
    assert (evidence.given, evidence.family) == (given_level, family_level)
    mirrored = compare_names(read(other), read(one))
    assert (mirrored.given, mirrored.family, mirrored.level) == (given_level, family_level, evidence.level)


def test_an_initial_never_rescues_a_conflicting_given_name():
    for one, other in [("John A", "Peter A"), ("John P", "Peter"), ("Ana M", "Maria")]:
        assert compare_names(read((one, "Smith")), read((other, "Smith"))).given is L.CONFLICT


def test_fields_filled_the_wrong_way_round_are_noticed():
    evidence = compare_names(read(("Smith", "John")), read(("John", "Smith")))
    assert evidence.swapped
    assert evidence.level is L.EXACT


@pytest.mark.parametrize(
    ("one", "other", "given_level", "family_level"),
    [
        (("Joanna", "Fielding"), ("Fielding", "Joan"), L.CONFLICT, L.EXACT),
        (("Jo", "Fielding"), ("Fielding", "Joanna"), L.NICKNAME, L.EXACT),
        (("Maria", "Canet"), ("Canet Arana", "Maria"), L.EXACT, L.PARTIAL),
        # Either could be the given name: what only one of the two readings allows does not count.
        (("mah", "gang"), ("Gang", "Ma"), L.CONFLICT, L.EXACT),
    ],
)
def test_the_known_given_name_says_which_of_two_swapped_names_is_filled_wrong(one, other, given_level, family_level):
    for a, b in ((one, other), (other, one)):
        evidence = compare_names(read(a), read(b))
        if given_level is L.CONFLICT:
            assert evidence.level is L.CONFLICT
        else:
            assert (evidence.given, evidence.family, evidence.swapped) == (given_level, family_level, True)


def test_father_and_son_are_flagged():
    assert compare_names(read("Robert Hale Sr."), read("Robert Hale Jr.")).generation_conflict
    half = compare_names(read("Robert Hale"), read("Robert Hale Jr."))
    assert not half.generation_conflict
    assert half.generation_missing


def test_another_second_given_name_is_another_person_and_an_unknown_word_weakens_the_first():
    evidence = compare_names(read(("María Carmen", "Ruiz")), read(("María Pilar", "Ruiz")))
    assert (evidence.given, evidence.middle) == (L.CONFLICT, L.CONFLICT)
    evidence = compare_names(read(("Heather Rbkca", "Miller")), read(("Heather Lynn", "Miller")))
    assert (evidence.given, evidence.middle) == (L.PARTIAL, L.CONFLICT)


def test_nothing_stated_is_no_evidence():
    assert compare_names(read(""), read("Ana Ruiz")).level is L.MISSING


def test_a_name_shows_nothing_of_itself_in_a_repr():
    assert "Ruiz" not in repr(read("Ana Ruiz"))
    assert "ruiz" not in repr(read("Ana Ruiz"))


TEXT = st.text(st.characters(), max_size=30) | st.lists(
    st.sampled_from(["Ana", "de", "la", "García", "王小明", "محمد", "Иван", "Jr", "J.", ",", "O'", "abd", "al-", "김"]),
    max_size=7,
).map(" ".join)


@given(TEXT, TEXT, TEXT, TEXT)
def test_any_text_is_accepted_and_comparing_is_symmetric(full, other_full, one, other):
    a, b = parse_name(full), parse_name(other_full)
    assert compare_names(a, b) == compare_names(b, a)
    c, d = parse_name(given=one, family=other), parse_name(full, given=other)
    assert compare_names(c, d) == compare_names(d, c)
    e, f = parse_name(given=one, family=other), parse_name(given=other_full, family=one)
    assert compare_names(e, f) == compare_names(f, e)
    assert compare_names(a, a).level in (L.EXACT, L.PARTIAL, L.MISSING)


FIELD = st.lists(
    st.sampled_from(
        ["Ana", "Anna", "Joan", "Joanna", "Jo", "J", "García", "Garcia", "Gil", "Ma", "Mah", "Gang", "Taylor"]
    ),
    min_size=1,
    max_size=2,
).map(" ".join)


@given(FIELD, FIELD, FIELD, FIELD)
def test_two_stated_names_compare_alike_whichever_comes_first(given_a, family_a, given_b, family_b):
    a, b = parse_name(given=given_a, family=family_a), parse_name(given=given_b, family=family_b)
    assert compare_names(a, b) == compare_names(b, a)
