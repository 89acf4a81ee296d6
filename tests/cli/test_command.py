"""What holds for every command: help is cheap, --json is one document, errors have their exit codes."""

import json
import subprocess
import sys

import click
import pytest

from omnilink.cli import failure
from omnilink.cli.app import COMMANDS, app
from omnilink.errors import Ambiguous, BadHandle, ConfigError, OutcomeUnknown, StoreBusy

DATABASE_COMMANDS = [
    ["timeline", "ana@example.org"],
    ["contacts"],
    ["contact", "ana@example.org"],
    ["conversations"],
    ["conversation", "x"],
    ["link", "add", "a@example.org", "b@example.org", "--by", "me"],
    ["link", "revoke", "x", "--by", "me", "--reason", "r"],
    ["link", "explain", "a@example.org", "b@example.org"],
    ["ledger"],
    ["quarantine"],
    ["quarantine", "list"],
    ["quarantine", "show", "x"],
    ["replay"],
    ["db", "backup", "copy.db"],
    ["db", "upgrade"],
    ["db", "check"],
    ["db", "digest"],
]


def leaves(command: click.Command, path: tuple[str, ...] = ()):
    ctx = click.Context(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            found = command.get_command(ctx, name)
            assert found is not None
            yield from leaves(found, (*path, name))
    else:
        yield path, command


def test_help_imports_no_command():
    code = (
        "import sys\nfrom omnilink.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted(m for m in sys.modules if m.startswith(('omnilink', 'pydantic', 'anyio'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "timeline" in done.stdout
    loaded = done.stdout.splitlines()[-1]
    for heavy in ("pydantic", "anyio", "omnilink.hub", "omnilink.cli.timeline", "omnilink.model"):
        assert f"'{heavy}'" not in loaded


@pytest.mark.parametrize("name", COMMANDS)
def test_line_in_the_list_is_the_first_sentence_of_the_help(name):
    command = app.get_command(click.Context(app), name)
    assert command is not None
    assert command.name == name
    assert (command.help or "").partition("\n\n")[0].replace("\n", " ") == COMMANDS[name][1]


def test_every_command_takes_json():
    without = [path for path, command in leaves(app) if not any("--json" in p.opts for p in command.params)]
    assert not without


@pytest.mark.parametrize("args", DATABASE_COMMANDS, ids=" ".join)
def test_without_a_database_every_command_says_so_and_makes_none(cli, args):
    assert cli.json(*args, code=2)["error"]["type"] == "NotFound"
    result = cli(*args, code=2)
    assert result.stdout == ""
    assert "there is no database citizens.db" in result.stderr
    assert not cli.db.exists()


@pytest.mark.parametrize("args", DATABASE_COMMANDS, ids=" ".join)
def test_database_of_a_newer_version_is_left_alone(town, args):
    import sqlite3

    with sqlite3.connect(town.db) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    error = town.json(*args, code=2)["error"]
    assert error["type"] == "StoreUnusable"
    assert "newer" in error["message"]


def test_file_that_is_no_database_is_refused(cli):
    cli.db.write_bytes(b"not a database at all " * 100)
    assert cli.json("contacts", code=2)["error"]["type"] == "StoreUnusable"


@pytest.mark.parametrize(
    "args",
    [
        ["nothing"],
        ["timeline"],
        ["timeline", "a", "b"],
        ["contacts", "--limit", "0"],
        ["import", "x"],
        ["ledger", "--x"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_in_either_form(cli, args):
    error = cli.json(*args, code=2)["error"]
    assert error["type"] == "UsageError"
    assert "--help" in error["hint"]
    assert "error: " in cli(*args, code=2).stderr


def test_global_options_may_follow_the_command(town, tmp_path):
    other = str(tmp_path / "other.db")
    assert "other.db" in town.json("contacts", "--db", other, code=2)["error"]["message"]


def test_json_may_stand_before_the_command(town):
    assert json.loads(town("--json", "contacts").stdout)["contacts"]


def test_json_after_a_double_dash_is_an_argument(cli):
    result = cli("contact", "--", "--json", code=2)
    assert result.stdout == ""


def test_database_and_configuration_come_from_the_environment(town, monkeypatch):
    monkeypatch.setenv("OMNILINK_CONFIG", "missing.toml")
    assert town.json("contacts", code=2)["error"]["type"] == "ConfigError"


def test_broken_configuration_is_told_by_place(cli):
    cli.folder.joinpath("omnilink.toml").write_text('tenantt = "x"\n')
    error = cli.json("contacts", code=2)["error"]
    assert error["type"] == "ConfigError"
    assert "tenantt" in error["message"]


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (BadHandle("no handle"), 2, "BadHandle"),
        (ConfigError("wrong", setting="accounts.a.b"), 2, "ConfigError"),
        (StoreBusy("busy"), 75, "StoreBusy"),
        (OutcomeUnknown("lost"), 1, "OutcomeUnknown"),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (failure.Interrupted("stopped", "go on"), 130, "Interrupted"),
        (click.BadParameter("no"), 2, "UsageError"),
        (ExceptionGroup("g", [StoreBusy("busy")]), 75, "StoreBusy"),
        (RuntimeError("secret of ana@example.org"), 1, "RuntimeError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_each_error_has_its_exit_code_and_document(error, code, kind, capsys):
    assert failure.report(error, as_json=True) == code
    told = json.loads(capsys.readouterr().out)["error"]
    assert set(told) >= {"type", "message", "hint"}
    assert told["type"] == kind
    assert "ana@example.org" not in str(told)


def test_text_of_an_unforeseen_error_is_not_told(cli, monkeypatch):
    from omnilink.hub import Hub

    async def broken(self, **options):
        raise RuntimeError("about ana@example.org")

    cli.db.touch()
    monkeypatch.setattr(Hub, "contacts", broken)
    cli.db.unlink()
    cli.receive({"id": "1", "from": "tel:+34600111222", "at": "2025-11-04T10:00:00+00:00"})
    result = cli("contacts", code=1)
    assert "RuntimeError" in result.stderr
    assert "ana@example.org" not in result.output


def test_choices_of_an_ambiguous_handle_are_in_the_document(capsys):
    failure.report(Ambiguous("several", choices=("a", "b")), as_json=True)
    assert json.loads(capsys.readouterr().out)["error"]["choices"] == ["a", "b"]


def test_escape_sequences_in_arguments_do_not_come_back(cli):
    for args in (["\x1b[31mred"], ["contacts", "--\x1b[2J"], ["timeline", "x:\x1b]0;title\x07"]):
        cli(*args, code=2)


def test_colour_is_used_on_a_terminal_and_not_with_no_color(town, monkeypatch):
    from click.testing import CliRunner

    run = ["--db", str(town.db), "contacts"]
    assert "\x1b[1m" in CliRunner().invoke(app, run, color=True).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in CliRunner().invoke(app, run, color=True).output


def test_an_argument_that_is_no_text_is_a_typed_refusal():
    done = subprocess.run(
        [sys.executable, "-c", "from omnilink.cli import main; main()", "timeline", b"\xff\xfe", "--json"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["type"] == "BadInput"
