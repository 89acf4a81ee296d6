"""The first example does what the first pages say of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from omnilink.blocking import Hub
from omnilink.errors import NotFound

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_example_tells_the_forged_mail_apart(tmp_path):
    result = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / "first_history.py")],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=120,
        check=True,
    )
    history, _, everybody = result.stdout.partition("Everybody seen:")
    assert history.count("because:") == 3
    assert "bank account" not in history
    assert everybody.count("Ana María Ruiz") == 2
    assert "both ledgers balance" in everybody
    assert list(tmp_path.iterdir()) == []


def test_a_second_import_changes_only_what_was_counted(tmp_path):
    with Hub.open(tmp_path / "citizens.db") as hub:
        hub.import_path(EXAMPLES / "inbox.mbox", connector="email")
        first, people = hub.ledger(), [row.id for row in hub.contacts()]
        again = hub.import_path(EXAMPLES / "inbox.mbox", connector="email")
        assert (again.received, again.duplicate, again.interactions) == (6, 6, 0)
        books = hub.ledger()
        assert books == first.model_copy(update={"received": 12, "duplicate": 6})
        assert [row.id for row in hub.contacts()] == people


def test_a_thread_is_one_conversation_of_three_people(tmp_path):
    with Hub.open(tmp_path / "citizens.db") as hub:
        hub.import_path(EXAMPLES / "inbox.mbox", connector="email")
        threads = {c.subject: c.interactions for c in hub.conversations()}
    assert threads == {"Lamp out in Mill Street": 4, "Residence certificate": 1, "Please change my bank account": 1}


def test_nobody_is_found_under_an_address_that_was_never_seen(tmp_path):
    with Hub.open(tmp_path / "citizens.db") as hub, pytest.raises(NotFound):
        hub.timeline("nobody@example.org")
