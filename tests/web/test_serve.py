"""Who starts the server is told where it listens and which URL each provider is to be given."""

from omnilink.plugin.settings import parse_settings
from omnilink.web.serve import describe

ACCOUNT = '[accounts.loft]\nconnector = "pigeon"\n'


def test_public_url_of_each_account_is_told():
    settings = parse_settings('public_url = "https://town.example/omni/"\n' + ACCOUNT)
    assert describe(settings, "127.0.0.1", 8000, hooks_only=True) == [
        "listening on http://127.0.0.1:8000",
        "  loft (pigeon): https://town.example/omni/hooks/loft",
    ]


def test_without_a_public_url_the_local_one_is_told_with_a_warning():
    lines = describe(parse_settings(ACCOUNT), "::1", 8000, hooks_only=True)
    assert "  loft (pigeon): http://[::1]:8000/hooks/loft" in lines
    assert any("no public_url" in line for line in lines)


def test_missing_accounts_and_console_are_told():
    lines = describe(parse_settings(""), "127.0.0.1", 8000, hooks_only=False)
    assert any("no account" in line for line in lines)
    assert any("console" in line for line in lines)
