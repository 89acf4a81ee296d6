"""Citizens' words on a terminal: they steer nothing, and every line fits."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.cli.html_text import text_of_html
from omnilink.cli.terminal import MARK, cut, neutralise, one_line, pad, width, wrap

ANY_TEXT = st.text(st.characters(), max_size=200)
STEERING = {chr(c) for c in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if c != 0x0A} | set("\u202a\u202b\u202d\u202e")


@given(ANY_TEXT)
def test_nothing_that_steers_a_terminal_is_left(text):
    assert not STEERING & set(neutralise(text))
    assert not STEERING & set("".join(wrap(text, 30)))
    assert "\n" not in one_line(text)


@given(ANY_TEXT, st.integers(4, 90))
def test_no_line_is_wider_than_asked(text, columns):
    assert all(width(line) <= columns for line in wrap(text, columns, "  "))
    assert width(one_line(text, columns)) <= columns


@given(ANY_TEXT)
def test_isolates_are_closed_on_the_line_they_are_opened_on(text):
    for line in [*wrap(text, 20), one_line(text, 20)]:
        assert line.count("\u2068") == line.count("\u2069")
        assert not {"\u2066", "\u2067"} & set(line)


def test_escape_sequences_become_visible():
    assert neutralise("a\x1b[31mb\x9b2J\x07") == f"a{MARK}[31mb{MARK}2J{MARK}"


def test_line_ends_of_every_kind_are_line_ends():
    assert neutralise("a\r\nb\rc\u2028d\x85e") == "a\nb\nc\nd\ne"


def test_direction_overrides_are_dropped_and_right_to_left_text_is_isolated():
    assert one_line("invoice\u202egpj.exe") == "invoicegpj.exe"
    assert one_line("שלום") == "\u2068שלום\u2069"
    assert one_line("plain") == "plain"


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("東京", 4), ("👍", 2), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_width_is_in_columns(text, columns):
    assert width(text) == columns


def test_wide_text_is_cut_and_padded_by_columns():
    assert cut("東京都の", 6) == "東京…"
    assert pad("東京", 6) == "東京  "
    assert wrap("東京都の長い文", 4) == ["東京", "都の", "長い", "文"]


def test_combining_characters_do_not_pile_up():
    assert sum(map(unicodedata.combining, neutralise("a" + "\u0301" * 500))) <= 8 * 230


def test_continued_lines_are_indented():
    assert wrap("one two three four", 9, "  ") == ["one two", "  three", "  four"]


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>Hello <b>you</b></p><p>Bye</p>", "Hello you\nBye"),
        ("<style>p {}</style><script>x()</script><title>t</title>Hi", "Hi"),
        ("a<br>b &amp; c &lt;d&gt;", "a\nb & c <d>"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("<head><style>x<body>seen", ""),
        ("<head><body>seen", "seen"),
        ("<img alt='a lamp' src='http://track.example'>", "[a lamp]"),
        ("<", "<"),
        ("", ""),
    ],
)
def test_html_is_shown_as_its_words(markup, words):
    assert text_of_html(markup) == words


@given(st.text(st.sampled_from("<>/!-a &;\"'=psty[]ledivbr"), max_size=120))
def test_any_markup_gives_some_text(markup):
    assert isinstance(text_of_html(markup), str)
