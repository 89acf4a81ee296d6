"""Messages: what somebody said, where, and to whom."""

import pytest

from omnilink.model import (
    Attestation,
    Authenticity,
    ContactCard,
    ConversationKind,
    Direction,
    HandleLearned,
    Ignored,
    InteractionKind,
    Location,
    Media,
    MessageEdited,
    MessageReceived,
    Native,
    Role,
    Text,
    Unparsed,
)
from omnilink.plugin import ConnectorSettings
from omnilink_telegram.connector import TelegramConnector

MESSAGES = [
    "text", "command", "text_link", "photo", "animation", "audio", "voice", "video", "video_note", "document",
    "sticker", "live_photo", "paid_media", "location", "venue", "contact_own", "contact_other", "dice", "poll_sent",
    "checklist", "game", "story", "invoice", "giveaway", "rich", "unknown_content", "empty_message", "reply",
    "forward", "external_reply", "group_text", "small_group_text", "thread_reply", "topic", "topic_reply",
    "channel_direct", "anonymous_admin", "other_bot", "own_person", "own_bot", "guest_message", "channel_post",
    "business_message", "business_owner", "business_bot", "away", "later_message",
]  # fmt: skip
FILES = {
    "photo": "image", "animation": "video", "audio": "audio", "voice": "voice", "video": "video",
    "video_note": "video", "document": "document", "sticker": "sticker", "live_photo": "image",
}  # fmt: skip
DATA = ["dice", "checklist", "game", "story", "invoice", "giveaway", "paid_media", "live_photo"]


@pytest.mark.parametrize("name", MESSAGES)
def test_somebody_s_words_are_a_message(event_of, name):
    assert isinstance(event_of(name), MessageReceived)


def test_every_service_message_is_ignored_and_still_says_who_and_where(event_of, each_update):
    if each_update.startswith("notice_"):
        event = event_of(each_update)
        assert isinstance(event, Ignored)
        assert event.what == "system"
        assert (event.refs.conversation_id, event.refs.sender_id) == ("-1001234", "42")
        assert event.refs.message_id is not None
        assert event.occurred_at is not None


def test_ids_are_copied_verbatim(event_of):
    event = event_of("topic_reply")
    refs = event.refs
    assert (refs.conversation_id, refs.thread_id, refs.reply_to, refs.sender_id) == ("-1005678", "33", "34", "42")
    assert refs.event_id == event.event_key.removeprefix("update:")
    assert event.reply_to_key == "telegram:-1005678/34"


def test_the_author_has_a_handle_and_the_name_the_account_shows(event_of):
    author, bot = event_of("text").participants
    assert (author.role, author.handle.key, author.handle.display) == (Role.AUTHOR, "telegram:42", "Ana García")
    assert (author.stated("display_name"), author.stated("username")) == ("Ana García", "anagarcia")
    assert author.attestation is Attestation.SIGNATURE
    assert (bot.role, bot.handle.key, bot.own) == (Role.TO, "telegram:77", True)


def test_an_unverified_envelope_vouches_for_nobody(parse, update_of):
    (event,) = parse(update_of("text"), Authenticity.IMPORTED)
    assert event.participants[0].attestation is Attestation.NONE


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_a_file_is_one_media_part_named_by_its_file_id(event_of, name, kind):
    (media,) = [part for part in event_of(name).parts if isinstance(part, Media)]
    assert media.kind == kind
    assert media.ref.startswith("F")


def test_of_a_photo_the_largest_size_counts_and_its_caption_stays_with_it(event_of):
    (photo,) = event_of("photo").parts
    assert (photo.ref, photo.size, photo.caption) == ("Flarge", 80000, "The lamp")


@pytest.mark.parametrize("name", DATA)
def test_content_only_telegram_has_is_kept_as_data(event_of, name):
    assert name in [part.name for part in event_of(name).parts if isinstance(part, Native)]


def test_a_caption_without_a_file_is_text(event_of):
    assert event_of("paid_media").parts[0] == Text(text="Pay")


def test_a_sticker_keeps_the_emoji_it_stands_for(event_of):
    assert event_of("sticker").parts[1].data == {"emoji": "💡", "set_name": "lamps"}


