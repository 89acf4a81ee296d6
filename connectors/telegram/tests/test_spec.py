"""The vendor's description of the Bot API: nothing in it is unknown here."""

import json

from omnilink_telegram.inbound import MESSAGES, NOTICES
from omnilink_telegram.messages import KNOWN

READ_OTHERWISE = {
    "callback_query", "inline_query", "chosen_inline_result", "poll_answer", "message_reaction",
    "message_reaction_count", "deleted_business_messages", "my_chat_member", "update_id",
}  # fmt: skip


def fields_of(shared, name):
    types = json.loads((shared / "specs" / "telegram" / "api.json").read_text(encoding="utf-8"))["types"]
    return {field["name"] for field in types[name]["fields"]}


def test_every_kind_of_update_has_a_reader(shared):
    assert fields_of(shared, "Update") <= {*MESSAGES, *NOTICES, *READ_OTHERWISE}


def test_every_field_of_a_message_is_content_a_notice_or_about_it(shared):
    assert fields_of(shared, "Message") <= KNOWN
