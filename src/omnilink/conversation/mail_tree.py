"""A conversation as a tree, and the tree as text and as a picture (SVG)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from omnilink.conversation.mail_record import Mail

_ROW, _STEP, _RADIUS, _MARGIN = 26, 24, 5, 16
_LABEL_CHARS = 90
_DEEPEST = 24
"""Levels drawn; deeper answers stand at this one's place, or a quarrel of thousands runs off the page."""


@dataclass(frozen=True, slots=True, repr=False)
class Branch:
    """A mail and what answers it. `depth` is 0 at a root; branches come in depth-first order."""

    mail: Mail
    depth: int
    parent: str | None
    is_last: bool


def grow_tree(mails: Sequence[Mail], cited: Mapping[str, Iterable[str]]) -> tuple[Branch, ...]:
    """The trees of one conversation, depth first, older answers before younger ones.

    Args:
        mails: of the conversation.
        cited: mail id → ids of the seen mails it cites, the nearest first.

    Returns:
        Every mail once. A mail whose citations lead in a circle is a root: the youngest of the circle answers.
    """
    mails = sorted(mails, key=lambda mail: (mail.at_s is None, mail.at_s or 0.0, mail.id))
    parent: dict[str, str | None] = {mail.id: None for mail in mails}
    answered: set[str] = set()
    for mail in mails:
        for above in cited.get(mail.id, ()):
            # Only a mail with answers can stand above itself.
            if above in parent and (mail.id not in answered or _is_above(above, mail.id, parent)) and above != mail.id:
                parent[mail.id] = above
                answered.add(above)
                break
    answers: dict[str | None, list[Mail]] = {}
    for mail in mails:
        answers.setdefault(parent[mail.id], []).append(mail)
    grown: list[Branch] = []
    # A stack and no recursion: a thread may be thousands deep.
    waiting = [(mail, 0, mail is answers[None][-1]) for mail in reversed(answers.get(None, []))]
    while waiting:
        mail, depth, is_last = waiting.pop()
        grown.append(Branch(mail, depth, parent[mail.id], is_last))
        below = answers.get(mail.id, [])
        waiting.extend((answer, depth + 1, answer is below[-1]) for answer in reversed(below))
    return tuple(grown)


def draw_text(branches: Sequence[Branch]) -> str:
    """The tree as text, one mail a line."""
    lines: list[str] = []
    open_levels: list[bool] = []
    for branch in branches:
        depth = min(branch.depth, _DEEPEST)
        del open_levels[depth:]
        stem = "".join("│  " if is_open else "   " for is_open in open_levels[1:])
        mark = "" if depth == 0 else ("└─ " if branch.is_last else "├─ ")
        lines.append(f"{stem}{mark}{_label(branch.mail)}")
        open_levels.extend([False] * (depth - len(open_levels)))
        open_levels.append(not branch.is_last)
    return "\n".join(lines)


def draw_svg(branches: Sequence[Branch], *, title: str = "A conversation as a tree") -> str:
    """The tree as a picture that needs no other file; every mail is text in it, for search and for screen readers."""
    place = {branch.mail.id: (_x(branch.depth), _y(row)) for row, branch in enumerate(branches)}
    lines, marks = [], []
    for branch in branches:
        x, y = place[branch.mail.id]
        if branch.parent is not None:
            above_x, above_y = place[branch.parent]
            lines.append(f'<path d="M{above_x} {above_y}V{y}H{x}"/>')
        kind = "machine" if branch.mail.automated else "own" if branch.mail.is_own else "person"
        label = escape(_label(branch.mail))
        marks.append(
            f'<circle class="{kind}" cx="{x}" cy="{y}" r="{_RADIUS}"/><text x="{x + 12}" y="{y + 4}">{label}</text>'
        )
    width = _x(min(max((b.depth for b in branches), default=0), _DEEPEST)) + 8 * _LABEL_CHARS
    height = _y(len(branches)) - _ROW // 2 + _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-size="13" '
        f'font-family="sans-serif"><title>{escape(title)}</title><style>path{{fill:none;stroke:#999}}'
        "text{fill:#222}.person{fill:#1f6feb}.own{fill:#2da44e}.machine{fill:#999}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>" + "".join(lines) + "".join(marks) + "</svg>\n"
    )


def _is_above(candidate: str, mail: str, parent: Mapping[str, str | None]) -> bool:
    """Whether a mail may stand above another: not if the way up from it comes back."""
    above: str | None = candidate
    while above is not None:
        if above == mail:
            return False
        above = parent[above]
    return True


def _x(depth: int) -> int:
    return _MARGIN + _STEP * min(depth, _DEEPEST)


def _y(row: int) -> int:
    return _MARGIN + _ROW * row + _ROW // 2


def _label(mail: Mail) -> str:
    moment = "" if mail.at_s is None else f"{datetime.fromtimestamp(mail.at_s, UTC):%Y-%m-%d %H:%M} "
    who = mail.author_name or mail.author or "(nobody)"
    text = f"{moment}{who}: {mail.subject or '(no subject)'}{f' [{mail.automated}]' if mail.automated else ''}"
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= _LABEL_CHARS else shown[: _LABEL_CHARS - 1] + "…"
