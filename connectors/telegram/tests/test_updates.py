"""Updates other than messages."""

import pytest

from omnilink.model import ChoiceMade, Choices, Ignored, Location, MessageDeleted, OptOutReceived, ReactionChanged, Text

QUIET = [
    "chat_member", "chat_join_request", "business_connection", "poll", "chat_boost", "removed_chat_boost",
    "shipping_query", "pre_checkout_query", "purchased_paid_media", "managed_bot", "later_update",
    "bot_removed_from_group",
]  # fmt: skip


@pytest.mark.parametrize("name", QUIET)
def test_what_nobody_said_is_ignored(parse, update_of, name):
    (event,) = parse(update_of(name))
    assert isinstance(event, Ignored)
    assert event.what == "system"
    assert event.refs.event_id == str(update_of(name)["update_id"])


def test_a_quiet_update_still_says_who_where_and_when(event_of):
    event = event_of("chat_join_request")
    assert (event.refs.conversation_id, event.refs.sender_id) == ("-1001234", "42")
    assert event.occurred_at.timestamp() == 1700000902


def test_a_reaction_is_the_difference_of_old_and_new(event_of):
    event = event_of("reaction")
    assert isinstance(event, ReactionChanged)
    assert (event.added, event.removed) == (("❤", "5368", "paid"), ("👍",))
    assert event.target_key == "telegram:-1001234/31"
    assert event.actor.handle.key == "telegram:42"
    assert (event.refs.target_message_id, event.refs.message_id) == ("31", None)


def test_a_reaction_that_stays_is_neither_new_nor_gone(parse, update_of):
    update = update_of("reaction")
    stays = {"type": "emoji", "emoji": "🔥"}
    for field in ("old_reaction", "new_reaction"):
        update["message_reaction"][field].insert(0, stays)
    (event,) = parse(update)
    assert (event.added, event.removed) == (("❤", "5368", "paid"), ("👍",))


def test_a_reaction_taken_back_by_a_chat_names_the_chat(event_of):
    event = event_of("reaction_removed")
    assert (event.added, event.removed) == ((), ("👍",))
    assert event.actor.handle.key == "telegram:-1009999"


def test_anonymous_reactions_replace_those_before(parse, update_of):
    first, second = parse(update_of("reaction_count"))
    assert (first.added, first.removed, second.added) == ((), (), ("👍",))
    assert first.actor.handle == second.actor.handle
    assert first.event_key < second.event_key


def test_each_deleted_message_of_a_business_chat_is_a_deletion(parse, update_of, event_of):
    events = parse(update_of("deleted_business_messages"))
    assert all(isinstance(event, MessageDeleted) for event in events)
    assert events[0].target_key == event_of("business_message").message_key
    assert len({event.event_key for event in events}) == 2


def test_one_bad_id_does_not_lose_its_neighbours(parse, update_of):
    update = update_of("deleted_business_messages")
    update["deleted_business_messages"]["message_ids"] = [1, None, {"x": 1}, 2, 1]
    assert [event.type for event in parse(update)] == ["message_deleted", "unparsed", "message_deleted"]


def test_a_pressed_button_gives_its_data_and_its_words(event_of):
    event = event_of("callback_query")
    assert isinstance(event, ChoiceMade)
    assert event.parts == (Choices(value="lamp:right", label="Right lamp"),)
    assert (event.message_key, event.reply_to_key) == ("telegram:callback/4382", "telegram:77/42/500")
    assert event.conversation_keys == event_of("text").conversation_keys
    assert event.occurred_at is None  # the message's time is not the button's
    assert event.participants[0].handle.key == "telegram:42"


def test_a_button_under_a_message_out_of_reach_is_a_choice(event_of):
    event = event_of("callback_inaccessible")
    assert event.parts == (Choices(value="lamp:left"),)
    assert event.refs.conversation_id == "42"


def test_a_button_without_a_message_belongs_to_its_chat_instance(event_of):
    event = event_of("callback_inline")
    assert event.conversation_keys == ("telegram:77/chat_instance/-779",)
    assert event.refs.conversation_id is None


def test_a_game_s_button_gives_the_game(event_of):
    assert event_of("callback_game").parts == (Choices(value="lampgame"),)


def test_inline_queries_and_their_results_are_choices(event_of):
    query, chosen = event_of("inline_query"), event_of("chosen_inline_result")
    assert query.parts == (Text(text="lamp oak"), Location(latitude=40.4, longitude=-3.7))
    assert chosen.parts == (Text(text="lamp oak"), Choices(value="r1"))
    assert query.conversation_keys == chosen.conversation_keys


def test_a_vote_is_a_choice_by_the_option_s_lasting_id(event_of):
    event = event_of("poll_answer")
    assert event.parts[0] == Choices(action_id="9", value="b")
    assert event.refs.sender_id == "42"


def test_a_vote_taken_back_says_so(event_of):
    event = event_of("poll_answer_retracted")
    assert [part.type for part in event.parts] == ["choices", "native"]
    assert event.parts[0].value is None
    assert event.participants[0].handle.key == "telegram:-1009999"


def test_blocking_the_bot_is_an_opt_out_from_this_bot(parse, update_of):
    noted, opted = parse(update_of("blocked"))
    assert isinstance(noted, Ignored)
    assert isinstance(opted, OptOutReceived)
    assert (opted.handle.key, opted.sender.key, opted.opted_in) == ("telegram:42", "telegram:77", False)
    assert opted.occurred_at.timestamp() == 1700000700


def test_unblocking_it_is_an_opt_in(parse, update_of):
    _, opted = parse(update_of("unblocked"))
    assert opted.opted_in


def test_a_first_start_is_no_opt_in(parse, update_of):
    update = update_of("unblocked")
    update["my_chat_member"]["old_chat_member"]["status"] = "left"
    assert [event.type for event in parse(update)] == ["ignored"]


def test_an_answer_of_get_updates_gives_each_update_s_events(parse, update_of):
    updates = [update_of("text"), {"update_id": 7, "message": None}, "nonsense", update_of("reaction")]
    for body in ({"ok": True, "result": updates}, updates):
        assert [e.type for e in parse(body)] == ["message_received", "ignored", "unparsed", "reaction_changed"]
