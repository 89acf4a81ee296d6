"""`omnilink import`, `ledger`, `quarantine`, `replay`, `db`: nothing is lost, and one can see it."""

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from omnilink.hub import Hub
from omnilink.model import Ledger


def test_import_tells_both_ledgers_and_its_rate(cli, message):
    file = cli.folder / "in.json"
    file.write_text(json.dumps([message(1, "mailto:ana@example.org")]))
    done = cli.json("import", str(file), "--connector", "fake", "--account", "desk")
    assert (done["account"], done["received"], done["duplicate"], done["interactions"]) == ("desk", 1, 0, 1)
    assert done["per_second"] > 0
    assert done["ledger"]["balanced"] is True
    text = cli("import", str(file), "--connector", "fake", "--account", "desk").stdout
    assert "0 new, 1 known already" in text
    assert "Account desk" in text
    assert "balanced" in text


def test_import_says_where_it_is_on_stderr_and_never_with_json(cli, message, monkeypatch):
    monkeypatch.setattr("omnilink.cli.importing.LINE_EVERY_S", 0)
    file = cli.folder / "in.json"
    file.write_text(json.dumps([message(1, "mailto:ana@example.org")]))
    assert "1 read, 0 known already" in cli("import", str(file), "--connector", "fake").stderr
    cli.json("import", str(file), "--connector", "fake")


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        (["missing", "--connector", "fake"], "UnreadableFile"),
        ([".", "--connector", "nothing"], "UnknownConnector"),
        (["."], "UsageError"),
    ],
)
def test_import_of_nothing_is_told(cli, args, kind):
    assert cli.json("import", *args, code=2)["error"]["type"] == kind
    cli("import", *args, code=2)


