"""`omnilink conversations show`, `split` and `undo`."""

import json

import pytest

WORDS = ("Street lamp", "Street lamp", "\x1b[31mBins")


@pytest.fixture
def thread(cli, message):
    """Three messages of one thread."""
    cli.receive(*(message(n, "tel:+34600111222", name="Ana", thread="t", subject=s) for n, s in enumerate(WORDS, 1)))
    return cli


def only_thread(cli) -> str:
    (found,) = cli.json("conversations")["conversations"]
    return found["id"]


def test_a_conversation_is_shown_with_reasons_split_and_put_together_again(thread):
    whole = only_thread(thread)
    page = thread.json("conversations", "show", whole)
    assert [item["because"] for item in page["items"]] == ["begins", "same-thread", "same-thread"]
    third = page["items"][2]["interaction"]
    made = thread.json("conversations", "split", third, "--by", "eva", "--reason", "bins")
    assert (made["split"]["by"], made["split"]["messages"], made["conversation"]["interactions"]) == ("eva", [third], 1)
    assert len(thread.json("conversations")["conversations"]) == 2
    text = thread("conversations", "show", whole).stdout
    assert f"split {made['split']['id']}" in text
    assert "by eva: bins" in text
    assert f"apart from {made['conversation']['id']}" in text
    text = thread("conversations", "show", made["conversation"]["id"]).stdout
    assert "was made to begin it by split" in text
    assert "\x1b" not in text
    undone = thread.json("conversations", "undo", made["split"]["id"], "--by", "max")
    assert undone["split"]["undone"]["by"] == "max"
    assert undone["conversation"]["id"] == only_thread(thread) == whole
    assert "undone by max" in thread("conversations", "show", whole).stdout
    assert (
        thread.json("conversation", made["conversation"]["id"])["items"] == thread.json("conversation", whole)["items"]
    )


def test_every_error_says_what_to_do(thread):
    first = thread.json("conversations", "show", only_thread(thread))["items"][0]["interaction"]
    for command, kind in (
        (["split", first, "--by", " "], "BadInput"), (["split", "nothing", "--by", "eva"], "NotFound"),
        (["undo", "nothing", "--by", "eva"], "NotFound"), (["show", "nothing"], "NotFound"),
    ):  # fmt: skip
        error = thread.json("conversations", *command, code=2)["error"]
        assert error["type"] == kind
    # The only message of a thread.
    alone = json.loads(thread("conversations", "split", first, "--by", "eva", "--json").output)["split"]["id"]
    error = thread.json("conversations", "split", first, "--by", "eva", code=2)["error"]
    assert (error["type"], bool(error["hint"])) == ("BadInput", True)
    thread("conversations", "undo", alone, "--by", "eva")
    assert thread.json("conversations", "undo", alone, "--by", "eva", code=2)["error"]["type"] == "BadInput"
    assert "--by" in thread("conversations", "split", first, code=2).output
    assert "MESSAGE" in thread("conversations", "split", "--by", "eva", code=2).output


def test_without_a_word_and_with_list_it_is_the_same(thread):
    assert thread.json("conversations") == thread.json("conversations", "list")
    assert thread("conversations", "--limit", "1").stdout == thread("conversations", "list", "--limit", "1").stdout