def test_a_venue_is_one_place_with_its_name(event_of):
    assert event_of("venue").parts == (Location(latitude=40.4, longitude=-3.7, name="Town hall", address="Oak Road 1"),)


def test_a_place_that_cannot_be_one_is_kept_as_data(parse, update_of):
    update = update_of("location")
    update["message"]["location"]["latitude"] = 400
    (event,) = parse(update)
    assert event.parts[0].name == "location"


def test_a_link_behind_words_is_kept(event_of):
    text, entities = event_of("text_link").parts
    assert text.text == "see here"
    assert [entity["url"] for entity in entities.data["entities"]] == ["https://example.org/lamp"]


def test_the_words_of_a_rich_message_are_text_one_block_a_line(event_of):
    assert event_of("rich").parts[0].text == "Lamp\nIt is broken.\n1\n Oak Road"


def test_a_field_this_version_does_not_know_is_kept(event_of):
    (unknown,) = event_of("unknown_content").parts
    assert unknown.data == {"hologram": {"file_id": "H", "words": "hello"}}


def test_where_words_come_from_is_kept(event_of):
    assert [part.name for part in event_of("forward").parts[1:]] == ["forward_origin"]
    assert [part.name for part in event_of("external_reply").parts[1:]] == ["external_reply"]
    assert [part.name for part in event_of("reply").parts[1:]] == ["quote"]


def test_sharing_one_s_own_contact_ties_the_number_to_the_account(parse, update_of):
    message, learned = parse(update_of("contact_own"))
    assert isinstance(learned, HandleLearned)
    assert [handle.key for handle in learned.handles] == ["telegram:42", "tel:+34600111222"]
    assert message.parts[0] == ContactCard(name="Ana", phones=("34600111222",))
    assert learned.event_key != message.event_key


def test_telegram_vouches_for_what_we_fetch_from_it(parse, update_of):
    for authenticity, vouched in (("verified", "signature"), ("polled", "signature"), ("imported", "none")):
        (message, *_) = parse(update_of("text"), Authenticity(authenticity))
        assert message.participants[0].attestation == vouched


def test_a_polled_update_ties_the_number_too_and_a_file_does_not(parse, update_of):
    assert len(parse(update_of("contact_own"), Authenticity.POLLED)) == 2
    assert len(parse(update_of("contact_own"), Authenticity.IMPORTED)) == 1
    assert len(parse(update_of("contact_own"), Authenticity.UNSIGNED)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"contact": {"phone_number": "34600111222", "first_name": "Ana"}},
        {"contact": {"phone_number": "34600111222", "first_name": "Ana", "user_id": 43}},
        {"contact": {"phone_number": "9" * 50, "first_name": "Ana", "user_id": 42}},
        {"forward_origin": {"type": "user", "date": 1}},
        {"forward_date": 1},
        {"via_bot": {"id": 9, "is_bot": True, "first_name": "B"}},
        {"sender_chat": {"id": -1, "type": "channel", "title": "C"}},
        {"chat": {"id": -1001234, "type": "supergroup"}},
        {"chat": {"id": 43, "type": "private"}},
        {"from": {"id": 42, "is_bot": True, "first_name": "B"}},
    ],
)
def test_a_card_that_is_not_plainly_the_sender_s_own_ties_nothing(parse, update_of, change):
    update = update_of("contact_own")
    update["message"].update(change)
    assert not any(isinstance(event, HandleLearned) for event in parse(update))


def test_message_ids_of_private_chats_and_small_groups_count_per_bot(event_of):
    assert event_of("text").message_key == "telegram:77/42/1"
    assert event_of("small_group_text").message_key.startswith("telegram:77/-900/")


def test_message_ids_of_supergroups_and_channels_count_once(event_of):
    assert event_of("group_text").message_key.startswith("telegram:-1001234/")
    assert event_of("channel_post").message_key.startswith("telegram:-1009999/")


def test_without_a_bot_id_the_account_s_name_keeps_two_bots_apart(parse, update_of):
    for account in ("one", "two"):
        (event,) = parse(update_of("text"), by=TelegramConnector(ConnectorSettings(account=account)))
        assert event.message_key == f"telegram:{account}/42/1"
        assert [p.role for p in event.participants] == [Role.AUTHOR]


