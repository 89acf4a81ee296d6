"""The text of an HTML mail, line by line, with what its markup says about quotations. No browser: words and places."""

from collections.abc import Mapping

from omnilink.conversation.quotes.html_tokens import Tag, tokens
from omnilink.conversation.quotes.lines import Mark
from omnilink.conversation.quotes.tables import containers

_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "object"})
_TRACKED = frozenset({"div", "blockquote", "span", "table", "td", "section", "article", "font", "a", "u", "center"})
_BREAKING = frozenset({
    "div", "blockquote", "table", "tr", "section", "article", "ul", "ol", "li", "dl", "dt", "dd", "center", "body",
    "header", "footer", "form", "fieldset", "address", "main", "nav", "aside", "figure",
})  # fmt: skip
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_RULE = "________"
_BLANKS = " \t\n\r\x0b\x0c"


class _Writer:
    """Lines under construction."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.marks: list[Mark] = []
        self._words: list[str] = []
        self._gap = False
        self._spaced = False
        self._mark: Mark = ""

    def say(self, text: str, mark: Mark, *, exact: bool) -> None:
        if exact:
            first, *others = text.split("\n")
            self._add(first, mark)
            for other in others:
                self.end_line(mark)
                self._add(other, mark)
            return
        parts = text.split() if "\u00a0" not in text else _words(text)
        if not parts:
            self._gap = self._gap or bool(text)
            return
        blank = " " if self._words and (self._gap or text[0] in _BLANKS) else ""
        self._gap = text[-1] in _BLANKS
        self._add(blank + " ".join(parts), mark)

    def _add(self, text: str, mark: Mark) -> None:
        if not text:
            return
        if self._spaced:
            self._spaced = False
            if self.lines and self.lines[-1].strip("\u00a0 "):
                self.lines.append("")
                self.marks.append("")
        self._words.append(text)
        self._mark = mark

    def end_line(self, mark: Mark) -> None:
        """A line ends here, though it be empty."""
        # What holds only no-break spaces is an empty line.
        self.lines.append("".join(self._words).strip("\u00a0 ") and "".join(self._words))
        self.marks.append(self._mark if self._words else mark)
        self._words.clear()
        self._gap = False

    def end_block(self, *, spaced: bool = False) -> None:
        """A block starts or ends here: what is on the line is finished."""
        if self._words:
            self.end_line(self._mark)
        self._gap = False
        self._spaced = self._spaced or spaced


def _words(text: str) -> list[str]:
    """Words between blanks that collapse; a no-break space is none."""
    for blank in _BLANKS[1:]:
        text = text.replace(blank, " ")
    return [word for word in text.split(" ") if word]


def html_text(markup: str) -> tuple[str, tuple[Mark, ...]]:
    """The text of an HTML mail and what the markup says about each of its lines.

    Args:
        markup: HTML as it came, well-formed or not.

    Returns:
        The text, and a mark for each line of it.
    """
    writer = _Writer()
    place = _Place()
    for token in tokens(markup):
        if isinstance(token, str):
            if not place.hidden:
                writer.say(token, place.mark, exact=place.exact)
            continue
        if token.closing:
            place.leave(token)
        if not place.hidden:
            _lay_out(writer, place, token)
        if not token.closing:
            place.enter(token)
    writer.end_block()
    return "\n".join(writer.lines), tuple(writer.marks)


def _lay_out(writer: _Writer, place: "_Place", tag: Tag) -> None:
    if tag.name == "br":
        writer.end_line(place.mark)
    elif tag.name == "hr":
        writer.end_block()
        kind = place.kind_of(tag)
        writer.say(_RULE, "rest" if kind == "rest" else place.mark or "rule", exact=True)
        writer.end_block()
        if kind == "rest":
            place.rest = True
    elif tag.name in _SPACED:
        writer.end_block(spaced=not _is_tight(tag))
    elif tag.name in _BREAKING:
        writer.end_block()
        if tag.name == "li" and not tag.closing:
            writer.say("- ", place.mark, exact=True)
    elif tag.name in ("td", "th") and not tag.closing:
        writer.say(" ", place.mark, exact=False)


def _is_tight(tag: Tag) -> bool:
    """Whether a paragraph has no margin: Word's, and those whose style says so."""
    if tag.name != "p":
        return False
    if tag.closing:
        # What its opening said is what counts; nothing is added here.
        return True
    if tag.attributes.get("class", "").casefold().startswith("mso"):
        return True
    style = tag.attributes.get("style", "").replace(" ", "").casefold()
    return "margin:0" in style or "margin-top:0" in style


class _Place:
    """Where in the markup the reading is: open elements that say something, and what they say."""

    def __init__(self) -> None:
        self._open: list[tuple[str, str]] = []
        self._count: dict[str, int] = {}
        self._kinds: dict[str, int] = {}
        self._replies = 0
        self.rest = False

    @property
    def hidden(self) -> bool:
        return self._kinds.get("hidden", 0) > 0

    @property
    def _reply(self) -> str:
        """What the containers of replies that still say something count as."""
        return f"reply {self._replies}"

    @property
    def exact(self) -> bool:
        return self._kinds.get("exact", 0) > 0

    @property
    def mark(self) -> Mark:
        if self.rest:
            return "rest"
        for kind in ("quote", "signature", "attribution", "maybe"):
            if self._kinds.get(kind):
                return kind
        return "attribution" if self._kinds.get(self._reply) else ""

    def enter(self, tag: Tag) -> None:
        if tag.name in _SKIPPED:
            self._push(tag.name, "hidden")
        elif tag.name == "pre":
            self._push(tag.name, "exact")
        elif tag.name in _TRACKED:
            kind = self.kind_of(tag)
            if kind == "rest":
                self.rest = True
            if kind in ("quote", "maybe") and self._kinds.get(self._reply):
                # Behind the first blockquote of a reply's container answers may stand: it says nothing more.
                self._replies += 1
            self._push(tag.name, self._reply if kind == "reply" else kind)

    def leave(self, tag: Tag) -> None:
        if not self._count.get(tag.name):
            return
        while self._open:
            name, kind = self._open.pop()
            self._count[name] -= 1
            if kind and self._kinds.get(kind):
                self._kinds[kind] -= 1
            if name == tag.name:
                return

    def kind_of(self, tag: Tag) -> str:
        """What an element's class, id or name, or its being a blockquote, says."""
        attributes = tag.attributes
        found = ""
        if attributes:
            names = [attributes[key] for key in ("class", "id", "name") if key in attributes]
            table = containers()
            for name in " ".join(names).casefold().split()[:40]:
                found = table.get(name.removeprefix("x_"), "")
                if found:
                    break
            if not found and _is_hidden(attributes):
                return "hidden"
            if not found and attributes.get("name", "") == "quote":
                return "quote"
            if not found and "data-signatureblock" in attributes:
                return "signature"
        if tag.name != "blockquote":
            return found
        if found in ("reply", "quote") or attributes.get("type", "").casefold() == "cite" or "cite" in attributes:
            return "quote"
        return found or "maybe"

    def _push(self, name: str, kind: str) -> None:
        self._open.append((name, kind))
        self._count[name] = self._count.get(name, 0) + 1
        if kind:
            self._kinds[kind] = self._kinds.get(kind, 0) + 1


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    style = attributes.get("style", "")
    return "none" in style and "display:none" in style.replace(" ", "").casefold()
