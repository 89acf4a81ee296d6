"""Subjects: prefixes of all languages go, tags nobody configured stay, parts of series are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation.subjects import read_subject
from omnilink.conversation.tables import read_table

ROWS = read_table("subjects")["language"]


def test_prefixes_of_at_least_25_languages_are_known():
    assert len({row["code"] for row in ROWS}) >= 25


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_every_prefix_of_a_language_is_taken_off(row):
    for word in row["reply"] + row["forward"]:
        for written in (word, word.upper(), word.capitalize()):
            assert read_subject(f"{written}: 路灯 Lámpara").base == "路灯 lámpara", written


@pytest.mark.parametrize("text", [
    "Re: Lamp", "RE : Lamp", "Re[2]: Lamp", "Re (3): Lamp", "Re^4: Lamp", "AW: WG: Re: Lamp", "回复：Lamp",
    "Re: RE: re: lamp", "  Re:Lamp ", "Re: Lamp\r\n ", "[Fwd: Lamp]", "Lamp (fwd)",
])  # fmt: skip
def test_prefixes_go_however_they_are_written(text):
    subject = read_subject(text)
    assert subject.base == "lamp"
    assert subject.is_reply or subject.is_forward


@pytest.mark.parametrize("text", ["Reunion: lamp", "Research: x", "Answer to you", "Re lamp", "I think: yes", ""])
def test_an_ordinary_word_is_no_prefix(text):
    subject = read_subject(text)
    assert not subject.is_reply
    assert not subject.is_forward


def test_a_tag_nobody_configured_stays():
    assert read_subject("[Permits] Lamp").base != read_subject("[Taxes] Lamp").base
    assert read_subject("[Permits] Re: Lamp").base == read_subject("Re: [Permits] Lamp").base == "[permits] lamp"


def test_a_configured_tag_goes():
    assert read_subject("Re: [City Hall] Lamp", ("City Hall",)).base == "lamp"
    assert read_subject("[City Hall] Re: Lamp", ("City Hall",)).base == "lamp"


@pytest.mark.parametrize(("text", "part"), [
    ("Photos 2/5", (2, 5)), ("(2/5) photos", (2, 5)), ("part 3 of 4", (3, 4)), ("[x v2 07/14] y", (7, 14)),
    ("Teil 1 von 3", (1, 3)), ("open 24/7", None), ("bill 11/2024", None), ("1/1", None), ("photos", None),
])  # fmt: skip
def test_parts_of_a_series_are_read(text, part):
    found = read_subject(text).part
    assert (found and found[1:]) == part


@given(st.text(max_size=300))
def test_whatever_the_text_a_base_is_its_own_base(text):
    base = read_subject(text).base
    assert read_subject(f"Re: {base}").base == read_subject(base).base


def test_time_is_linear_in_hostile_subjects():
    for text in ("Re: " * 5000, "[" * 5000, "[a] " * 5000, "(1/" * 5000, "re" * 5000 + ":"):
        assert isinstance(read_subject(text).base, str)


@pytest.mark.parametrize("warning", read_table("subjects")["gateway"]["warnings"])
def test_what_a_gateway_warns_of_goes(warning):
    for written in (
        f"[{warning.upper()}] Lamp",
        f"Re: [{warning}] Lamp",
        f"**{warning}** Re: Lamp",
        f"{{{warning}}}: Lamp",
    ):
        assert read_subject(written).base == "lamp", written


@pytest.mark.parametrize("text", ["[City] Lamp", "External lamp", "(Lamp)", "[extra] lamp", "*spamalot* lamp"])
def test_other_words_in_brackets_stay(text):
    assert read_subject(text).base == text.casefold()


@pytest.mark.parametrize(("text", "ticket"), [
    ("Re: [#4711] Lamp", "#4711"), ("[Ticket#2026010510000123] RE: Lamp", "ticket#2026010510000123"),
    ("AW: [city.example #4711] Lamp", "city.example#4711"), ("Lamp (#4711)", "#4711"),
    ("Re: Lamp [ ref:_00D20.5002x:ref ]", "_00d20.5002x"), ("Lamp", ""), ("Lamp [4711]", ""),
    ("Lamp #4711", ""),
])  # fmt: skip
def test_a_helpdesks_number_is_read_and_is_no_part_of_the_base(text, ticket):
    subject = read_subject(text)
    assert subject.ticket == ticket
    assert subject.base == ("lamp" if ticket else text.casefold())
