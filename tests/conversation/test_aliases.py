"""Provider ids: an answer that cites the provider's id finds our mail."""

import pytest

from omnilink.conversation.aliases import original_ids, own_references, provider_ids, providers
from omnilink.conversation.mail_record import Mail
from omnilink.conversation.mail_threads import MailConversations
from omnilink.errors import BadInput


def test_amazon_ses_ids_get_their_region():
    ids = provider_ids("ses", "<0102-abc-000000>", host="email-smtp.eu-west-1.amazonaws.com")
    assert ids == ("0102-abc-000000@eu-west-1.amazonses.com", "0102-abc-000000@email.amazonses.com")
    assert provider_ids("ses", "0102-abc-000000") == ("0102-abc-000000@email.amazonses.com",)


def test_a_whole_id_is_taken_as_it_is():
    for provider in providers():
        assert provider_ids(provider, "<x@y.example>") == ("x@y.example",)


@pytest.mark.parametrize("returned", ["", " ", "<>", "a b", 'a"b', "x" * 2000])
def test_what_is_no_id_is_refused(returned):
    with pytest.raises(BadInput):
        provider_ids("ses", returned)


def test_an_unknown_provider_is_refused_with_the_known_ones():
    with pytest.raises(BadInput, match="ses"):
        provider_ids("pigeon", "1")


def test_former_ids_in_headers_are_the_same_mails():
    headers = {"x-microsoft-original-message-id": ["<a@b>"], "x-google-original-message-id": ["<a@b>", "<c@d>"]}
    assert original_ids(headers) == ("a@b", "c@d")
    assert original_ids({"x-original-message-id": ["no id", "<>"]}) == ()


def test_our_own_id_in_references_survives_a_replaced_message_id():
    sent = own_references("ours@city.example", ["question@x.example"])
    conversations = MailConversations()
    conversations.add(Mail("question", ("question@x.example",)))
    conversations.add(Mail("sent", ("replaced@provider.example",), (), sent))
    conversations.add(Mail("answer", ("a@x.example",), ("ours@city.example",), ()))
    assert len({conversations.conversation(n) for n in range(3)}) == 1
