"""A caller's way through a menu, one turn at a time. Pure: the turn's state says where they are."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from omnilink.model.outgoing import Offer, Option
from omnilink.model.part import Choices
from omnilink.plugin.answering import Dial, Directive, DirectiveStep, Gather, HangUp, Record, Say, Turn
from omnilink.selfservice.menu import Menu, MenuOption, Node, Words, make_number

_SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a caller is: at which node, in which language, after how many vain tries."""

    node: str
    language: str
    tries: int = 0

    @property
    def state(self) -> str:
        return _SEPARATOR.join((self.node, self.language, str(self.tries)))


def answer_turn(menu: Menu, turn: Turn) -> Directive:
    """What a caller is told next.

    Args:
        menu: the menu.
        turn: what they did; its state is of the directive before, and one that is not is the beginning.
    """
    at = _parse_state(menu, turn.state) if turn.step else None
    if at is None:
        # After the account's fallback connected them with somebody, they have talked.
        return Directive((HangUp(),)) if turn.dialled else _enter(menu, _Place(menu.start, menu.language))
    node = menu.nodes[at.node]
    if node.do == "choose":
        return _choose(menu, at, node, turn)
    if node.do == "dial":
        return _follow(menu, at, node.to if turn.dialled == "completed" else node.otherwise)
    came, fits = _judge(node, turn)
    if fits:
        return _follow(menu, at, node.to)
    return _again(menu, at, menu.wrong if came else menu.nothing)


def _judge(node: Node, turn: Turn) -> tuple[bool, bool]:
    """Whether anything came, and whether it can be used."""
    if node.do == "ask":
        sure = turn.confidence is None or turn.confidence >= node.confidence
        return bool(turn.speech.strip()), bool(turn.speech.strip()) and sure
    if node.do == "keys":
        keys = turn.digits
        return bool(keys), keys.isascii() and keys.isdigit() and (node.count is None or len(keys) == node.count)
    recorded = turn.recording_ref is not None and turn.recording_s != 0
    return recorded, recorded


def _choose(menu: Menu, at: _Place, node: Node, turn: Turn) -> Directive:
    option = next((o for o in node.options if o.key == turn.digits), None)
    if option is None and not turn.digits and node.speech:
        option = _find_spoken(node.options, turn.speech, at.language)
    if option is None:
        return _again(menu, at, menu.wrong if turn.digits or turn.speech.strip() else menu.nothing)
    label = _say(menu, option.label, at.language).text
    chose = Choices(action_id=at.node, value=option.value or option.key, label=label)
    place = replace(at, language=option.language or at.language)
    return replace(_follow(menu, place, option.to), chose=chose)


def _find_spoken(options: Iterable[MenuOption], speech: str, language: str) -> MenuOption | None:
    """The one option whose words were said; None where none was, or several were."""
    said = f" {_plain(speech)} "
    if not said.strip():
        return None
    found = []
    for option in options:
        words = [*option.heard.get(language, ()), *([option.label[language]] if language in option.label else [])]
        if any(f" {_plain(word)} " in said for word in words if _plain(word)):
            found.append(option)
    return found[0] if len(found) == 1 else None


def _plain(text: str) -> str:
    """Words without case, accents and punctuation: speech recognition writes them as it likes."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", letters).split())


def _again(menu: Menu, at: _Place, words: Words) -> Directive:
    tries = at.tries + 1
    before = (_say(menu, words, at.language),) if words else ()
    if tries >= menu.attempts:
        return _follow(menu, at, menu.nodes[at.node].otherwise, before)
    return _enter(menu, replace(at, tries=tries), before)


def _follow(menu: Menu, at: _Place, name: str | None, before: tuple[Say, ...] = ()) -> Directive:
    """The directive of the node that follows; goodbye where none does."""
    if name is not None:
        return _enter(menu, _Place(name, at.language), before)
    return Directive((*before, *_goodbye(menu, at.language)), language=at.language)


def _goodbye(menu: Menu, language: str) -> tuple[DirectiveStep, ...]:
    return (*((_say(menu, menu.goodbye, language),) if menu.goodbye else ()), HangUp())


def _enter(menu: Menu, at: _Place, before: tuple[Say, ...] = ()) -> Directive:
    steps: list[DirectiveStep] = list(before)
    node = menu.nodes[at.node]
    while node.do == "say":
        steps.append(_say(menu, node.say, at.language))
        if node.to is None:
            return Directive((*steps, *_goodbye(menu, at.language)), language=at.language)
        at = _Place(node.to, at.language)
        node = menu.nodes[at.node]
    said = (_say(menu, node.say, at.language),) if node.say else ()
    if node.do in ("choose", "ask", "keys"):
        steps.append(_gather(menu, at, node, said))
    else:
        steps += [*said, _end_of(node)]
    return Directive(tuple(steps), state=at.state, language=at.language)


def _gather(menu: Menu, at: _Place, node: Node, said: tuple[Say, ...]) -> Gather:
    if node.do == "ask":
        return Gather(said, digits=False, speech=True, timeout_s=menu.timeout_s, language=at.language)
    if node.do == "keys":
        return Gather(said, count=node.count, timeout_s=menu.timeout_s, sensitive=node.sensitive)
    spoken = [_option(menu, option, at.language) for option in node.options]
    labels = [_say(menu, option.label, at.language).text for option in node.options]
    offer = Offer(
        options=tuple(Option(value=o.key, label=label) for o, label in zip(node.options, labels, strict=True))
    )
    return Gather(
        (*said, *spoken), offer, speech=node.speech, count=len(node.options[0].key), finish_on="",
        timeout_s=menu.timeout_s, language=at.language,
    )  # fmt: skip


def _option(menu: Menu, option: MenuOption, language: str) -> Say:
    """An option as it is said, in the caller's language; one that has none of it in its own."""
    if option.say:
        return _say(menu, option.say, language)
    label = _say(menu, option.label, language)
    return replace(label, text=f"{label.text}: {option.key}.")


def _end_of(node: Node) -> DirectiveStep:
    if node.do == "record":
        return Record(max_s=node.max_s, transcribe=node.transcribe, beep=node.beep)
    if node.do == "dial":
        return Dial(make_number(node.number), ring_s=node.ring_s, max_s=node.talk_s)
    return HangUp()


def _say(menu: Menu, words: Words, language: str) -> Say:
    """The words in a language: exactly it, else another of the same tongue, else the menu's own, else any there is."""
    tongue = language.partition("-")[0].lower()
    near = [tag for tag in words if tag.partition("-")[0].lower() == tongue]
    tag = next((t for t in (language, *near, menu.language) if t in words), next(iter(words)))
    return Say(words[tag], tag)


def _parse_state(menu: Menu, state: str) -> _Place | None:
    """The place a state names; None where it is none of this menu (which may have been changed meanwhile)."""
    node, _, rest = state.partition(_SEPARATOR)
    language, _, tries = rest.partition(_SEPARATOR)
    if node not in menu.nodes or not language or not (tries.isascii() and tries.isdigit()) or len(tries) > 2:
        return None
    return _Place(node, language, int(tries))
