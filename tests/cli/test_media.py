"""`omnilink media`: each file, where it is, and out of the database by a name of one's own."""

import pytest
from tests.cli.conftest import FakeConnector

from omnilink.errors import FetchRefused

ANA = "tel:+34600111222"
CONFIGURATION = '[accounts.fake]\nconnector = "fake"\ntoken = "env:FAKE_TOKEN"\n'


@pytest.fixture
def told(cli, message):
    """A message with a file that nobody can fetch, of an account in the configuration."""
    (cli.folder / "omnilink.toml").write_text(CONFIGURATION)
    cli.receive(message(1, ANA, text="Look", file="../\x1b[2J\u202egnp.exe", ref="https://a.example/1"))
    return cli


def test_file_of_a_message_is_listed_and_its_address_is_not_shown(told):
    (item,) = told.json("media", "list")
    assert (item["state"], item["ref"], item["attempts"]) == ("pending", "https://a.example/1", 0)
    assert "address" not in item
    assert "pending" in told("media", "list").stdout
    assert told.json("media", "list", "--state", "fetched") == []
    assert told("media", "list", "--state", "fetched").stdout == "nothing\n"
    assert [row["id"] for row in told.json("media", "list", "--of", item["interaction"])] == [item["id"]]


def test_file_that_cannot_be_had_says_why_and_can_be_tried_again(told, monkeypatch):
    monkeypatch.setenv("FAKE_TOKEN", "a token for tests")
    assert told.json("media", "fetch") == {"refused": 1}  # nobody says where it is

    class Finds(FakeConnector):
        def find_media(self, ref, told, secrets):
            raise FetchRefused("gone", reason="gone")

    told.connector = Finds
    (item,) = told.json("media", "list")
    assert item["reason"] == "no-way"
    assert told.json("media", "retry", item["id"])[0]["state"] == "pending"
    assert told("media", "fetch", item["id"]).stdout == "1 expired\n"
    assert "expired gone" in told("timeline", ANA).stdout
    told("media", "export", item["id"], "out.png", code=2)
    assert not (told.folder / "out.png").exists()


def test_file_in_its_envelope_is_exported_under_a_name_of_ones_own_and_overwrites_nothing(cli, message):
    class Holds(FakeConnector):
        def read_media(self, envelope, ref):
            return b"\x89PNG\r\n\x1a\n"

    cli.connector = Holds
    cli.receive(message(1, ANA, text="Look", file="lamp.png", ref="part:2"))
    (item,) = cli.json("media", "list", "--state", "fetched")
    assert f"file {item['id']}" in cli("timeline", ANA).stdout
    assert cli.json("media", "export", item["id"], "out.bin") == {
        "id": item["id"], "path": "out.bin", "mime_type": "image/png",
    }  # fmt: skip
    assert (cli.folder / "out.bin").read_bytes() == b"\x89PNG\r\n\x1a\n"
    cli("media", "export", item["id"], "out.bin", code=2)
    cli("media", "export", "nothing", "other.bin", code=2)
