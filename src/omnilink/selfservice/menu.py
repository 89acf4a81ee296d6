"""A telephone menu as data: what is said in which language, which key leads where, what is recorded.

A menu is a TOML file (docs/telephone.md describes it):

    start = "main"
    language = "en-GB"
    [goodbye]
    en-GB = "Thank you. Goodbye."

    [nodes.main]
    do = "choose"
    [[nodes.main.options]]
    key = "1"
    to = "lamp"
    label = { en-GB = "Street lamps" }

    [nodes.lamp]
    do = "record"
    say = { en-GB = "Say where the lamp is, after the tone." }
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from omnilink.errors import BadInput, ConfigError
from omnilink.model.handle import Handle
from omnilink.model.record import Record as Frozen
from omnilink.plugin.answering import KEYS, LONGEST_CALL_S, LONGEST_RECORDING_S, Dial

Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$", max_length=30)]
Words = dict[Language, Annotated[str, Field(min_length=1, max_length=3000)]]
"""What is said, by language (BCP 47)."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]

_KEY = re.compile(f"[{re.escape(KEYS)}]{{1,3}}")


class MenuOption(Frozen):
    """One thing to choose.

    Attributes:
        key: what is pressed for it.
        to: the node that follows.
        label: what it is, in few words; said with its key, shown to officials, and understood when it is spoken.
        say: what is said instead, where the key cannot simply follow the label.
        heard: further words that mean it, by language.
        value: what the choice is called in the records; its key if not given.
        language: spoken from here on.
    """

    key: str
    to: Name
    label: Words
    say: Words = Field(default_factory=dict)
    heard: dict[Language, tuple[str, ...]] = Field(default_factory=dict)
    value: str | None = None
    language: Language | None = None


class Node(Frozen):
    """One place of a menu.

    Attributes:
        do: `choose` one of the options; `ask` for words; `keys` to be keyed in; `record`; `dial` somebody; only
            `say` something and go on; `hang_up`.
        say: said first.
        to: the node that follows; none: goodbye.
        otherwise: the node that follows where nothing usable came, or nobody answered; none: goodbye.
        options: of `choose`.
        speech: `choose` listens for words as well.
        count: of `keys`, exactly so many; none: any number, ended with #.
        sensitive: of `keys`, they are a secret and nobody is to see them.
        max_s, transcribe, beep: of `record`.
        number, ring_s, talk_s: of `dial`.
        confidence: of `ask`, from 0 to 1: what was understood with less is asked for again.
    """

    do: Literal["choose", "ask", "keys", "record", "dial", "say", "hang_up"]
    say: Words = Field(default_factory=dict)
    to: Name | None = None
    otherwise: Name | None = None
    options: tuple[MenuOption, ...] = ()
    speech: bool = False
    count: Annotated[int, Field(ge=1, le=40)] | None = None
    sensitive: bool = False
    max_s: Annotated[int, Field(ge=1, le=LONGEST_RECORDING_S)] = 120
    transcribe: bool = False
    beep: bool = True
    number: str = ""
    ring_s: Annotated[int, Field(ge=5, le=600)] = 20
    talk_s: Annotated[int, Field(ge=1, le=LONGEST_CALL_S)] = 3600
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.0

    @property
    def following(self) -> Iterator[str]:
        """The names of all nodes that may follow."""
        yield from (name for name in (self.to, self.otherwise, *(o.to for o in self.options)) if name is not None)


class Menu(Frozen):
    """A whole menu.

    Attributes:
        start: the node every call begins at.
        language: what is spoken until somebody chooses another.
        attempts: how often a node is tried before it is given up.
        timeout_s: silence after which nothing is believed to come.
        nothing, wrong: said before the node is tried again: nothing came, or nothing that can be used.
        goodbye: said at the end.
    """

    start: Name
    language: Language
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    timeout_s: Annotated[int, Field(ge=1, le=60)] = 6
    nothing: Words = Field(default_factory=dict)
    wrong: Words = Field(default_factory=dict)
    goodbye: Words = Field(default_factory=dict)
    nodes: Annotated[dict[Name, Node], Field(min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for name in (self.start, *(f for node in self.nodes.values() for f in node.following)):
            if name not in self.nodes:
                raise ValueError(f"there is no node {name}")
        for name, node in self.nodes.items():
            if problem := _find_problem(node):
                raise ValueError(f"node {name}: {problem}")
            self._require_end(name)
        return self

    def _require_end(self, name: str) -> None:
        """Nodes that only say something must come to one that does something else."""
        seen = set()
        node = self.nodes[name]
        while node.do == "say" and node.to is not None:
            if node.to in seen:
                raise ValueError(f"node {name}: it goes round in circles and never waits for anybody")
            seen.add(node.to)
            node = self.nodes[node.to]


def _find_problem(node: Node) -> str | None:
    if node.do == "choose":
        keys = [option.key for option in node.options]
        if not keys:
            return "there is nothing to choose"
        if len(set(keys)) < len(keys) or len({len(key) for key in keys}) > 1:
            return "its keys are not different, or not of one length"
        if not all(_KEY.fullmatch(key) for key in keys):
            return "a key is one of 0 to 9, * and #"
        unsaid = [o.key for o in node.options if not o.say and not o.key.isdigit()]
        if unsaid or not all(option.label for option in node.options):
            return "an option has no label, or * or # without `say`"
    elif node.options:
        return "only `choose` has options"
    if node.do == "dial":
        try:
            Dial(make_number(node.number))
        except BadInput:
            return "number is no telephone number in international form"
    elif node.do not in ("hang_up", "choose") and not node.say:
        return "it says nothing"
    return None


def make_number(written: str) -> Handle:
    """The telephone of a `dial` node."""
    return Handle.of("tel", re.sub(r"[ ().-]", "", written.removeprefix("tel:")))


def parse_menu(text: str) -> Menu:
    """Reads the TOML text of a menu.

    Raises:
        ConfigError: it is no TOML, or no menu that holds together; `setting` names the place.
    """
    try:
        return Menu.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as e:
        raise ConfigError("the menu is not valid TOML", hint=str(e)) from None
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "menu"
        raise ConfigError("the menu does not hold together", setting=place, hint=first["msg"]) from None


def read_menu(path: Path) -> Menu:
    """Reads a menu's file.

    Raises:
        ConfigError: as of `parse_menu`, or the file cannot be read.
    """
    try:
        return parse_menu(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise ConfigError("the menu's file cannot be read", setting=path.name) from None
