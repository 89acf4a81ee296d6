"""What connectors say: escaped, in pieces that fit, and no cut without a word of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.model import ContactCard, Location, Media, Offer, Option, Text
from omnilink.plugin.formatting import (
    PLAIN,
    Style,
    between,
    lost_looks,
    say_caption,
    say_in_words,
    say_texts,
    shorten,
    shortened,
)

ENTITIES = Style(escape=lambda text: text.replace("&", "&amp;").replace("<", "&lt;"), bold=between("*"))


def test_only_texts_are_said_each_in_its_own_format():
    parts = [Text(text="**a** < b", format="markdown"), Media(kind="image", ref="x"), Text(text="**c** < d")]
    assert say_texts(parts, ENTITIES, limit=100) == ["*a* &lt; b", "**c** &lt; d"]


def test_blank_texts_say_nothing():
    assert say_texts([Text(text=" \n"), Text(text="", format="markdown")], PLAIN, limit=10) == []


@given(st.text(alphabet="&<ab é👍\n", min_size=1, max_size=200), st.integers(10, 40))
def test_a_plain_text_fits_when_it_is_escaped_and_no_entity_is_torn(text, limit):
    pieces = say_texts([Text(text=text)], ENTITIES, limit=limit)
    assert all(len(piece) <= limit for piece in pieces)
    said = "".join(pieces).replace("&lt;", "<").replace("&amp;", "&")
    assert "".join(said.split()) == "".join(text.split())


def test_a_measure_of_the_channel_counts():
    assert say_texts([Text(text="日本 日本")], PLAIN, limit=4, measure=lambda text: 2 * len(text)) == ["日本", "日本"]


def test_looks_the_channel_has_no_form_for_are_told():
    said = [Text(text="**a** _b_", format="markdown"), Text(text="**c**")]
    assert [loss.what for loss in lost_looks(said, ENTITIES)] == ["italic"]


def test_a_caption_is_cut_with_a_word_of_it():
    assert say_caption(None, PLAIN, limit=10) == ("", ())
    assert say_caption("**short**", ENTITIES, limit=10) == ("*short*", ())
    caption, (loss,) = say_caption("one two three", PLAIN, limit=7)
    assert (caption, loss.what, loss.how) == ("one two", "caption", "shortened")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Location(latitude=40.4, longitude=-3.7, name="Town hall"), ["Town hall", "mlat=40.4&mlon=-3.7"]),
        (ContactCard(name="Ana", phones=("+34600",), emails=("a@b.example",)), ["Ana", "+34600", "a@b.example"]),
        (Offer(title="When?", options=(Option(value="m", label="Monday", description="9 to 14"),)),
         ["When?", "1. Monday – 9 to 14"]),
    ],
)  # fmt: skip
def test_nothing_of_a_part_is_lost_in_words(part, words):
    said = say_in_words(part)
    assert all(word in said for word in words)


@given(st.text(max_size=60), st.integers(2, 40))
def test_a_shortened_text_fits_and_is_told_exactly_when_it_was_cut(text, limit):
    short = shorten(text, limit)
    assert len(short) <= limit
    assert bool(shortened("offer", [text], limit, "cut")) == (short != text)


def test_no_character_is_torn_when_a_text_is_shortened():
    assert shorten("abc 👩‍👩‍👧 def", 7) == "abc…"
    assert shorten("🇪🇸🇫🇷🇩🇪", 4) == "🇪🇸…"