def test_a_business_chat_is_apart_from_the_bot_s_own_chat_with_the_same_person(event_of):
    ours, business = event_of("text"), event_of("business_message")
    assert not set(ours.conversation_keys) & set(business.conversation_keys)
    assert business.message_key.startswith("telegram:77/business/bc1/42/")


def test_a_chat_is_one_conversation_and_a_topic_one_of_its_own(event_of):
    assert event_of("group_text").conversation_keys == event_of("thread_reply").conversation_keys
    assert event_of("topic").conversation_keys == ("telegram:-1005678/topic/33",)
    assert event_of("channel_direct").conversation_keys == ("telegram:-1008888/topic/4200",)


def test_conversations_have_the_shape_of_their_chat(event_of):
    kinds = {
        name: event_of(name).conversation_kind for name in ("text", "group_text", "channel_post", "channel_direct")
    }
    assert list(kinds.values()) == [
        ConversationKind.DM, ConversationKind.GROUP, ConversationKind.PUBLIC, ConversationKind.DM,
    ]  # fmt: skip


def test_the_first_message_of_a_topic_answers_nothing(event_of):
    event = event_of("topic")
    assert (event.refs.reply_to, event.reply_to_key) == (None, None)
    assert event.refs.thread_id == "33"


def test_a_channel_post_is_a_post_of_the_channel(event_of):
    event = event_of("channel_post")
    assert event.kind is InteractionKind.POST
    assert event.participants[0].handle.key == "telegram:-1009999"
    assert event.direction is Direction.OUTBOUND  # the channel is ours


def test_an_anonymous_administrator_speaks_as_the_group_and_is_no_machine(event_of):
    event = event_of("anonymous_admin")
    assert event.participants[0].handle.key == "telegram:-1001234"
    assert event.automated is None
    assert event.refs.sender_id == "1087968824"


@pytest.mark.parametrize(
    ("name", "direction", "automated"),
    [
        ("text", Direction.INBOUND, None),
        ("other_bot", Direction.INBOUND, "bot"),
        ("own_person", Direction.OUTBOUND, None),
        ("own_bot", Direction.ECHO, "bot"),
        ("business_message", Direction.INBOUND, None),
        ("business_owner", Direction.OUTBOUND, None),
        ("business_bot", Direction.ECHO, "bot"),
        ("away", Direction.OUTBOUND, "auto-replied"),
    ],
)
def test_who_speaks_to_whom(event_of, name, direction, automated):
    event = event_of(name)
    assert (event.direction, event.automated) == (direction, automated)


def test_what_a_business_says_goes_to_the_customer(event_of):
    owner, customer = event_of("business_owner").participants
    assert (owner.own, owner.handle.key) == (True, "telegram:66")
    assert (customer.role, customer.own, customer.handle.key) == (Role.TO, False, "telegram:42")


@pytest.mark.parametrize(
    ("name", "earlier", "text"),
    [
        ("edited_message", "text", "My street lamp is broken since Monday"),
        ("edited_channel_post", "channel_post", "Road open"),
        ("edited_business_message", "business_message", "Hello"),
    ],
)
def test_an_edit_names_its_message_and_carries_the_new_text(event_of, name, earlier, text):
    event = event_of(name)
    assert isinstance(event, MessageEdited)
    assert event.target_key == event_of(earlier).message_key
    assert (event.refs.message_id, event.refs.target_message_id) == (None, event_of(earlier).refs.message_id)
    assert event.parts[0].text == text
    assert event.occurred_at.timestamp() >= 1700000500


def test_an_edit_without_its_own_time_has_that_of_the_message(parse, update_of):
    update = update_of("edited_message")
    del update["edited_message"]["edit_date"]
    assert parse(update)[0].occurred_at.timestamp() == 1700000001


@pytest.mark.parametrize("missing", ["message_id", "chat"])
def test_a_message_without_its_id_or_chat_waits_in_quarantine(parse, update_of, missing):
    update = update_of("text")
    del update["message"][missing]
    assert isinstance(parse(update)[0], Unparsed)
