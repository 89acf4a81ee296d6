"""One line sends a message to a provider played here and shows what comes back."""

import json

import pytest
from click.testing import CliRunner

from omnilink.cli.app import app
from omnilink.cli.sandbox import SANDBOXES, SECRET

RECEIPTS = {"twilio": "delivered", "whatsapp": "read"}


@pytest.mark.parametrize("name", sorted(SANDBOXES))
def test_message_leaves_and_its_status_comes_back(name):
    result = CliRunner().invoke(app, ["sandbox", name, "--text", "Hello **there**", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.output)
    assert document["state"] == "accepted"
    assert document["history"][-1]["state"] == RECEIPTS.get(name, "accepted")
    assert SECRET not in result.output


def test_plain_answer_names_call_history_and_losses():
    result = CliRunner().invoke(app, ["sandbox", "twilio", "--text", "Hello **there**"])
    assert result.exit_code == 0, result.output
    assert "called   POST https://api.twilio.com" in result.output
    assert "outbound delivered" in result.output
    assert "loss     bold: degraded" in result.output
