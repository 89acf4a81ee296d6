"""The lanes of this repository: `uv run nox -s check`, `… -s test`, and so on; `uv run nox -l` lists them.

No session has an environment of its own: `uv run` keeps the one in `.venv` as pyproject.toml says, and `--isolated`
makes a throw-away one where a lane is about what is *not* installed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["check", "test"]

ROOT = Path(__file__).parent
DIST = ROOT / "dist"
UV = os.environ.get("UV", "uv")  # uv tells its children where it is: it need not be on the PATH
CONNECTORS = sorted(file.parent.name for file in ROOT.glob("connectors/*/pyproject.toml"))


def in_workspace(session: nox.Session, *command: str) -> None:
    session.run(UV, "run", "--all-packages", *command, external=True)


def without_groups(session: nox.Session, *options_and_command: str) -> None:
    session.run(UV, "run", "--isolated", "--no-default-groups", *options_and_command, external=True)


@nox.session
def check(session: nox.Session) -> None:
    """Style, types, layers and the other rules of the architecture."""
    in_workspace(session, "ruff", "check")
    in_workspace(session, "ruff", "format", "--check")
    in_workspace(session, "mypy")
    in_workspace(session, "lint-imports")
    in_workspace(session, "pytest", "-q", "tests/architecture")


@nox.session
def test(session: nox.Session) -> None:
    """The fast lane: no sockets, no servers. Arguments after `--` go to pytest."""
    in_workspace(session, "pytest", *session.posargs)


@nox.session
def real(session: nox.Session) -> None:
    """Tests that open sockets or start servers on this machine."""
    in_workspace(session, "pytest", "--real", "-m", "real", *session.posargs)


@nox.session
def long(session: nox.Session) -> None:
    """Tests that take minutes: simulations, kills, large mailboxes."""
    in_workspace(session, "pytest", "--real", "--long", "-m", "long", *session.posargs)


@nox.session
def extra(session: nox.Session) -> None:
    """The core works alone, and with each extra alone: nothing leans on what the workspace happens to hold."""
    without_groups(session, "python", "-c", "from omnilink import Hub")
    for name in CONNECTORS:
        without_groups(session, "--extra", name, "python", "-c", f"import omnilink_{name.replace('-', '_')}")
    without_groups(session, "--extra", "web", "python", "-c", "import omnilink.web")
    without_groups(session, "--extra", "all", "omnilink", "connectors")


@nox.session
def docs(session: nox.Session) -> None:
    """README, docs and examples run as printed; the changelog's fragments are well-formed."""
    in_workspace(session, "pytest", "-q", "tests/test_readme_and_docs.py", "tests/test_examples.py")
    in_workspace(session, "towncrier", "build", "--draft", "--version", "next")


@nox.session
def build(session: nox.Session) -> None:
    """Every distribution builds, and the wheels work with nothing of the checkout around them."""
    shutil.rmtree(DIST, ignore_errors=True)
    session.run(UV, "build", "--all-packages", "--out-dir", str(DIST), external=True)
    wheels = [option for wheel in sorted(DIST.glob("*.whl")) for option in ("--with", str(wheel))]
    alone = (UV, "run", "--isolated", "--no-project", *wheels)
    session.run(*alone, "omnilink", "connectors", external=True)
    # What is no Python (templates, tables, SQL) is in the wheel too: a connector made from it passes the kit.
    with tempfile.TemporaryDirectory() as folder:
        session.chdir(folder)
        session.run(*alone, "omnilink", "demo", "--json", silent=True, external=True)
        session.run(*alone, "omnilink", "new-connector", "fresh", external=True)
        fresh = ("--with", f"{folder}/omnilink-fresh", "--with", "pytest")
        session.run(*alone, *fresh, "omnilink", "conformance", "fresh", external=True)
        session.run(*alone, *fresh, "pytest", "-q", f"{folder}/omnilink-fresh/tests", external=True)
        session.chdir(ROOT)
