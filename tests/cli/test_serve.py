"""`omnilink serve`: hands over to the web layer, or says what to install."""

import builtins
import sys

import pytest


@pytest.fixture
def served(monkeypatch):
    """What the web layer was called with; it serves nothing here."""
    serve = pytest.importorskip("omnilink.web.serve")
    calls = []

    def run(settings, db=None, *, host, port, hooks_only, say):
        calls.append((db, host, port, hooks_only))
        say("listening on http://127.0.0.1:1")
        say("  desk (fake): http://127.0.0.1:1/hooks/desk")

    monkeypatch.setattr(serve, "run", run)
    return calls


def test_serve_passes_on_what_it_was_told(cli, served):
    text = cli("serve", "--hooks-only", "--host", "0.0.0.0", "--port", "9000").stdout
    assert served == [(str(cli.db), "0.0.0.0", 9000, True)]
    assert "listening on" in text
    assert "/hooks/desk" in text


def test_serve_with_json_tells_once_where_it_listens(cli, served):
    assert cli.json("serve") == {
        "listening": "listening on http://127.0.0.1:1",
        "hooks_only": False,
        "accounts": [],
    }
    assert served == [(str(cli.db), "127.0.0.1", 8080, False)]


def test_serve_without_the_web_extra_says_what_to_install(cli, monkeypatch):
    imported = builtins.__import__

    def without_uvicorn(name, *args, **options):
        if name.partition(".")[0] == "uvicorn":
            raise ModuleNotFoundError("No module named 'uvicorn'", name="uvicorn")
        return imported(name, *args, **options)

    monkeypatch.delitem(sys.modules, "omnilink.web.serve", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_uvicorn)
    assert cli.json("serve", code=2)["error"]["hint"] == 'pip install "omnilink-sdk[web]"'


def test_port_out_of_range_is_wrong_usage(cli):
    assert cli.json("serve", "--port", "70000", code=2)["error"]["type"] == "UsageError"
