"""From columns and cells to values in comparison form. Invented values."""

import dataclasses
from collections import namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.errors import BadInput
from omnilink.identity.stitch.columns import recognise_columns
from omnilink.identity.stitch.dates import read_date, read_dates, read_parts
from omnilink.identity.stitch.table import read_table_of
from omnilink.identity.stitch.values import read_email, read_number, read_phone, read_street


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("given_name", "given"), ("FirstName", "given"), ("Vorname", "given"), ("nombre", "given"),
        ("prénom", "given"), ("имя", "given"),
        ("last-name", "family"), ("Primer Apellido", "family"), ("Nachname", "family"), ("cognome", "family"),
        ("姓", "family"),
        ("Full Name", "full_name"), ("ФИО", "full_name"), ("DOB", "birth"), ("Fecha de nacimiento", "birth"),
        ("yob", "birth_year"), ("zip code", "postcode"), ("PLZ", "postcode"), ("soc_sec_id", "national_id"),
        ("DNI", "national_id"), ("address_1", "street"), ("Straße", "street"), ("suburb", "city"),
        ("E-Mail", "email"), ("teléfono", "phone"),
    ],
)  # fmt: skip
def test_usual_headings_are_recognised_in_several_languages(heading, field):
    folded = recognise_columns([heading, "surname" if field != "family" else "phone"]).of_field
    assert heading in folded[field]


def test_row_numbers_are_ignored_and_the_unknown_is_named():
    columns = recognise_columns(["record_id", "Id", "customer_id", "surname", "shoe size"])
    assert columns.of_field == {"family": ("surname",)}
    assert columns.unknown == ("shoe size",)


def test_a_mapping_comes_before_the_usual_names():
    columns = recognise_columns(["name", "born on", "surname"], {"birth": "born on", "ignore": ["name"]})
    assert columns.of_field == {"birth": ("born on",), "family": ("surname",)}


def test_a_column_that_is_not_there_and_a_table_without_people_are_refused():
    with pytest.raises(BadInput):
        recognise_columns(["surname"], {"birth": "born"})
    with pytest.raises(BadInput):
        recognise_columns(["colour", "weight"])


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1980-02-01", "19800201"), ("19800201", "19800201"), ("1980/2/1", "19800201"), ("1 Feb 1980", "19800201"),
        ("February 1, 1980", "19800201"), ("01.02.1980", "19800201"), ("1980", "19800000"), ("1980-02", "19800200"),
        ("31/12/1980", "19801231"),
        ("12/31/1980", "19801231"), ("198O-02-O1", "19800201"), ("1980-02-01T00:00:00", "19800201"), ("", None),
        ("no idea", None), ("0", None),
    ],
)  # fmt: skip
def test_dates_are_read_from_many_forms(text, digits):
    assert read_date(text) == digits


def test_the_order_of_day_and_month_is_learned_for_each_source():
    texts = ["02/25/1980", "03/04/1981", "25/02/1980", "03/04/1981"]
    assert read_dates(texts, ["us", "us", "uk", "uk"])[1::2] == ["19810304", "19810403"]


@given(st.text(max_size=30), st.sampled_from(["dmy", "mdy"]))
def test_any_text_is_a_date_or_none(text, order):
    found = read_date(text, order)
    assert found is None or (len(found) == 8 and found.isdigit())


def test_parts_of_a_date_may_stand_apart():
    assert read_parts("1980", "2", "1") == "19800201"
    assert read_parts(None, None, None) is None


def test_values_lose_their_spelling_habits_and_keep_their_slips():
    assert read_phone("+49 (0) 170 123-45-67") == read_phone("0170 1234567")
    assert read_email("Ana+tax@Mail.Example") == "ana@mail.example"
    assert read_number("4O") == "4o"
    assert read_number("40O0") == "4000" or read_number("40O0") == "400o"
    assert read_street("12 Main Street") == read_street("12 MAIN ST.")


Row = namedtuple("Row", "surname dob")


@dataclasses.dataclass
class Person:
    surname: str
    dob: str


@pytest.mark.parametrize("record", [{"surname": "Berg", "dob": "1980"}, Row("Berg", "1980"), Person("Berg", "1980")])
def test_records_of_several_kinds_are_read(record):
    table = read_table_of([record, record])
    assert table.fields["family"].at(0) == "berg"
    assert table.fields["birth"].at(1) == "19800000"


def test_something_else_is_refused():
    with pytest.raises(BadInput):
        read_table_of(["Berg, 1980"])


def test_a_missing_part_of_a_name_comes_from_the_whole():
    table = read_table_of([{"full_name": "Ada Berg", "first_name": "", "surname": "Berg"}])
    assert table.fields["given"].at(0) == "ada"


def test_words_that_say_nothing_are_missing():
    rows = [{"surname": "Berg", "city": word} for word in ("N/A", "unknown", "None", "", "  ")]
    assert "city" not in read_table_of(rows).fields
