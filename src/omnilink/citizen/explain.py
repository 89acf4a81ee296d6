"""Explain: why two personas are one person, or are not. Pure."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from omnilink.identity.components import partition, precedence
from omnilink.identity.online.evidence import Clue
from omnilink.identity.online.explain import Hop, Waterfall
from omnilink.identity.online.weights import default_weights
from omnilink.identity.people import RULES
from omnilink.model.persona import Link, Verdict


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """The answer to "why are these two the same?".

    Attributes:
        same: they are one contact now.
        path: the links in force that join them, in order (empty where they are not joined, or are one persona).
        against: *different* links between their contacts.
        blocked: same-links a *different* link keeps from joining anybody.
        revoked: links that once joined the two sides and are no longer in force; whatever a rule decided anew is one.
    """

    same: bool
    path: tuple[Link, ...] = ()
    against: tuple[Link, ...] = ()
    blocked: tuple[Link, ...] = ()
    revoked: tuple[Link, ...] = ()

    @property
    def waterfall(self) -> Waterfall:
        """The evidence in bits, link by link, as it was stored: text, JSON, SVG, and HTML in a notebook."""
        ends = [end for link in self.path for end in (link.a, link.b)] or ["", ""]
        why = "" if self.same else "different" if self.against else "nothing-in-force"
        return Waterfall(ends[0], ends[-1], self.same, why, tuple(map(_hop, self.path)), default_weights().link)

    def _repr_html_(self) -> str:
        return self.waterfall._repr_html_()

    def text(self, *, superseded: bool = False) -> str:
        """In words, line by line; ids and rules only.

        Args:
            superseded: also links that rules made and took back when they decided again.
        """
        lines = ["one person" if self.same else "two people"]
        for link in self.path:
            lines.append(f"+ {_words(link)}")
            lines += [f"    {e.weight_bits:+.1f} {e.kind}" for e in link.evidence if e.weight_bits is not None]
        lines += [f"- {_words(link)}" for link in self.against]
        lines += [f"! blocked: {_words(link)}" for link in self.blocked]
        by_people = [link for link in self.revoked if not (link.revoked_by or "").startswith(RULES)]
        for link in self.revoked if superseded else by_people:
            lines.append(f"× revoked by {link.revoked_by} ({link.revoked_reason}): {_words(link)}")
        if not self.same and not (self.against or self.blocked or by_people):
            lines.append("nothing is in force that joins them" if self.revoked else "nothing was seen that joins them")
        return "\n".join(lines)


def _hop(link: Link) -> Hop:
    bands = dict(
        band.removeprefix("band:").rpartition("=")[::2] for band in link.depends_on if band.startswith("band:")
    )
    clues = tuple(
        Clue(e.kind, e.weight_bits, ref := next(iter(e.refs), "").removeprefix("key:"), bands.get(ref, ""))
        for e in link.evidence
        if e.weight_bits is not None
    )
    return Hop(link.method.value, link.score or 0.0, clues)


def as_of(links: Iterable[Link], then: datetime) -> list[Link]:
    """Links as they stood at a moment: what was made later is not there, what was revoked later is in force."""
    gone = {"revoked_at": None, "revoked_by": None, "revoked_reason": None}
    return [
        link.model_copy(update=gone) if link.revoked_at is not None and link.revoked_at > then else link
        for link in links
        if link.at <= then
    ]


def _words(link: Link) -> str:
    verdict = "same" if link.verdict is Verdict.SAME else "different"
    score = f", {link.score:.1f} bits" if link.score is not None else ""
    return f"{verdict}: {link.method.value.replace('_', ' ')}{score}, by {link.asserted_by}, link {link.id}"


def find_paths(start: str, links: Iterable[Link], blocked: Iterable[Link] = ()) -> dict[str, tuple[Link, ...]]:
    """From one persona to every persona it is joined with: persona id → fewest links, strongest first."""
    out = {link.id for link in blocked}
    near: dict[str, list[tuple[str, Link]]] = {}
    same = [x for x in links if x.in_force and x.verdict is Verdict.SAME and x.id not in out]
    for link in sorted(same, key=precedence):
        near.setdefault(link.a, []).append((link.b, link))
        near.setdefault(link.b, []).append((link.a, link))
    paths: dict[str, tuple[Link, ...]] = {start: ()}
    todo = deque([start])
    while todo:
        here = todo.popleft()
        for there, link in near.get(here, ()):
            if there not in paths:
                paths[there] = (*paths[here], link)
                todo.append(there)
    return paths


def explain_pair(
    a: str, b: str, contact_of: Mapping[str, str], keys: Iterable[str], links: Iterable[Link]
) -> Explanation:
    """Why two personas are, or are not, one contact.

    Args:
        a, b: persona ids.
        contact_of: persona id → contact id, for the personas of both contacts.
        keys: their persona keys.
        links: all links of both contacts, revoked ones included.
    """
    known = list(links)
    found = partition(keys, known)
    conflicts = {link.id for link in found.conflicts}
    paths = find_paths(a, known, found.conflicts)
    sides = {contact_of[a], contact_of[b]}

    def between(link: Link) -> bool:
        ends = {contact_of.get(link.a), contact_of.get(link.b)}
        return ends <= sides and (ends == sides or {link.a, link.b} == {a, b})

    same = contact_of[a] == contact_of[b]
    return Explanation(
        same=same,
        path=paths.get(b, ()) if same else (),
        against=tuple(x for x in known if x.in_force and x.verdict is Verdict.DIFFERENT and between(x)),
        blocked=tuple(x for x in known if x.id in conflicts),
        revoked=tuple(x for x in known if not x.in_force and between(x)),
    )
