from datetime import UTC, datetime

import pytest

from omnilink_email.dates import parse_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 5 Mar 2024 10:00:00 +0100", (2024, 3, 5, 9, 0, 0)),
        ("Fri, 5 Mar 2024 10:00:00 +0100", (2024, 3, 5, 9, 0, 0)),
        ("5 Mar 2024 10:00 -0000", (2024, 3, 5, 10, 0, 0)),
        ("Tue, 5 Mar 2024 10:00:00 +0100 (CET)", (2024, 3, 5, 9, 0, 0)),
        ("Tue (comment (nested)), 5 (x) Mar 2024 10:00:00 (y) +0100", (2024, 3, 5, 9, 0, 0)),
        ("Wed, 9 Jan 2002 19:47:50 MST", (2002, 1, 10, 2, 47, 50)),
        ("Wed, 9 Jan 2002 19:47:50 UT", (2002, 1, 9, 19, 47, 50)),
        ("Wed, 9 Jan 2002 19:47:50 Q", (2002, 1, 9, 19, 47, 50)),
        ("Wed, 9 Jan 02 19:47:50 EST", (2002, 1, 10, 0, 47, 50)),
        ("Wed, 9 Jan 99 19:47:50 GMT", (1999, 1, 9, 19, 47, 50)),
        ("Wed, 9 Jan 102 19:47:50 GMT", (2002, 1, 9, 19, 47, 50)),
        ("31 Dec 2016 23:59:60 +0000", (2016, 12, 31, 23, 59, 59)),
        ("Tue Mar  5 10:00:00 2024", (2024, 3, 5, 10, 0, 0)),
        ("Tue Mar  5 10:00:00 2024 +0200", (2024, 3, 5, 8, 0, 0)),
        ("2024-03-05T10:00:00+01:00", (2024, 3, 5, 9, 0, 0)),
        ("Tue, 5 Mar 2024 10:00:00 PM +0000", (2024, 3, 5, 22, 0, 0)),
        ("Tue, 5 March 2024 10.00.00 +0000", (2024, 3, 5, 10, 0, 0)),
    ],
)
def test_dates_are_read_as_the_rfc_and_common_programs_write_them(text, expected):
    assert parse_date(text) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        None, "", "yesterday", "Tue, 32 Mar 2024 10:00:00 +0100", "5 Foo 2024 10:00:00 +0000", "5 Mar 2024",
        "5 Mar 2024 25:00:00 +0000", "5 Mar 1969 10:00:00 +0000", "5 Mar 99999 10:00:00 +0000",
        "1 Jan 1970 00:00:00 +0100", "31 Dec 9999 23:59:59 -2300", "0001-01-01T00:00:00+23:00", "1 " * 5000, "(" * 5000,
        "２ Mar 2024 10:00:00 +0000 \x00",
    ],
)  # fmt: skip
def test_nonsense_is_no_date(text):
    result = parse_date(text)
    assert result is None or 1970 <= result.year <= 9999
    if text != "２ Mar 2024 10:00:00 +0000 \x00":
        assert result is None