def test_interrupted_import_says_how_to_go_on(cli, message, monkeypatch):
    cli.receive(message(1, "mailto:ana@example.org"))

    async def interrupted(self, *args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(Hub, "import_path", interrupted)
    error = cli.json("import", "in.json", "--connector", "fake", code=130)["error"]
    assert error["type"] == "Interrupted"
    assert "run the same command again" in error["hint"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_import_stopped_by_ctrl_c_leaves_a_whole_database(cli):
    pytest.importorskip("omnilink_email.connector")
    box = cli.folder / "in.mbox"
    mails = (
        f"From x@example.org Tue Nov  4 10:00:00 2025\nFrom: P <p{n % 50}@example.org>\nTo: town@example.org\n"
        f"Message-ID: <{n}@example.org>\nDate: Tue, 4 Nov 2025 10:00:00 +0000\nSubject: {n}\n\nHello\n\n"
        for n in range(4000)
    )
    box.write_text("".join(mails))
    command = [sys.executable, "-c", "from omnilink.cli import main; main()", "--db", str(cli.db)]
    arguments = ["import", str(box), "--connector", "email"]
    code = "import omnilink.cli.importing as i; i.LINE_EVERY_S = 0; from omnilink.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "--db", str(cli.db), *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()  # the first batch is in
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert b"run the same command again" in told
    cli("db", "check")
    stopped = cli.json("ledger")
    assert stopped["balanced"] is True
    assert 0 < stopped["processed"] < 4000
    again = subprocess.run([*command, *arguments, "--json"], capture_output=True, check=True)
    assert json.loads(again.stdout)["ledger"]["processed"] == 4000


def test_ledger_is_of_all_or_of_one_account(town):
    books = town.json("ledger")
    assert books["balanced"] is True
    assert (books["received"], books["parsed"], books["events"]["recorded"]) == (1, 4, 4)
    # A misspelt name must not look like balanced books.
    assert town.json("ledger", "--account", "other", code=2)["error"]["type"] == "NotFound"
    assert "balanced" in town("ledger").stdout


def test_ledger_out_of_balance_is_exit_code_1(town, monkeypatch):
    async def unbalanced(self, account=None):
        return Ledger(received=3, processed=1, refused={"signature": 2})

    monkeypatch.setattr(Hub, "ledger", unbalanced)
    assert town.json("ledger", code=1)["balanced"] is False
    text = town("ledger", code=1).stdout
    assert "NOT BALANCED" in text
    assert "2  unaccounted for" in text
    assert "2  signature" in text


@pytest.fixture
def quarantined(cli):
    """One envelope that is no JSON; its body would steer a terminal."""
    file = cli.folder / "bad.json"
    file.write_bytes(b"\x1b[2J no json \xff")
    text = cli("import", str(file), "--connector", "fake").stdout
    assert "1 quarantined" in text
    assert "`omnilink quarantine`" in text
    return cli


def test_quarantine_is_listed_and_shown(quarantined):
    listed = quarantined.json("quarantine")
    assert listed == quarantined.json("quarantine", "list")
    envelope = listed["quarantine"][0]
    assert envelope["reason"] == "no-json"
    assert envelope["id"] in quarantined("quarantine").stdout
    shown = quarantined.json("quarantine", "show", envelope["id"])
    assert shown["headers"] == {"content-type": "application/json"}
    assert "body_base64" not in shown
    text = quarantined("quarantine", "show", envelope["id"]).stdout
    assert "no-json" in text
    assert "application/json" in text


def test_body_in_quarantine_is_given_only_raw(quarantined):
    envelope = quarantined.json("quarantine")["quarantine"][0]["id"]
    body = b"\x1b[2J no json \xff"
    document = quarantined.json("quarantine", "show", envelope, "--raw")
    assert base64.b64decode(document["body_base64"]) == body
    code = "from omnilink.cli import main; main()"
    command = [sys.executable, "-c", code, "--db", str(quarantined.db), "quarantine", "show", envelope, "--raw"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == body


def test_raw_body_is_not_sent_to_a_terminal(quarantined, monkeypatch):
    envelope = quarantined.json("quarantine")["quarantine"][0]["id"]
    monkeypatch.setattr("omnilink.cli.quarantine._to_terminal", lambda: True)
    assert "not for a terminal" in quarantined("quarantine", "show", envelope, "--raw", code=2).stderr


def test_replay_reads_again_and_the_ledgers_balance(quarantined):
    envelope = quarantined.json("quarantine")["quarantine"][0]["id"]
    assert quarantined.json("replay", envelope) == {"envelopes": 1, "interactions": 0, "quarantined": 1}
    assert "1 read, 0 new, 1 quarantined again" in quarantined("replay").stdout
    assert quarantined.json("ledger")["balanced"] is True
    for command in (["replay", "x"], ["quarantine", "show", "x"]):
        assert quarantined.json(*command, code=2)["error"]["type"] == "NotFound"


def test_empty_lists_say_so(cli):
    empty = cli.folder / "empty.json"
    empty.write_text("nothing")
    cli("import", str(empty), "--connector", "fake")
    assert "nobody" in cli("contacts").stdout
    assert "no conversations" in cli("conversations").stdout


def test_nothing_in_quarantine_is_told(town):
    assert "nothing is in quarantine" in town("quarantine").stdout


def test_backup_is_a_database_and_replaces_nothing(town):
    copy = town.folder / "copy.db"
    assert town.json("db", "backup", str(copy))["bytes"] == copy.stat().st_size
    assert town.json("db", "backup", str(copy), code=2)["error"]["type"] == "BadInput"
    assert town.json("db", "digest") == town.json("db", "digest", "--db", str(copy))


def test_digest_is_the_same_after_a_second_import(town):
    before = town.json("db", "digest")["digest"]
    town("import", "in.json", "--connector", "fake")
    assert town("db", "digest").stdout.strip() == before


def test_upgrade_of_a_current_database_does_nothing(town):
    assert town.json("db", "upgrade") == {"upgraded": False, "copy": None}
    assert "nothing to do" in town("db", "upgrade").stdout


def test_check_finds_damage(town):
    assert town.json("db", "check") == {"ok": True, "problems": []}
    assert "no problem found" in town("db", "check").stdout
    with sqlite3.connect(town.db) as connection:
        connection.execute("DELETE FROM event")
    connection.close()
    assert town.json("db", "check", code=1)["problems"]
    town("db", "check", code=1)


@pytest.mark.skipif(os.name == "nt", reason="needs head")
def test_reader_that_has_enough_is_no_error(town):
    code = "from omnilink.cli import main; main()"
    command = f'"{sys.executable}" -c "{code}" --db "{town.db}" schema | head -1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout == "{\n"
    assert done.stderr == ""
