"""Case numbers people mention: `2026-000123`, `EXP/26/0042`. Described by a picture, not by a regular expression."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from omnilink.errors import ConfigError

MOST_FOUND = 20
LONGEST_TEXT = 65_536
_LEAST_DIGITS = 4
_LONGEST_PICTURE = 40


@dataclass(frozen=True, slots=True)
class ReferencePicture:
    """What one kind of case number looks like.

    Attributes:
        picture: `#` is a digit, `@` a letter, anything else itself: `EXP/##/####`. At least four digits, or ordinary
            words and years would be numbers of cases.
        system: whose numbers these are (`crm`, `permits`).

    Raises:
        ConfigError: the picture is empty, too long or has too few digits.
    """

    picture: str
    system: str = "case"
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.picture.strip() or len(self.picture) > _LONGEST_PICTURE or self.picture.count("#") < _LEAST_DIGITS:
            raise ConfigError("not a picture of a case number", hint="for example EXP/##/####, with four # at least")
        body = "".join({"#": "[0-9]", "@": "[a-z]"}.get(c, re.escape(c.casefold())) for c in self.picture)
        object.__setattr__(self, "_pattern", re.compile(rf"(?<![\w-]){body}(?![\w-])"))

    def find(self, text: str) -> list[str]:
        """The numbers in a text, in one spelling (upper case)."""
        return [found.upper() for found in self._pattern.findall(text.casefold())]


def find_references(text: str, pictures: Iterable[ReferencePicture]) -> frozenset[str]:
    """Every case number a text mentions, as `system:NUMBER`; at most `MOST_FOUND`."""
    found: dict[str, None] = {}
    for picture in pictures:
        found.update(dict.fromkeys(f"{picture.system}:{number}" for number in picture.find(text[:LONGEST_TEXT])))
    return frozenset(list(found)[:MOST_FOUND])
