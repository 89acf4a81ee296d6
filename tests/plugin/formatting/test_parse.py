"""Markdown in: what is read as markup, and that nothing else is lost."""

import time

import pytest
from hypothesis import given
from tests.plugin.formatting.styles import TEXTS

from omnilink.plugin.formatting import (
    Bold,
    Code,
    CodeBlock,
    Heading,
    Italic,
    ItemList,
    LineBreak,
    Link,
    ListItem,
    Paragraph,
    Quote,
    Rule,
    Strike,
    Words,
    parse_markdown,
    plain,
    walk,
)


def line(text):
    (block,) = parse_markdown(text)
    assert isinstance(block, Paragraph)
    return block.children


def test_spans_nest():
    assert line("a **b *c*** ~~d~~ `e*`") == (
        Words("a "), Bold((Words("b "), Italic((Words("c"),)))), Words(" "), Strike((Words("d"),)), Words(" "),
        Code("e*"),
    )  # fmt: skip


def test_a_span_within_its_own_kind_adds_nothing():
    assert line("*a *b* c*") == (Italic((Words("a b c"),)),)


def test_a_line_break_of_the_author_stays_one():
    assert line("a\nb  \nc\\\nd") == (
        Words("a"), LineBreak(), Words("b"), LineBreak(), Words("c"), LineBreak(), Words("d"),
    )  # fmt: skip


def test_lists_nest_and_keep_their_numbers():
    (found,) = parse_markdown("7. one\n   - two\n\n     three\n8. four")
    inner = ItemList((ListItem((Paragraph((Words("two"),)), Paragraph((Words("three"),)))),), None, tight=False)
    assert found == ItemList(
        (ListItem((Paragraph((Words("one"),)), inner)), ListItem((Paragraph((Words("four"),)),))), 7, tight=True
    )


def test_blocks():
    assert parse_markdown("## H *i*\n> q\n\n```python\na\n b\n```\n***\n    c") == (
        Heading(2, (Words("H "), Italic((Words("i"),)))),
        Quote((Paragraph((Words("q"),)),)),
        CodeBlock("a\n b", "python"),
        Rule(),
        CodeBlock("c"),
    )


@pytest.mark.parametrize(
    ("text", "url", "words"),
    [
        ("[the form](https://town.example/f?a=1&b=2)", "https://town.example/f?a=1&b=2", "the form"),
        ("<https://town.example>", "https://town.example", "https://town.example"),
        ("<ana@town.example>", "mailto:ana@town.example", "ana@town.example"),
        ("[call](tel:+34910000000)", "tel:+34910000000", "call"),
        ('[form](http://town.example "PDF, 2 MB")', "http://town.example", "form (PDF, 2 MB)"),
        ("[](http://town.example)", "http://town.example", "http://town.example"),
        ("![map](http://town.example/m.png)", "http://town.example/m.png", "map"),
        ("![](http://town.example/m.png)", "http://town.example/m.png", "http://town.example/m.png"),
        ("[x](<https://town.example/a b\"'>)", "https://town.example/a%20b%22'", "x"),
        ("[![map](http://a.example)](http://b.example)", "http://b.example", "map"),
        ("[x](HTTPS://town.example/ñ|<)", "https://town.example/%C3%B1%7C%3C", "x"),
    ],
)
def test_links_and_pictures_are_words_that_lead_somewhere(text, url, words):
    (found,) = line(text)
    assert isinstance(found, Link)
    assert found.url in (url, url.replace("https", "HTTPS"))
    assert found.children == (Words(words),)


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,hi)", "[x](ftp://x.example)",
        "[x](file:///etc/passwd)", "[x](//evil.example)", "[x](/local)", "[x](#top)", "[x](slack://channel?id=1)",
        "[x](vbscript:x)", "[x](https:)", "[x](https:///x)", "[x]()", "![x](data:image/png;base64,AAAA)",
        "<javascript:alert(1)>", "[x](intent://x)", "[x](mailto:?body=hi)",
    ],
)  # fmt: skip
def test_other_schemes_stay_as_they_were_typed(text):
    assert line(text) == (Words(text),)


@pytest.mark.parametrize(
    "text",
    [
        "<b>no</b> <script>alert(1)</script> <!-- -->", "[note]: call us at 010", "**open", "a * b * c",
        "snake_case_name",
        "[a][b] [c]", "Regards\n--\nAna", "Total\n===", "+34 600 111 222", "#1 is ready", "a\\b", "2 < 3 & 4 > 1",
        "`open", "~~open", "[open](http://x", "~a~", "-5 degrees", "1986", "| a | b |\n| - | - |",
    ],
)  # fmt: skip
def test_what_is_no_markup_is_words(text):
    assert plain(parse_markdown(text)) == text


def test_a_text_that_nests_too_deep_is_taken_as_words_whole():
    text = "> " * 200 + "the end\n\nof it"
    assert plain(parse_markdown(text)) == text
    text = "".join("  " * i + "- x\n" for i in range(100)) + "the end"
    assert "the end" in plain(parse_markdown(text))


@given(TEXTS)
def test_no_word_is_ever_lost(text):
    blocks = parse_markdown(text)
    languages = "".join(node.language for node in walk(blocks) if isinstance(node, CodeBlock))
    assert (plain(blocks) + languages).count("word") == text.count("word")


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("```python\nx\n```", CodeBlock("x", "python")),
        ("```call us now\nx", CodeBlock("call us now\nx")),
        ("```word", CodeBlock("word")),
        ("```\n\nx\n\n```", CodeBlock("\nx\n")),
    ],
)
def test_words_behind_a_fence_are_kept(text, block):
    assert parse_markdown(text) == (block,)


@given(TEXTS)
def test_addresses_hold_no_sign_that_could_end_them(text):
    for node in walk(parse_markdown(text)):
        if isinstance(node, Link):
            assert node.url.isascii()
            assert not set(node.url) & set('<>"`{}|\\^ \n\t')


@pytest.mark.parametrize(
    "unit",
    ["*", "_", "[", "![", ">", "> ", "`", "<", "~~", "*a ", "**a *", "[a](", "[[]()", "- ", "1. ", "&", "\\", "#\n",
     "<http:", "*a_ ", "_*", "(", "\n", "    \n", "[x](y '", "*a **b "],
)  # fmt: skip
def test_signs_without_end_take_linear_time(unit):
    def seconds(size):
        text = (unit * size)[:size]
        began = time.process_time()
        plain(parse_markdown(text))
        return time.process_time() - began

    small = min(seconds(1_000) for _ in range(2))
    assert seconds(8_000) < 24 * max(small, 0.02)  # 8 times the text: linear is 8, quadratic 64


def test_the_parser_is_loaded_on_use_only():
    import subprocess
    import sys

    code = "import sys, omnilink.plugin.formatting; sys.exit('markdown_it' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_repr_shows_no_words():
    assert "secret" not in repr(parse_markdown("# secret *secret*\n- secret `secret` [secret](http://secret.example)"))
