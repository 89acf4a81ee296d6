"""A menu is data: one that does not hold together is refused before anybody calls, and the way through it is pure."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.errors import ConfigError
from omnilink.model import Handle
from omnilink.plugin.answering import KEYS, Dial, Directive, Gather, HangUp, Record, Say, Turn
from omnilink.selfservice.menu import parse_menu, read_menu
from omnilink.selfservice.menu_plugin import TelephoneMenu
from omnilink.selfservice.menu_walk import answer_turn

EXAMPLE = Path(__file__).parents[2] / "examples" / "telephone_menu.toml"
MENU = read_menu(EXAMPLE)
SMALL = """
start = "main"
language = "en"
[nodes.main]
do = "choose"
[[nodes.main.options]]
key = "1"
to = "end"
label = { en = "Lamps" }
[nodes.end]
do = "hang_up"
"""


def turn(state: str = "", *, step: int = 1, **told) -> Turn:
    return Turn(f"turn:C:{step}", "C", step if state else 0, account="line", state=state, **told)


def texts(directive: Directive) -> list[str]:
    said = []
    for step in directive.steps:
        said += [s.text for s in step.prompt if isinstance(s, Say)] if isinstance(step, Gather) else []
        said += [step.text] if isinstance(step, Say) else []
    return said


def at(state: str, **told) -> Directive:
    return answer_turn(MENU, turn(state, **told))


# --- the way through it -------------------------------------------------------------------------------------------


def test_a_call_begins_at_the_start():
    assert answer_turn(MENU, turn()).state == "welcome.es-ES.0"


def test_each_language_is_offered_in_itself():
    (gather,) = answer_turn(MENU, turn()).steps
    assert isinstance(gather, Gather)
    assert [s.language for s in gather.prompt if isinstance(s, Say)] == ["es-ES", "es-ES", "en-GB", "ar-AE"]


def test_a_language_that_was_chosen_is_spoken_from_then_on():
    directive = at("welcome.es-ES.0", digits="3")
    assert directive.language == "ar-AE"
    assert texts(directive)[0] == "اختر أو قل."
    assert texts(answer_turn(MENU, turn(directive.state, digits="1"))) == ["في أي شارع؟"]


def test_a_key_is_a_choice_by_its_words():
    chose = at("main.en-GB.0", digits="1").chose
    assert chose is not None
    assert (chose.action_id, chose.value, chose.label) == ("main", "street-lamps", "Street lamps")


@pytest.mark.parametrize("said", ["street lamps", "Er, a STREET LIGHT please!", "the lamps."])
def test_words_are_a_choice_too(said):
    chose = at("main.en-GB.0", speech=said).chose
    assert chose is not None
    assert chose.value == "street-lamps"


@pytest.mark.parametrize("said", ["streetlamps", "lampshade", "permits or street lamps", "", "…"])
def test_words_that_are_none_or_two_of_the_choices_are_asked_for_again(said):
    directive = at("main.en-GB.0", speech=said)
    assert directive.chose is None
    assert directive.state == "main.en-GB.1"


@pytest.mark.parametrize("keys", ["*", "#", "9", "11", "x", "١"])
def test_another_key_is_wrong(keys):
    directive = at("main.en-GB.0", digits=keys)
    assert texts(directive)[0] == "That is none of the choices."
    assert directive.state == "main.en-GB.1"


def test_silence_is_not_called_wrong():
    assert texts(at("main.en-GB.0"))[0] == "We heard nothing."


def test_after_so_many_tries_it_ends_or_goes_where_it_should():
    assert texts(at("main.en-GB.2", digits="9"))[-1] == "Thank you for calling. Goodbye."
    assert at("main.en-GB.2", digits="9").steps[-1] == HangUp()
    assert at("lamp.en-GB.2").state == "lamp_message.en-GB.0"


def test_a_code_must_be_whole_and_is_secret():
    (gather,) = at("main.en-GB.0", digits="2").steps
    assert isinstance(gather, Gather)
    assert (gather.count, gather.sensitive) == (4, True)
    for keys in ("12", "12345", "12*4"):
        assert at("number.en-GB.0", digits=keys).state == "number.en-GB.1"
    assert at("number.en-GB.0", digits="1234").steps[-1] == Dial(
        Handle.of("tel", "+34910000001"), ring_s=25, max_s=3600
    )


def test_a_recording_goes_on_and_none_is_asked_for_again():
    assert at("lamp_message.en-GB.0", recording_ref="https://x", recording_s=9).steps[-1] == HangUp()
    for told in ({}, {"recording_ref": "https://x", "recording_s": 0}):
        assert isinstance(at("lamp_message.en-GB.0", **told).steps[-1], Record)


def test_nobody_who_answers_is_followed_by_what_is_otherwise():
    assert isinstance(at("desk.en-GB.0", dialled="busy").steps[-1], Record)
    assert at("desk.en-GB.0", dialled="completed").steps[-1] == HangUp()


@pytest.mark.parametrize(
    "state", ["gone.en-GB.0", "main", "main..0", "main.en-GB.x", "main.en-GB.123", "..", "main.en-GB.-1"]
)
def test_a_state_of_another_menu_begins_anew(state):
    assert at(state).state == "welcome.es-ES.0"
    assert at(state, dialled="completed").steps == (HangUp(),)


def test_unsure_words_are_asked_for_again():
    menu = parse_menu(SMALL.replace('do = "hang_up"', 'do = "ask"\nconfidence = 0.5\nsay = { en = "Yes?" }'))
    assert answer_turn(menu, turn("end.en.0", speech="hm", confidence=0.2)).state == "end.en.1"
    assert answer_turn(menu, turn("end.en.0", speech="hm", confidence=0.9)).steps == (HangUp(),)


def test_a_language_without_words_falls_back_to_its_tongue_then_to_the_menus():
    menu = parse_menu(
        SMALL.replace('label = { en = "Lamps" }', 'label = { en = "Lamps", es-MX = "Focos", eu = "Argiak" }')
    )
    for language, expected in (("es-ES", "Focos: 1."), ("eu", "Argiak: 1."), ("pt", "Lamps: 1.")):
        assert texts(answer_turn(menu, turn(f"main.{language}.0")))[-1] == expected


@given(
    st.lists(
        st.fixed_dictionaries({
            "digits": st.text(KEYS, max_size=6), "speech": st.sampled_from(["", "farola", "lamps", "شيء", "x " * 500]),
            "recording_ref": st.sampled_from([None, "https://x"]),
            "dialled": st.sampled_from([None, "completed", "busy", "odd"]),
        }),
        max_size=30,
    )
)  # fmt: skip
def test_whatever_a_caller_does_every_turn_has_an_answer(turns):
    directive = answer_turn(MENU, turn())
    for step, told in enumerate(turns, 1):
        assert directive.steps
        directive = answer_turn(MENU, turn(directive.state, step=step, **told))


# --- the file ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('start = "main"', 'start = "gone"', "there is no node gone"),
        ('to = "end"', 'to = "gone"', "there is no node gone"),
        ('key = "1"', 'key = "A"', "a key is one of"),
        ('key = "1"', 'key = "*"', "without `say`"),
        ('do = "hang_up"', 'do = "dial"\nnumber = "112"', "number is no telephone number"),
        ('do = "hang_up"', 'do = "record"', "it says nothing"),
        ('do = "hang_up"', 'do = "say"\nto = "end"\nsay = { en = "x" }', "round in circles"),
        ('do = "hang_up"', 'do = "choose"', "nothing to choose"),
        ('do = "hang_up"', 'do = "dance"', "choose"),
        ('do = "hang_up"', 'do = "hang_up"\nextra = 1', "xtra"),
        ('language = "en"', 'language = "not a language"', "pattern"),
        ("[nodes.end]", "[nodes.end", "TOML"),
        ('{ en = "Lamps" }', "{ }", "no label"),
    ],
)  # fmt: skip
def test_a_menu_that_does_not_hold_together_is_refused(old, new, place):
    with pytest.raises(ConfigError) as caught:
        parse_menu(SMALL.replace(old, new))
    assert place in f"{caught.value} {caught.value.setting}"


def test_keys_of_different_lengths_cannot_be_told_apart():
    more = '[[nodes.main.options]]\nkey = "12"\nto = "end"\nlabel = { en = "x" }\n[nodes.end]'
    with pytest.raises(ConfigError, match="one length"):
        parse_menu(SMALL.replace("[nodes.end]", more))


# --- the plugin ----------------------------------------------------------------------------------------------------


def test_each_account_has_its_menu(tmp_path):
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    plugin = TelephoneMenu({"menus": {"line": str(tmp_path / "small.toml")}})
    first = plugin.omnilink_answer(turn())
    assert first is not None
    assert first.state == "main.en.0"
    assert plugin.omnilink_answer(Turn("k", "C", 0, account="other")) is None
    both = TelephoneMenu({"file": str(EXAMPLE), "menus": {"line": str(tmp_path / "small.toml")}})
    other = both.omnilink_answer(Turn("k", "C", 0, account="other"))
    assert other is not None
    assert other.state == "welcome.es-ES.0"


@pytest.mark.parametrize(
    "options", [{}, {"file": 1}, {"menus": []}, {"menus": {"a": 1}}, {"file": "x", "odd": 1}, {"file": "gone.toml"}]
)
def test_a_wrong_table_is_refused(options):
    with pytest.raises(ConfigError):
        TelephoneMenu(options)
