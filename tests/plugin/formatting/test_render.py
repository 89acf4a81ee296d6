"""Each channel's formatting out: forms, escapes, and the truth about what a style cannot say."""

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from tests.plugin.formatting.styles import CHAT, MAIL, TAGS, TEXTS

from omnilink.plugin.formatting import (
    PLAIN,
    Code,
    Link,
    Paragraph,
    Style,
    Words,
    between,
    defuse,
    lost,
    parse_markdown,
    plain,
    render,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a **b** *c* ~~d~~ `e`", "a b c d e"),
        ("[the form](https://town.example/f)", "the form (https://town.example/f)"),
        ("<https://town.example/ñ>", "https://town.example/ñ"),
        ("<ana@town.example>", "ana@town.example"),
        ("[Ana](mailto:ana@town.example)", "Ana (ana@town.example)"),
        ("[+34910000000](tel:+34910000000)", "+34910000000"),
        ("# Head\ntext", "Head\n\ntext"),
        ("- a\n- b\n  - c\n    d\n\ntext", "• a\n• b\n  • c\n    d\n\ntext"),
        ("9. a\n10. b\n    - c", "9. a\n10. b\n    • c"),
        ("- a\n\n- b", "• a\n\n• b"),
        ("> a\n>\n> > b", "> a\n>\n> > b"),
        ("***", "———"),
        ("", ""),
        ("-\n-", "•\n•"),
    ],
)
def test_plain_text_keeps_addresses_and_lists(text, shown):
    assert plain(parse_markdown(text)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**a** *b* ~~c~~ `d*`", "*a* _b_ ~c~ `d*`"),
        ("**one\ntwo**", "*one*\n*two*"),
        ("***both\nlines***", "_*both*_\n_*lines*_"),
        ("pre**fix**ed **end**.", "prefixed *end*."),
        ("**a**b c**d**", "ab cd"),
        ("**[a ](http://x.example)**", "*a  (http://x.example)*"),
        ("**`a`**", "*`a`*"),
        ("# Head *two*", "*Head _two_*"),
    ],
)
def test_typed_markers_are_set_where_a_chat_reads_them(text, shown):
    assert render(parse_markdown(text), CHAT) == shown


def test_tags_nest():
    assert render(parse_markdown("**a *b\nc***\n\n> q"), TAGS) == "<b>a <i>b\nc</i></b>\n\n<blockquote>q</blockquote>"
    assert render(parse_markdown("1. a\n2. b\n\n   c"), MAIL) == "<ol><li><p>a</p></li><li><p>b</p><p>c</p></li></ol>"
    assert render(parse_markdown("- a\n- b\n\nc\nd"), MAIL) == "<ul><li>a</li><li>b</li></ul><p>c<br>d</p>"


@pytest.mark.parametrize(
    ("text", "style", "names"),
    [
        ("# a **b** *c* ~~d~~ `e`\n\n    f", PLAIN, ("bold", "code", "code_block", "heading", "italic", "strike")),
        ("# a **b** *c* ~~d~~ `e`\n\n    f", CHAT, ()),
        ("a **b**", Style(italic=between("_")), ("bold",)),
        ("a [b](http://x.example)\n- c\n> d\n***", PLAIN, ()),
        ("- > **b**", PLAIN, ("bold",)),
    ],
)
def test_what_a_style_has_no_form_for_is_named(text, style, names):
    assert lost(parse_markdown(text), style) == names


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*a*", "\u200a*\u200aa\u200a*\u200a"),
        ("snake_case_name 2*3", "snake_case_name 2*3"),
        ("https://x.example/_a_?b=*c* _d", "https://x.example/_a_?b=*c* \u200a_\u200ad"),
        ("ana_@x_y.example", "ana_@x_y.example"),
        ("**", "\u200a*\u200a*\u200a"),
        ("plain", "plain"),
    ],
)
def test_signs_of_an_author_are_defused_but_words_and_addresses_stay_whole(text, shown):
    assert defuse("*_~`")(text) == shown


@given(TEXTS)
def test_no_sign_of_an_author_is_a_marker(text):
    shown = defuse("*_~`")(text)
    for found in re.finditer(r"[*_~`]", re.sub(r"https?://\S+|[\w.+-]{1,64}@[\w.-]+", "", shown)):
        at = found.start()
        rest = re.sub(r"https?://\S+|[\w.+-]{1,64}@[\w.-]+", "", shown)
        before, after = rest[at - 1 : at], rest[at + 1 : at + 2]
        assert (before == "\u200a" == after) or (before.isalnum() and after.isalnum())


class Tags(HTMLParser):
    """Every tag and attribute a browser would see, and the words between."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.words, self.open = set(), [], "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name == "href"]
        assert all(name == "href" for name, _ in attrs)
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


ALLOWED = {"b", "i", "s", "a", "p", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "br", "hr", *(f"h{n}" for n in range(1, 7))}  # fmt: skip # noqa: E501


@pytest.mark.parametrize("style", [TAGS, MAIL], ids=["tags", "mail"])
@given(text=TEXTS)
def test_nothing_an_author_writes_becomes_a_tag(style, text):
    blocks = parse_markdown(text)
    seen = Tags(render(blocks, style))
    assert seen.tags <= ALLOWED
    assert not seen.open
    assert all(re.match(r"(?:https?://|mailto:|tel:)", address, re.IGNORECASE) for address in seen.addresses)
    if "<!channel>" in text:
        assert "<!channel>" in seen.words


def test_escapes_reach_words_code_and_addresses():
    seen = Style(
        escape=lambda text: f"w({text})", escape_code=lambda text: f"c({text})", escape_url=lambda text: f"u({text})",
        link=lambda words, url: f"{words}|{url}",
    )  # fmt: skip
    blocks = parse_markdown("a `b` [c](http://x.example)\n\n    d")
    assert render(blocks, seen) == "w(a )c(b)w( )w(c)|u(http://x.example)\n\nc(d)"


def test_code_is_escaped_as_words_where_a_style_says_no_more():
    assert render((Paragraph((Code("<"), Words("<"))),), Style(escape=html.escape)) == "&lt;&lt;"


@given(TEXTS)
def test_every_style_is_total(text):
    blocks = parse_markdown(text)
    for style in (PLAIN, CHAT, TAGS, MAIL):
        render(blocks, style)


def test_a_link_of_no_words_shows_its_address():
    assert plain((Paragraph((Link("http://x.example", ()),)),)) == " (http://x.example)"
