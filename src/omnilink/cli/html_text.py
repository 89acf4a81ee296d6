"""HTML as the text a reader would see. No rendering, no fetching: tags go, words stay."""

from contextlib import suppress
from html.parser import HTMLParser

MAX_CHARS = 200_000
"""A terminal shows the first lines; more than this is not read."""

_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKS = frozenset({
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})


def text_of_html(markup: str) -> str:
    """The words of an HTML text, a line for each block; total: broken markup gives what can be read of it."""
    reader = _Reader()
    with suppress(AssertionError):  # the parser's own, at `<![;`: what was read until then stays
        reader.feed(markup[:MAX_CHARS])
        reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Collects text outside hidden elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Breaks the line at a block; an image is its description."""
        if tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag == "body":  # a head left open must not hide the body
            self._hidden.clear()
        if self._hidden:
            return
        if tag in _BREAKS:
            self.pieces.append(" " if tag in _CELLS else "\n")
        if tag == "li":
            self.pieces.append("- ")
        if tag == "img" and (words := dict(attrs).get("alt")):
            self.pieces.append(f"[{words}]")

    def handle_endtag(self, tag: str) -> None:
        """Ends a hidden element, or a block's line."""
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif tag in _BREAKS and tag not in _CELLS and not self._hidden:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Keeps the words; line breaks in the source are only spaces."""
        if not self._hidden:
            self.pieces.append(data.replace("\n", " "))
