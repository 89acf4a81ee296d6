"""Long texts in pieces: every character kept, cut where a reader would pause, never within what is seen as one."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugin.formatting.styles import CHAT, MAIL, TAGS, TEXTS

from omnilink.plugin.formatting import PLAIN, parse_markdown, plain, render_pieces, split_text
from omnilink.plugin.formatting.graphemes import may_cut

SEEN_AS_ONE = {
    "accent": "e\u0301",
    "flag": "\U0001f1ea\U0001f1f8",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "skin": "\U0001f44d\U0001f3fd",
    "heart": "\u2764\ufe0f",
    "keycap": "1\ufe0f\u20e3",
    "tagged flag": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "joined flag": "\U0001f3f3\ufe0f\u200d\U0001f308",
    "jamo": "\u1100\u1161\u11a8",
    "syllable and tail": "\uac00\u11a8",
    "devanagari vowel": "\u0928\u093f",
    "line break": "\r\n",
    "surrogates": "\ud83d\ude00",
    "marks": "a\u0300\u0301\u0302",
}
CLUSTERS = [*SEEN_AS_ONE.values(), "a", "b", " ", "\n", ". ", "! ", "。", "ش", "中", "word", "https://x.example/a"]
WRITING = st.lists(st.sampled_from(CLUSTERS), max_size=60).map("".join)


def squeezed(text):
    return "".join(text.split())


@given(WRITING | st.text(max_size=80), st.integers(12, 40))
def test_pieces_fit_and_joined_they_are_the_text(text, limit):
    pieces = split_text(text, limit)
    assert all(len(piece) <= limit and piece.strip() for piece in pieces)
    assert squeezed("".join(pieces)) == squeezed(text)


@given(WRITING, st.integers(12, 40))
def test_white_space_is_left_out_only_where_it_is_cut(text, limit):
    rest = text
    for piece in split_text(text, limit):
        before, found, rest = rest.partition(piece)
        assert found
        assert not before.strip()
    assert not rest.strip()


@given(st.lists(st.sampled_from(CLUSTERS), max_size=60), st.integers(16, 40))
def test_what_is_seen_as_one_character_is_never_cut(clusters, limit):
    text, within = "", set()
    for cluster in clusters:
        if cluster in SEEN_AS_ONE.values():
            within |= {len(text) + i for i in range(1, len(cluster))}
        text += cluster
    at = 0
    for piece in split_text(text, limit):
        at = text.index(piece, at)
        assert at not in within
        at += len(piece)


@pytest.mark.parametrize("whole", SEEN_AS_ONE.values(), ids=SEEN_AS_ONE)
def test_there_is_no_cut_within(whole):
    assert [at for at in range(1, len(whole)) if may_cut(whole, at)] == []
    assert may_cut(whole + whole, len(whole))


def test_flags_are_cut_between_pairs():
    assert split_text("🇪🇸🇫🇷🇩🇪", 3) == ["🇪🇸", "🇫🇷", "🇩🇪"]


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("One two.\n\nThree four.", 15, ["One two.", "Three four."]),
        ("One two.\nThree four.", 15, ["One two.", "Three four."]),
        ("One two. Three four.", 15, ["One two.", "Three four."]),
        ("One two three four.", 12, ["One two", "three four."]),
        ("A. B\n\nlonger words follow here", 20, ["A. B\n\nlonger words", "follow here"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("一二三。四五六。七", 5, ["一二三。", "四五六。七"]),
        ("Ready? Come in!", 7, ["Ready?", "Come", "in!"]),
        ("exact", 5, ["exact"]),
        ("four five", 4, ["four", "five"]),
        ("  ", 1, []),
        ("", 5, []),
        ("a" + " " * 50 + "b", 10, ["a", "b"]),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(text, limit, pieces):
    assert split_text(text, limit) == pieces


def test_a_letter_with_more_marks_than_fit_is_cut_all_the_same():
    pieces = split_text("a" + "\u0301" * 100, 10)
    assert all(len(piece) <= 10 for piece in pieces)
    assert "".join(pieces) == "a" + "\u0301" * 100


def test_a_character_longer_than_the_limit_is_refused():
    with pytest.raises(ValueError, match="longer than the limit"):
        split_text("a 👍", 1, measure=lambda text: len(text.encode()))


@given(WRITING, st.integers(30, 60))
def test_pieces_fit_by_any_measure(text, limit):
    def measure(piece):
        return len(piece.encode("utf-8", "surrogatepass"))

    pieces = split_text(text, limit, measure=measure)
    assert all(measure(piece) <= limit for piece in pieces)
    assert squeezed("".join(pieces)) == squeezed(text)


def test_a_measure_that_grows_when_text_is_left_out_still_fits():
    def measure(piece):
        return len(piece) - (30 if piece.endswith("zz") else 0)

    pieces = split_text("ab " * 12 + "zz " + "cd " * 12, 20, measure=measure)
    assert all(measure(piece) <= 20 for piece in pieces)


@pytest.mark.parametrize(
    "unit", ["a", ".", ". ", "\n", " ", "\u0301", "🇪", "a\u200d", "。", "a b. ", "\n \n", ".\n", '."', "👍\u200d"]
)
def test_signs_without_end_take_linear_time(unit):
    def seconds(size):
        text = "x" + (unit * size)[:size] + "x"
        began = time.process_time()
        split_text(text, 160)
        return time.process_time() - began

    small = min(seconds(10_000) for _ in range(2))
    assert seconds(80_000) < 24 * max(small, 0.02)


@given(TEXTS, st.integers(120, 200))
def test_rendered_pieces_fit_and_keep_every_word(text, limit):
    blocks = parse_markdown(text)
    for style in (PLAIN, CHAT, TAGS, MAIL):
        try:
            pieces = render_pieces(blocks, style, limit=limit)
        except ValueError:
            assert style is not PLAIN  # tags around a single character do not fit
            continue
        assert all(len(piece) <= limit and piece.strip() for piece in pieces)
        shown = unicodedata.normalize("NFC", "".join(pieces))
        assert shown.count("word") >= plain(blocks).count("word") - len(pieces)


def test_a_line_break_at_the_cut_is_in_neither_piece():
    text = '<<<<<&\n</b></b></b>"👩\u200d👩\u200d👧<https://x.example>1. *'
    pieces = render_pieces(parse_markdown(text), MAIL, limit=128)
    assert all(len(piece) <= 128 and not piece.endswith("<br>") for piece in pieces)


def test_a_cut_never_tears_a_tag():
    text = "**" + "bold words " * 30 + "end** and [" + "a long label " * 10 + "of it](https://town.example/p)"
    pieces = render_pieces(parse_markdown(text), TAGS, limit=120)
    for piece in pieces:
        assert piece.count("<b>") == piece.count("</b>")
        assert piece.count("<a ") == piece.count("</a>")
        assert piece.count("<") == piece.count(">")
    assert sum(piece.count("bold words") for piece in pieces) >= 25


def test_lists_and_quotes_go_on_in_the_next_piece():
    blocks = parse_markdown("7. one\n8. two two two two\n9. three\n\n> quoted words here and there")
    assert render_pieces(blocks, limit=17) == [
        "7. one", "8. two two two", "two\n\n9. three", "> quoted words", "> here and there",
    ]  # fmt: skip


def test_code_is_cut_at_lines_and_fenced_again():
    blocks = parse_markdown("```\nfirst line\n  second line\n```")
    assert render_pieces(blocks, CHAT, limit=22) == ["```first line```", "```  second line```"]


def test_few_pieces_are_made():
    blocks = parse_markdown("\n\n".join(["word"] * 100))
    pieces = render_pieces(blocks, limit=60)
    assert len(pieces) == 10
    assert "\n\n".join(pieces) == plain(blocks)


def test_nothing_to_say_is_no_piece():
    assert render_pieces((), limit=10) == []


@pytest.mark.parametrize("unit", ["word ", "*a* ", "- a\n", "> a\n\n", "a\n\n"])
def test_long_texts_are_cut_in_a_second(unit):
    blocks = parse_markdown((unit * 4_000)[:8_000])
    began = time.process_time()
    render_pieces(blocks, limit=1000)
    assert time.process_time() - began < 2
