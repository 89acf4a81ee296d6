"""What every test of the core and of the connectors shares; at the root so that both folders see it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent
OPT_IN_LANES = ("real", "long")
MOST_WORKERS = 8
"""More would spend their time collecting."""

# The profile in force is the parent, so that CI keeps hypothesis' own derandomised one.
# A deadline measures the machine, not the code.
settings.register_profile("omnilink", parent=settings(), deadline=None)
settings.load_profile("omnilink")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("omnilink")
    group.addoption("--real", action="store_true", help="also run tests marked real: they open sockets")
    group.addoption("--long", action="store_true", help="also run tests marked long: they take minutes")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """The whole fast lane runs on every core; a part of it, or a lane that starts servers, in one process."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # a worker is asked the same, and must not start workers of its own
    asked = config.option
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    alone = asked.real or asked.long or asked.collectonly or asked.usepdb
    if whole and not alone and getattr(asked, "numprocesses", 0) is None:
        asked.numprocesses = "auto"
        asked.maxprocesses = asked.maxprocesses or MOST_WORKERS


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for lane in OPT_IN_LANES:
            if item.get_closest_marker(lane) and not config.getoption(f"--{lane}"):
                item.add_marker(pytest.mark.skip(reason=f"marked {lane}: run with --{lane}"))
        if item.get_closest_marker("real"):
            item.add_marker(pytest.mark.enable_socket)
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shared)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared"):
        require_shared_folder()


def require_shared_folder() -> Path:
    """The folder of shared data; without it the test is skipped, but fails under CI, where it has to be."""
    folder = Path(os.environ.get("OMNILINK_SHARED") or ROOT.parent / "shared").resolve()
    if not folder.is_dir():
        reason = f"no shared data at {folder}: put the folder there or set OMNILINK_SHARED"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data: payload corpus, threads, people. Its tests get the marker `shared`."""
    return require_shared_folder()


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Every test marked `anyio` runs on both event loops."""
    backend: str = request.param
    return backend
