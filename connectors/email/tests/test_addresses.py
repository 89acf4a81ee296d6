import pytest

from omnilink_email.addresses import Mailbox, parse_addresses


@pytest.mark.parametrize(
    ("text", "address", "display"),
    [
        ("ana@example.org", "ana@example.org", None),
        ("<ana@example.org>", "ana@example.org", None),
        ("Ana Garcia <ana@example.org>", "ana@example.org", "Ana Garcia"),
        ('"Garcia, Ana" <ana@example.org>', "ana@example.org", "Garcia, Ana"),
        ('"Ana \\"the\\" G" <ana@example.org>', "ana@example.org", 'Ana "the" G'),
        ("ana@example.org (Ana Garcia)", "ana@example.org", "Ana Garcia"),
        ("ana@example.org (Ana (of \\) town) G)", "ana@example.org", "Ana (of \\) town) G"),
        ("=?utf-8?Q?Garc=C3=ADa,_Ana?= <ana@example.org>", "ana@example.org", "García, Ana"),
        ('First" M. "Last <ana@example.org>', "ana@example.org", "First M. Last"),
        ("Ana <ana (work) @ example . org>", "ana@example.org", "Ana"),
        ("<@relay.example,@b.example:ana@example.org>", "ana@example.org", None),
        ('"ana"@example.org', "ana@example.org", None),
        ('"ana garcia"@example.org', '"ana garcia"@example.org', None),
        ("ana..g.@example.org", "ana..g.@example.org", None),
        ("ana@[192.0.2.1]", "ana@[192.0.2.1]", None),
        ("ana@example.org.", "ana@example.org", None),
        ("root@localhost", "root@localhost", None),
        ("Jöhn <jöhn@exämple.org>", "jöhn@exämple.org", "Jöhn"),
        ("ana@example.org <ana@example.org>", "ana@example.org", "ana@example.org"),
        ("'ana@example.org' <ANA@example.org>", "ANA@example.org", "'ana@example.org'"),
        ('"boss@town.example" <ana@example.org>', "ana@example.org", "boss@town.example"),
        ("o'neil+tag_x@sub-1.example.org", "o'neil+tag_x@sub-1.example.org", None),
    ],
)
def test_lawful_forms_are_read(text, address, display):
    assert parse_addresses(text) == [Mailbox(address, display)]


@pytest.mark.parametrize(
    "text",
    [
        "alice@example.org)bob@evil.example",
        "alice@example.org]bob@evil.example",
        "alice@example.org(<bob@evil.example>",
        "alice@example.org <bob@evil.example>",
        "<alice@example.org>bob@evil.example",
        "<alice@example.org> <bob@evil.example>",
        "<alice@example.org",
        "alice@example.org>",
        '"alice@example.org <bob@evil.example>',
        "alice@example.org@evil.example",
        "alice@bob@evil.example",
        "alice bob@example.org",
        "=?utf-8?q?alice=40example.org?=@evil.example",
        "=?utf-8?q?alice<alice@example.org>?= <bob@evil.example>",
        '"alice@example.org"@evil.example',
        "alice@exam\u202eple.org",
        "alice\u200b@example.org",
        "alice@example.org\ufffd",
        "alice@-example.org",
        "alice@",
        "@example.org",
        "alice@example..org",
        "evil@x.example: <alice@example.org>;",
    ],
)
def test_what_two_readers_could_read_differently_is_no_address(text):
    found = parse_addresses(text)
    assert found
    assert [m.address for m in found] == [None] * len(found)
    assert any(m.is_suspect for m in found)


def test_nothing_behind_an_unclosed_quote_is_an_address():
    assert [m.address for m in parse_addresses('"Ana, bob@evil.example, <c@evil.example>')] == [None]
    assert [m.address for m in parse_addresses("a@example.org, (x, b@evil.example")] == ["a@example.org", None]


def test_lists_and_groups_give_their_members():
    text = "A <a@example.org>, friends: b@example.org, <c@example.org>;, d@example.org; e@example.org,,"
    assert [m.address for m in parse_addresses(text)] == [f"{c}@example.org" for c in "abcde"]


@pytest.mark.parametrize("text", ["", " ", ",", "<>", "undisclosed-recipients:;", "(nobody)"])
def test_nobody_is_nobody(text):
    assert parse_addresses(text) == []


def test_words_without_an_address_are_a_name():
    assert parse_addresses("Ana Garcia") == [Mailbox(None, "Ana Garcia")]


def test_an_address_in_a_guessed_charset_is_none():
    assert parse_addresses("Ana <anä@example.org>", is_certain=False) == [Mailbox(None, "Ana", is_suspect=True)]
    assert parse_addresses("Anä <ana@example.org>", is_certain=False) == [Mailbox("ana@example.org", "Anä")]


@pytest.mark.parametrize(
    "text",
    ["a.b+c@x.example", "<a@x.example>", "Ana G. <a@x.example>", '"G, A" <a@x.example>', "=?utf-8?q?a?= <a@x.example>"],
)
def test_the_usual_form_is_read_as_the_grammar_reads_it(text):
    # A second entry sends the first through the grammar instead of the short cut.
    assert parse_addresses(f"{text}, z@x.example")[0] == parse_addresses(text)[0]
