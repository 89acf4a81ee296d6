"""Interactivity and slash commands."""

import json
from urllib.parse import quote, urlencode

import pytest

from omnilink.model import ChoiceMade, Choices, ConversationKind, FormAnswers, Media, MessageReceived, Native, Text

INTERACTIONS = [
    "button", "menu_in_direct_message", "pickers", "interactive_message", "message_action", "shortcut",
    "view_submission", "view_closed", "dialog_submission", "org_wide_button",
]  # fmt: skip


@pytest.mark.parametrize("name", INTERACTIONS)
def test_every_interaction_is_a_choice_of_its_user(event_of, name):
    event = event_of(name)
    assert isinstance(event, ChoiceMade)
    assert event.refs.sender_id == "U0ANA"
    assert event.participants[0].handle.key == "slack:T0TOWN/U0ANA"
    assert event.participants[0].stated("display_name") == "ana.garcia"
    assert event.parts


def test_a_button_tells_its_control_its_value_and_the_message_it_was_on(event_of):
    event = event_of("button")
    assert event.parts == (Choices(action_id="approve", value="case-7", label="Approve"),)
    assert event.reply_to_key == event_of("echo").message_key
    assert event.refs.conversation_id == "C0HELP"
    assert event.occurred_at.isoformat() == "2023-11-14T22:14:10.000600+00:00"


def test_several_options_are_several_choices_and_the_fields_beside_are_kept(event_of):
    event = event_of("menu_in_direct_message")
    assert event.parts == (
        Choices(action_id="topics", value="lamp", label="Lamps"),
        Choices(action_id="topics", value="road", label="Roads"),
        FormAnswers(answers={"topics": "lamp, road"}),
    )
    assert event.conversation_kind is ConversationKind.DM


def test_every_kind_of_picker_gives_its_value(event_of):
    values = {part.action_id: part.value for part in event_of("pickers").parts}
    assert values == {"day": "2023-11-14", "moment": "1700000000", "who": "U0ANA, U0LUIS", "more": "close"}


def test_a_legacy_button_is_named_by_its_name(event_of):
    assert event_of("interactive_message").parts == (Choices(action_id="game", value="maze"),)


def test_shortcuts_are_named_by_their_callback(event_of):
    assert event_of("shortcut").parts == (Choices(action_id="new_case"),)
    action = event_of("message_action")
    assert action.parts == (Choices(action_id="make_case"),)
    assert action.reply_to_key == event_of("message").message_key


def test_a_form_gives_its_answers_by_field_and_its_files(event_of):
    form, file = event_of("view_submission").parts
    assert form == FormAnswers(
        form="report",
        answers={
            "what.text": "The lamp",  # two blocks have a field of this name
            "where.text": "Oak Road",
            "category": "lamp",
            "story": "Dark :cry:<@U0LUIS>\nvery",
            "files": "proof.pdf",
        },
    )
    assert isinstance(file, Media)
    assert file.filename == "proof.pdf"


def test_a_dialog_gives_its_answers_without_the_empty_ones(event_of):
    (form,) = event_of("dialog_submission").parts
    assert form == FormAnswers(form="trip", answers={"from": "Oak Road", "to": "Town hall"})


def test_a_command_is_a_message_whose_text_leaves_out_the_command_word(event_of):
    event = event_of("command")
    assert isinstance(event, MessageReceived)
    assert event.parts == (
        Native(name="slash_command", data={"command": "/report"}),
        Text(text="lamp & road + more", format="slack_mrkdwn"),
    )
    assert (event.refs.conversation_id, event.refs.sender_id) == ("C0HELP", "U0ANA")
    assert event.occurred_at is None


def test_a_command_without_words_is_kept(event_of):
    assert [part.type for part in event_of("command_without_text").parts] == ["native"]


@pytest.mark.parametrize("name", INTERACTIONS)
def test_an_interaction_reads_alike_in_every_form_it_may_come_in(parse, payload_of, name):
    text = json.dumps(payload_of(name), ensure_ascii=False)
    forms = [
        text.encode(),
        urlencode({"payload": text}).encode(),
        quote(urlencode({"payload": text})).encode(),  # the whole body percent-encoded once more
        b"payload=" + text.encode(),
    ]
    readings = [parse(form) for form in forms]
    assert all(reading == readings[0] for reading in readings)


def test_a_command_reads_alike_when_percent_encoded_once_more(parse, body_of):
    body = body_of("command")
    assert parse(quote(body).encode()) == parse(body)
