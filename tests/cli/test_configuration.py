"""`omnilink init`, `connectors`, `doctor`: from nothing to a configuration that works, without showing a secret."""

import pytest

from omnilink.plugin import registry
from omnilink.plugin.registry import Installed
from omnilink.plugin.settings import parse_settings

SECRET = "s3cr3t-of-the-town"
FAKE = """
public_url = "https://hooks.example.org"
[accounts.desk]
connector = "fake"
own_handles = ["tel:+34910000000"]
token = "env:FAKE_TOKEN"
"""


@pytest.fixture(autouse=True)
def only_fake_is_installed(monkeypatch):
    installed = [Installed("fake", "fake", "omnilink-fake", "1.0", "For tests.")]
    monkeypatch.setattr(registry, "list_installed", lambda: installed)


def configure(cli, text):
    cli.folder.joinpath("omnilink.toml").write_text(text, encoding="utf-8")


def levels(document):
    return {(finding["about"], finding["level"]) for finding in document["findings"]}


def test_init_writes_a_configuration_that_can_be_read(cli):
    document = cli.json("init")
    assert document == {"written": "omnilink.toml", "accounts": ["fake"]}
    text = cli.folder.joinpath("omnilink.toml").read_text(encoding="utf-8")
    account = parse_settings(text).accounts["fake"]
    assert account.secret_refs == {"token": ("env:FAKE_TOKEN",)}
    assert account.options == {}
    assert '# flavour = "sweet"' in text
    assert '# claims = { A = "name" }' in text
    uncommented = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    assert parse_settings(uncommented).accounts["fake"].options == {"flavour": "sweet", "claims": {"A": "name"}}


def test_init_does_not_overwrite_unless_forced(cli):
    configure(cli, "# mine\n")
    assert cli.json("init", code=2)["error"]["hint"] == "--force replaces it"
    assert cli.folder.joinpath("omnilink.toml").read_text() == "# mine\n"
    assert "next: " in cli("init", "--force").stdout
    assert "[accounts.fake]" in cli.folder.joinpath("omnilink.toml").read_text()


def test_init_writes_where_it_is_told(cli):
    cli("init", "--config", "other.toml")
    assert cli.folder.joinpath("other.toml").is_file()
    assert cli.json("init", "--config", "no/such/folder.toml", code=2)["error"]["type"] == "BadInput"


def test_connectors_are_listed_with_their_accounts(cli):
    configure(cli, FAKE + '[accounts.gone]\nconnector = "missing"\n')
    document = cli.json("connectors")
    assert document["connectors"] == [
        {
            "name": "fake",
            "distribution": "omnilink-fake",
            "version": "1.0",
            "summary": "For tests.",
            "accounts": ["desk"],
        }
    ]
    assert document["missing"] == {"missing": ["gone"]}
    text = cli("connectors").stdout
    assert "accounts: desk" in text
    assert "missing: not installed, but configured for gone" in text


def test_no_installed_connector_is_told(cli, monkeypatch):
    monkeypatch.setattr(registry, "list_installed", list)
    assert cli.json("connectors") == {"connectors": [], "missing": {}}
    assert "pip install" in cli("connectors").stdout


def test_doctor_is_content_with_a_right_configuration(town, monkeypatch):
    configure(town, FAKE)
    monkeypatch.setenv("FAKE_TOKEN", SECRET)
    result = town("doctor")
    assert SECRET not in result.output
    document = town.json("doctor")
    assert document["ok"] is True
    assert levels(document) == {
        (about, "ok") for about in ("program", "configuration", "public_url", "accounts.desk", "database")
    }
    assert SECRET not in str(document)


def test_doctor_without_anything_warns_and_says_what_to_do(cli):
    document = cli.json("doctor")
    assert document["ok"] is True
    assert {("configuration", "warn"), ("accounts", "warn"), ("database", "warn")} <= levels(document)
    assert all(finding["hint"] for finding in document["findings"] if finding["level"] != "ok")
    assert "omnilink init" in cli("doctor").stdout


@pytest.mark.parametrize(
    ("change", "about", "said"),
    [
        (("env:FAKE_TOKEN", "env:UNSET_TOKEN"), "accounts.desk", "UNSET_TOKEN"),
        (("env:FAKE_TOKEN", "env:" + SECRET), "accounts.desk", "token"),
        (("env:FAKE_TOKEN", "file:nowhere"), "accounts.desk", "file"),
        (("env:FAKE_TOKEN", SECRET), "accounts.desk", "env:NAME"),
        (("token =", "tokn ="), "accounts.desk", "tokn"),
        (('token = "env:FAKE_TOKEN"', ""), "accounts.desk", "token is required"),
        (("tel:+34910000000", "no handle"), "accounts.desk", "own_handles, number 1"),
        (('"fake"', '"missing"'), "accounts.desk", "no such connector"),
        (("https://", "http://"), "public_url", "https"),
        (("[accounts.desk]", "tenantt = 1\n[accounts.desk]"), "configuration", "tenantt"),
        (("[accounts.desk]", "[accounts.desk"), "configuration", "TOML"),
        (("[accounts.desk]", "[plugins.none]\n[accounts.desk]"), "plugins.none", "installed: "),
        (
            ("[accounts.desk]", "[plugins.telephone-menu]\nfile = 'gone'\n[accounts.desk]"),
            "plugins.telephone-menu",
            "gone",
        ),
    ],
)
def test_doctor_names_each_mistake_and_no_secret(cli, monkeypatch, change, about, said):
    monkeypatch.setenv("FAKE_TOKEN", SECRET)
    configure(cli, FAKE.replace(*change))
    document = cli.json("doctor", code=1)
    assert document["ok"] is False
    wrong = [finding for finding in document["findings"] if finding["level"] == "error"]
    assert [finding["about"] for finding in wrong] == [about] * len(wrong)
    assert any(said in f"{finding['message']} {finding['hint']}" for finding in wrong)
    result = cli("doctor", code=1)
    assert SECRET not in str(document) + result.output


def test_doctor_warns_when_no_provider_can_call(cli, monkeypatch):
    monkeypatch.setenv("FAKE_TOKEN", SECRET)
    configure(cli, FAKE.replace("public_url", "# public_url"))
    assert ("public_url", "warn") in levels(cli.json("doctor"))
    configure(cli, FAKE.replace("https://hooks.example.org", "http://localhost:8080"))
    assert ("public_url", "warn") in levels(cli.json("doctor"))


def test_doctor_finds_a_database_it_cannot_use(cli):
    cli.db.write_bytes(b"not a database at all " * 100)
    assert ("database", "error") in levels(cli.json("doctor", code=1))


def test_missing_secret_of_an_account_is_never_printed_by_any_command(town, monkeypatch):
    monkeypatch.setenv("FAKE_TOKEN", SECRET)
    configure(town, FAKE.replace("env:FAKE_TOKEN", SECRET))
    for args in (["import", "in.json", "--connector", "fake", "--account", "desk"], ["doctor"], ["connectors"]):
        result = town(*args, code=0 if args == ["connectors"] else (1 if args == ["doctor"] else 2))
        assert SECRET not in result.output
