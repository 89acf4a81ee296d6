"""The demo keeps its promises: a whole town through the real connectors, in a real database."""

import json

import pytest
from click.testing import CliRunner

from omnilink.cli.app import app
from omnilink.cli.town import ANA_MAIL, ANA_NUMBER, FAMILY_NUMBER, OMAR, WEI_MAIL, WEI_SLACK
from omnilink.cli.town_providers import Slack


def run(*arguments: str):
    return CliRunner().invoke(app, arguments, prog_name="omnilink")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """The database of a demo that was kept, and what the demo said as JSON."""
    database = tmp_path_factory.mktemp("demo") / "town.db"
    result = run("demo", "--keep", str(database), "--json")
    assert result.exit_code == 0, result.output
    return database, json.loads(result.stdout)


def test_everything_promised_is_so(town):
    _, told = town
    assert [promise["text"] for promise in told["promises"] if not promise["kept"]] == []
    assert len(told["promises"]) == 9


def test_nothing_was_lost(town):
    _, told = town
    books = told["ledger"]
    assert books["balanced"]
    assert books["received"] == books["duplicate"] + books["processed"] + books["quarantined"]
    assert (books["duplicate"], books["quarantined"], sum(books["refused"].values())) == (1, 1, 1)


def test_one_citizen_has_one_history_over_all_channels(town):
    _, told = town
    items = told["history"]["items"]
    assert {item["interaction"]["channel"] for item in items} == {"email", "whatsapp", "sms", "voice"}
    assert all(item["why"]["text"] for item in items)


def test_the_forged_mail_is_in_no_other_history(town):
    _, told = town
    (forged,) = told["forged"]
    assert forged["contact"] != told["history"]["contact"]
    key = forged["items"][0]["interaction"]["message_key"]
    assert key not in [item["interaction"]["message_key"] for item in told["history"]["items"]]


def test_what_the_demo_prints_fits_eighty_columns_and_says_why():
    result = run("demo")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.strip().startswith("why: ") for line in lines) == 11
    assert "NOT" not in result.stdout


def test_the_same_story_with_other_ids():
    one, two = (json.loads(run("demo", "--json", "--seed", seed).stdout) for seed in ("1", "2"))
    assert one["history"]["contact"] != two["history"]["contact"]
    assert [p["kept"] for p in one["promises"]] == [p["kept"] for p in two["promises"]]
    assert one["ledger"] == two["ledger"]


@pytest.mark.parametrize(
    "step",
    [
        ["contacts"],
        ["timeline", ANA_NUMBER, "--why"],
        ["timeline", FAMILY_NUMBER, "--name", OMAR],
        ["link", "explain", ANA_MAIL, f"wa:{ANA_NUMBER}"],
        ["ledger"],
        ["db", "check"],
    ],
    ids=lambda step: step[0],
)
def test_what_to_try_next_works_on_what_was_kept(town, step):
    database, _ = town
    result = run("--db", str(database), *step)
    assert result.exit_code == 0, result.output


def test_the_link_proposed_can_be_made_and_undone(tmp_path):
    database = tmp_path / "town.db"
    run("demo", "--keep", str(database))
    slack = f"slack:{Slack.team}/{WEI_SLACK}"
    before = run("--db", str(database), "--json", "contacts")
    made = run("--db", str(database), "--json", "link", "add", slack, WEI_MAIL, "--by", "you")
    assert made.exit_code == 0, made.output
    together = run("--db", str(database), "--json", "timeline", WEI_MAIL)
    assert {i["interaction"]["account"] for i in json.loads(together.stdout)["items"]} == {"neighbours", "mailbox"}
    link = json.loads(made.stdout)
    undone = run("--db", str(database), "link", "revoke", link["id"], "--by", "you", "--reason", "a try")
    assert undone.exit_code == 0, undone.output
    assert json.loads(run("--db", str(database), "--json", "contacts").stdout) == json.loads(before.stdout)


def test_a_file_that_is_there_is_not_written_over(tmp_path):
    database = tmp_path / "precious.db"
    database.write_text("mine")
    result = run("demo", "--keep", str(database))
    assert result.exit_code == 2
    assert database.read_text() == "mine"


def test_a_missing_connector_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr("omnilink.plugin.registry.list_installed", list)
    result = run("demo")
    assert result.exit_code == 2
    told = " ".join(result.stderr.split())
    assert "email, slack, twilio, whatsapp" in told
    assert "omnilink-sdk[all]" in told


def test_a_broken_promise_fails_the_demo(monkeypatch):
    from omnilink.cli import town_seen

    monkeypatch.setattr(town_seen, "check", lambda seen: iter([town_seen.Promise("the moon is cheese", kept=False)]))
    result = run("demo")
    assert result.exit_code == 1
    assert "NOT SO  the moon is cheese" in result.stdout


def test_no_secret_stays_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: "made-up-secret-of-this-run")
    result = run("demo", "--keep", str(tmp_path / "town.db"), "--json")
    assert result.exit_code == 0
    assert "made-up-secret" not in result.output
    kept = list(tmp_path.iterdir())
    assert {file.name.partition("-")[0] for file in kept} == {"town.db"}
    assert not any(b"made-up-secret" in file.read_bytes() for file in kept)
