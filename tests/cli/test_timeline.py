"""`omnilink timeline` and `conversation`: readable, complete, and harmless whatever citizens write."""

import pytest

from omnilink.model import TimelinePage

ATTACK = "\x1b]0;owned\x07\x1b[2J\x9b31mred\u202egpj.exe\x00"


def test_history_is_newest_first_day_by_day(town):
    town("link", "add", "ana@example.org", "+34600111222", "--by", "clerk")
    lines = town("timeline", "ana@example.org").stdout.splitlines()
    assert lines[0] == "Ana"
    assert "  mailto:ana@example.org" in lines
    assert "  tel:+34600111222" in lines
    text = "\n".join(lines)
    assert "Tuesday 4 November 2025" in text
    assert text.index("Any news?") < text.index("It is broken")
    assert "Streetlight" in text
    assert "→ us" in text
    assert "[image] lamp.png, 2 kB" in text
    assert "why:" not in text


def test_why_names_the_reason_and_the_links(town):
    made = town.json("link", "add", "ana@example.org", "+34600111222", "--by", "clerk")
    text = town("timeline", "ana@example.org", "--why").stdout
    assert "why: wrote it; by this handle" in text
    assert f"link {made['id']}" in text


def test_who_wrote_and_whom_it_is_about_stand_on_both_pages(town, message):
    told = message(
        30, "mailto:bo@example.org", text="For her", name="Bo Li", concerns=[("mailto:ana@example.org", "Ana")]
    )
    town.receive(told, name="told.json")
    assert "(about them, written by Bo Li)" in town("timeline", "ana@example.org").stdout
    assert "(about Ana)" in town("timeline", "bo@example.org").stdout
    assert town.json("timeline", "bo@example.org")["items"][0]["acted"] == "about Ana"


def test_json_is_a_timeline_page(town):
    page = TimelinePage.model_validate(town.json("timeline", "ana@example.org"))
    assert [item.current_subject for item in page.items] == ["Streetlight"]


def test_pages_continue_where_the_one_before_ended(cli, message):
    cli.receive(*(message(n, "mailto:ana@example.org", text=f"text {n}") for n in range(5)))
    seen, before = [], []
    while True:
        page = cli.json("timeline", "ana@example.org", "--limit", "2", *before)
        seen += [item["interaction"]["parts"][0]["text"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        before = ["--before", page["next_cursor"]]
    assert seen == [f"text {n}" for n in reversed(range(5))]
    assert "older: --before " in cli("timeline", "ana@example.org", "--limit", "2").stdout


@pytest.mark.parametrize("cursor", ["x", "1", "99999999999999999999999.x", "\x1b[2J"])
def test_bad_cursor_is_told(town, cursor):
    for command in (["timeline", "ana@example.org"], ["conversations"]):
        assert town.json(*command, "--before", cursor, code=2)["error"]["type"] == "BadInput"
        assert "error:" in town(*command, "--before", cursor, code=2).stderr


@pytest.mark.parametrize("command", ["timeline", "contact"])
def test_unknown_and_impossible_handles_are_told_apart(town, command):
    assert town.json(command, "nobody@example.org", code=2)["error"]["type"] == "NotFound"
    assert town.json(command, "no handle", code=2)["error"]["type"] == "BadHandle"
    assert "hint: " in town(command, "nobody@example.org", code=2).stderr


@pytest.mark.parametrize("command", ["timeline", "contact"])
def test_shared_telephone_asks_for_a_name(town, command):
    error = town.json(command, "+34600111333", code=2)["error"]
    assert error["type"] == "Ambiguous"
    assert len(error["choices"]) == 2
    for choice in error["choices"]:
        assert choice in town(command, choice).stdout
    assert "Bo" in town(command, "+34600111333", "--name", "Bo").stdout
    assert town.json(command, "+34600111333", "--name", "Di", code=2)["error"]["type"] == "NotFound"


def test_what_became_of_a_message_is_shown(cli, message):
    ana = "mailto:ana@example.org"
    cli.receive(
        message(1, ana, text="frist"),
        message(2, ana, type="edit", about="1", text="first"),
        message(3, ana, type="reaction", about="1", text="👍"),
        message(4, ana, type="delete", about="1"),
    )
    text = cli("timeline", ana).stdout
    assert "first" in text
    assert "frist" not in text
    assert "edited · deleted by its sender · 👍 1" in text
    thread = cli.json("conversations")["conversations"][0]["id"]
    assert "edited · deleted by its sender · 👍 1" in cli("conversation", thread).stdout
    items = cli.json("conversation", thread)["items"]
    assert [revision["action"] for revision in items[0]["revisions"]] == ["edit", "react", "delete"]


def test_long_texts_are_shortened_and_html_loses_its_tags(cli, message):
    ana = "mailto:ana@example.org"
    cli.receive(
        message(1, ana, text="\n".join(f"line {n}" for n in range(10))),
        message(2, ana, text="<p>Dear <b>town</b></p><script>bad()</script>", format="html"),
    )
    text = cli("timeline", ana).stdout
    assert "line 3\n" in text
    assert "line 4\n" not in text
    assert "… 6 more lines" in text
    assert "Dear town" in text
    assert "bad()" not in text


def test_nothing_a_citizen_writes_steers_the_terminal(cli, message):
    ana = "mailto:ana@example.org"
    cli.receive(message(1, ana, name=ATTACK, subject=ATTACK, text=ATTACK, file=ATTACK))
    thread = cli.json("conversations")["conversations"][0]["id"]
    for command in (
        ["timeline", ana, "--why"],
        ["contact", ana],
        ["contacts"],
        ["conversations"],
        ["conversation", thread],
    ):
        for options in ([], ["--json"]):
            output = cli(*command, *options).output
            assert not {c for c in output if c != "\n" and (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0)}
            assert not {"\u202e", "\u202d"} & set(output)


def test_wide_and_right_to_left_text_fits(cli, message):
    ana = "mailto:ana@example.org"
    words = "東京都の街灯が壊れています。" * 20 + " " + "شارع " * 40 + "👩‍👩‍👧 " * 40
    cli.receive(message(1, ana, subject=words, text=words, name=words))
    assert "東京都" in cli("timeline", ana).stdout


def test_conversations_are_listed_and_opened(town):
    document = town.json("conversations")
    assert len(document["conversations"]) == 3
    assert document["next_cursor"] is None
    page = town.json("conversations", "--limit", "1")
    rest = town.json("conversations", "--before", page["next_cursor"])
    assert [c["id"] for c in page["conversations"] + rest["conversations"]] == [
        c["id"] for c in document["conversations"]
    ]
    text = town("conversation", document["conversations"][0]["id"]).stdout
    assert text.index("Hello") < text.index("Hello too")
    assert "Bo <tel:+34600111333>" in text
    assert town.json("conversation", "nothing", code=2)["error"]["type"] == "NotFound"
    assert "(no subject)" in town("conversations").stdout
