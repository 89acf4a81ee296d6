"""The tables of this package, made ready for the line scanner: sets and tuples of lower-case phrases."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """Phrases of all languages that mark what is not new in a mail.

    Attributes:
        on: first words of an attribution ("on", "am", "le").
        wrote: words an attribution ends with or holds, longest first.
        wrote_apart, wrote_joined: those of them that stand between blanks (with the blanks), and the others.
        telling: words of the first and second person.
        roles: label of a header block → what it may label.
        dashed, dashed_starts, alone, above: markers of originals and forwards (`originals.toml`).
    """

    on: tuple[str, ...]
    wrote: tuple[str, ...]
    wrote_apart: tuple[str, ...]
    wrote_joined: tuple[str, ...]
    telling: frozenset[str]
    roles: dict[str, frozenset[str]]
    dashed: frozenset[str]
    dashed_starts: tuple[str, ...]
    alone: frozenset[str]
    above: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Phrases of the lines programs sign with (`signatures.toml`); `heads` and `tails` are a quick first test."""

    starts: tuple[str, ...]
    gets: tuple[str, ...]
    ends: tuple[str, ...]
    opens: tuple[str, ...]
    possessive: tuple[str, ...]
    products: tuple[str, ...]
    adverts: tuple[str, ...]
    postscripts: tuple[str, ...]
    greetings: tuple[str, ...]
    heads: frozenset[str]
    tails: frozenset[str]


HEAD = 3
"""Characters of a phrase's start that `Signatures.heads` holds."""
TAIL = 1


def read_table(name: str) -> dict[str, Any]:
    """A table of `quotes/data` by name (package data, the only file access of this package)."""
    return tomllib.loads(
        files("omnilink.conversation.quotes").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    )


@cache
def words() -> Words:
    """The phrases of attributions, header blocks and markers."""
    languages = read_table("attributions")
    telling = languages.pop("telling")["words"]
    roles: dict[str, set[str]] = {}
    for role, labels in read_table("headers").items():
        for label in labels:
            roles.setdefault(label.casefold(), set()).add(role)
    originals = read_table("originals")
    spoken = {word.casefold() for one in languages.values() for word in one["wrote"]}
    wrote = tuple(sorted(spoken, key=len, reverse=True))
    return Words(
        on=tuple(sorted({word.casefold() for one in languages.values() for word in one["on"]})),
        wrote=wrote,
        wrote_apart=tuple(f" {word} " for word in wrote if _is_spaced(word)),
        wrote_joined=tuple(word for word in wrote if not _is_spaced(word)),
        telling=frozenset(telling),
        roles={label: frozenset(found) for label, found in roles.items()},
        dashed=frozenset(phrase.casefold() for phrase in originals["dashed"]),
        dashed_starts=tuple(originals["dashed_starts"]),
        alone=frozenset(phrase.casefold() for phrase in originals["alone"]),
        above=tuple(originals["above"]),
    )


def _is_spaced(verb: str) -> bool:
    """Whether the verb's script puts blanks between words (Chinese, Japanese, Thai and Korean endings do not)."""
    return verb[0] < "\u0e00" or "\u10a0" <= verb[0] <= "\u1fff"


@cache
def signatures() -> Signatures:
    """The phrases of mobile signatures and adverts."""
    table = {key: tuple(phrase.casefold() for phrase in phrases) for key, phrases in read_table("signatures").items()}
    begins = table["starts"] + table["gets"] + table["opens"] + table["adverts"]
    return Signatures(
        **table,
        heads=frozenset(phrase[:HEAD] for phrase in begins),
        tails=frozenset(phrase[-TAIL:] for phrase in table["ends"]),
    )


@cache
def disclaimers() -> dict[str, tuple[str, ...]]:
    """Group of words → the words, of legal notices."""
    return {group: tuple(word.casefold() for word in found) for group, found in read_table("disclaimers").items()}


@cache
def containers() -> dict[str, str]:
    """A class, id or name of an HTML element → what it holds: quote, reply, attribution, rest, signature."""
    return {name: kind for kind, names in read_table("containers").items() for name in names}
