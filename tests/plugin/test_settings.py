"""Configuration: wrong keys are named, secrets are references and never shown."""

import pickle
import subprocess
import sys

import pytest

from omnilink.errors import ConfigError, SecretMissing, UnknownConnector
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import Secret, parse_settings, read_secret, read_settings

GOOD = """
tenant = "town"
public_url = "https://hooks.town.example"
[accounts.helpline]
connector = "twilio"
own_handles = ["tel:+34910000000"]
auth_token = ["env:NEW", "env:OLD"]
claims_from = { StatedName = "name" }
"""


def test_a_whole_configuration_is_read():
    settings = parse_settings(GOOD)
    account = settings.accounts["helpline"]
    assert (settings.tenant, account.connector) == ("town", "twilio")
    assert account.own_handles == ("tel:+34910000000",)
    assert account.options == {"claims_from": {"StatedName": "name"}}
    secrets = account.read_secrets({"NEW": "newtoken", "OLD": "oldtoken"})
    assert [s.reveal() for s in secrets["auth_token"]] == ["newtoken", "oldtoken"]


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("tennant = 'x'", "tennant"),
        ("tenant = 3", "tenant"),
        ("accounts = 3", "accounts"),
        ("[accounts.a]\nown_handles = []", "accounts.a.connector"),
        ("[accounts.a]\nconnector = 'x'\nown_handles = 'tel:1'", "accounts.a.own_handles"),
        ("[accounts.'a/b']\nconnector = 'x'", "accounts.a/b"),
    ],
)
def test_what_is_wrong_is_named(text, setting):
    with pytest.raises(ConfigError) as caught:
        parse_settings(text)
    assert caught.value.setting == setting


def test_broken_toml_and_a_missing_file_are_typed(tmp_path):
    with pytest.raises(ConfigError):
        parse_settings("tenant = ")
    with pytest.raises(ConfigError):
        read_settings(tmp_path / "absent.toml")


@pytest.mark.parametrize("value", ["", "   ", "\n"])
def test_a_blank_secret_is_no_secret(value, tmp_path):
    (tmp_path / "s").write_text(value)
    with pytest.raises(SecretMissing):
        Secret(value)
    with pytest.raises(SecretMissing):
        read_secret("env:S", setting="x", environ={"S": value})
    with pytest.raises(SecretMissing):
        read_secret(f"file:{tmp_path / 's'}", setting="x")


def test_a_literal_secret_is_refused_and_not_repeated():
    with pytest.raises(ConfigError) as caught:
        read_secret("hunter2hunter2", setting="accounts.a.token")
    assert "hunter2" not in str(caught.value)


def test_a_secret_shows_itself_nowhere():
    secret = Secret("hunter2hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_installed_connectors_are_listed_without_being_loaded():
    script = (
        "import sys; from omnilink.plugin.registry import list_installed;"
        "print(sorted(c.name for c in list_installed()), any(m.startswith('omnilink_') for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    names, loaded = done.stdout.strip().rsplit(" ", 1)
    assert loaded == "False"
    assert all(f"'{name}'" in names for name in ("email", "slack", "twilio", "whatsapp"))


def test_only_allowed_connectors_are_loaded():
    with pytest.raises(UnknownConnector):
        Registry(["email"]).load("slack")
    with pytest.raises(UnknownConnector):
        Registry().load("no-such-thing")
