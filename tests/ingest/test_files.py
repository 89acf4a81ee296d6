"""A folder of payloads: every readable file is one envelope, and a bad one holds up nothing."""

import pytest

from omnilink.errors import UnreadableFile
from omnilink.ingest.files import read_payloads


def test_every_file_is_an_envelope_in_the_order_of_names(tmp_path):
    for name, body in (("b.json", b"{}"), ("a.form", b"x=1"), (".hidden", b"no")):
        (tmp_path / name).write_bytes(body)
    found = list(read_payloads(tmp_path))
    assert [r.body for r in found] == [b"x=1", b"{}"]
    assert found[0].headers == {"content-type": "application/x-www-form-urlencoded"}


def test_a_bad_file_is_told_when_all_others_have_been_read(tmp_path, monkeypatch):
    monkeypatch.setattr("omnilink.ingest.files.MAX_FILE_BYTES", 3)
    for name, body in (("a.json", b"too large"), ("b.json", b"{}")):
        (tmp_path / name).write_bytes(body)
    files = read_payloads(tmp_path)
    assert next(files).body == b"{}"
    with pytest.raises(UnreadableFile, match="1 of 2"):
        next(files)


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_nothing_to_read_is_a_typed_error(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFile):
        list(read_payloads(tmp_path / name))


@pytest.mark.anyio
async def test_what_was_read_before_a_bad_file_is_in_the_history(town, say, who, tmp_path, monkeypatch):
    from pydantic import TypeAdapter

    from omnilink.model import Event

    script = TypeAdapter(list[Event]).dump_json([say("m1", who("mailto:ana@example.org"))])
    (tmp_path / "a.json").write_bytes(script)
    (tmp_path / "b.json").write_bytes(script + b" " * 10)
    monkeypatch.setattr("omnilink.ingest.files.MAX_FILE_BYTES", len(script))
    with pytest.raises(UnreadableFile):
        await town.hub.import_path(tmp_path, connector="scripted")
    assert len((await town.hub.timeline("ana@example.org")).items) == 1
