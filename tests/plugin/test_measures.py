"""How long a text is for a channel. Cases of twitter-text's conformance/validate.yml (`lengths`) are among them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.plugin.formatting import split_text
from omnilink.plugin.measures import Segments, sms_count, sms_segments, utf8_bytes, utf16_units, x_length


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "gsm7", 0, 0),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("€" * 81, "gsm7", 162, 2),
        ("€" * 153, "gsm7", 306, 3),  # 76 a segment: the 153rd septet stays empty rather than hold half a sign
        ("a" * 152 + "€" + "a" * 10, "gsm7", 164, 2),
        ("Δñ@£$¥èéùìòÇØøÅåΦΓΛΩΠΨΣΘΞÆæßÉÄÖÑÜ§¿äöüà¡¤\r\n", "gsm7", 43, 1),
        ("^{}\\[~]|€\f", "gsm7", 20, 1),
        ("ç", "ucs2", 1, 1),
        ("á" * 70, "ucs2", 70, 1),
        ("á" * 71, "ucs2", 71, 2),
        ("á" * 134, "ucs2", 134, 2),
        ("á" * 135, "ucs2", 135, 3),
        ("😀" * 35, "ucs2", 70, 1),
        ("😀" * 36, "ucs2", 72, 2),
        ("😀" * 67, "ucs2", 134, 3),  # 33 a segment
        ("`", "ucs2", 1, 1),
        ("\x1b", "ucs2", 1, 1),
    ],
)
def test_sms_segments(text, encoding, units, segments):
    assert sms_segments(text) == Segments(encoding, units, segments)


def test_the_gsm_alphabet_has_127_characters_and_an_extension_of_ten():
    gsm = [chr(i) for i in range(0x2100) if sms_segments(chr(i)).encoding == "gsm7"]
    assert len([c for c in gsm if sms_segments(c).units == 1]) == 127
    assert len([c for c in gsm if sms_segments(c).units == 2]) == 10


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("This is a test.", 15),
        ("http://test.com", 23),
        ("https://test.com", 23),
        ("test.com", 23),
        ("Test https://test.com test https://test.com test.com test", 86),
        ("https://town.example/" + "a" * 500, 23),
        ("é" * 280, 280),
        ("e\u0301" * 280, 280),
        ("の" * 140, 280),
        ("저찀쯿쿿", 8),
        ("👨‍👩‍👧‍👦", 2),
        ("🇪🇸", 2),
        ("👍🏽", 2),
        ("❤️", 2),
        ("1️⃣", 2),
        ("🐱", 2),
        ("“quoted” – ‘so’…", 17),
        ("a.b", 3),
        ("", 0),
    ],
)
def test_weighted_length_on_x(text, length):
    assert x_length(text) == length


def test_a_name_that_may_be_a_host_never_counts_less_than_on_x():
    long = "very-long-name." * 4 + "example/path"
    assert x_length(long) == len(long)
    assert x_length("Done.Thanks") == 23


@given(st.text(max_size=60))
def test_measures_are_total_and_agree_on_ascii(text):
    assert utf16_units(text) == sum(1 if c <= "\uffff" else 2 for c in text)
    assert utf8_bytes(text) >= utf16_units(text) >= len(text)
    assert x_length(text) >= 0
    assert sms_segments(text).segments >= 0


@given(st.text("aé€ç 😀.\n", max_size=700), st.integers(1, 3))
def test_a_text_is_split_by_sms(text, limit):
    pieces = split_text(text, limit, measure=sms_count)
    assert all(1 <= sms_count(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text("aé中😀. ", max_size=700))
def test_a_text_is_split_by_the_weight_on_x(text):
    assert all(x_length(piece) <= 280 for piece in split_text(text, 280, measure=x_length))


@pytest.mark.parametrize("unit", ["a.", "http://", "a", ".", "https://a.b ", "a-", "😀"])
@pytest.mark.parametrize("measure", [x_length, sms_count, utf16_units])
def test_signs_without_end_take_linear_time(measure, unit):
    def seconds(size):
        text = (unit * size)[:size]
        began = time.process_time()
        measure(text)
        return time.process_time() - began

    small = min(seconds(5_000) for _ in range(2))
    assert seconds(40_000) < 24 * max(small, 0.02)
