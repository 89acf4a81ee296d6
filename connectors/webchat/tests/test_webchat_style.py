"""Formatting is marks beside the text: nothing anybody writes is ever read as markup."""

from hypothesis import given
from hypothesis import strategies as st

from omnilink.plugin.formatting import parse_markdown, render
from omnilink_webchat.style import MARKED, read_marks


def marked(text):
    return read_marks(render(parse_markdown(text), MARKED))


def test_marks_count_as_browsers_do_and_nest():
    text, marks = marked("🙂 **very *bold*** [page](https://town.example/?a=1&b=2) `x`")
    assert text == "🙂 very bold page x"
    assert [(m["as"], m["at"], m["n"]) for m in marks] == [
        ("bold", 3, 9), ("italic", 8, 4), ("link", 13, 4), ("code", 18, 1),
    ]  # fmt: skip
    assert marks[2]["url"] == "https://town.example/?a=1&b=2"


@given(
    st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("*_`[]()\n\ufdd0\ufdd6\ufdd7\ufddf"), max_size=80)
)
def test_marks_lie_within_the_text_whatever_it_holds(source):
    text, marks = marked(source)
    size = len(text.encode("utf-16-le")) // 2
    assert not any("\ufdd0" <= sign <= "\ufdef" for sign in text)
    for mark in marks:
        assert 0 <= mark["at"] < mark["at"] + mark["n"] <= size
