"""Pytest plugin `omnilink`: a suite cannot leave a contract out unseen.

A contract that is skipped, deselected by a configuration, taken away or overridden fails its suite. The one way to
say that it does not hold is `xfail(reason)`, and then it must fail. Running a part by hand (`-k`, `-m`, `::name`,
`--lf`) is not leaving out.
"""

import sys
from collections.abc import Generator, Iterator
from typing import Any, NoReturn

import pytest

GUARD = "every_contract_is_run"
_DESELECTED = pytest.StashKey[list[pytest.Item]]()


class Guard(pytest.Item):
    """A test that fails, one for each suite that leaves something out."""

    problems: tuple[str, ...] = ()

    def runtest(self) -> NoReturn:
        """Fails."""
        pytest.fail("\n".join(self.problems), pytrace=False)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where it is shown."""
        return self.path, 0, f"{getattr(self.parent, 'name', '')}.{self.name}"


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remembers contracts that a configuration or a conftest takes out."""
    for item in items:
        if _suite_of(item) is not None:
            item.config.stash.setdefault(_DESELECTED, []).append(item)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Adds a failing test for each suite that leaves a contract out."""
    deselected = [] if _is_partial(config) else config.stash.get(_DESELECTED, [])
    suites: dict[type, pytest.Item] = {}
    for item in [*items, *deselected]:
        suite = _suite_of(item)
        if suite is not None:
            suites.setdefault(suite, item)
    for suite, example in suites.items():
        problems = [*_overridden(suite), *(f"{i.name} is deselected" for i in deselected if _suite_of(i) is suite)]
        if problems and example.parent is not None:
            guard = Guard.from_parent(example.parent, name=GUARD)
            guard.problems = tuple(f"{suite.__name__}: {problem}" for problem in problems)
            items.append(guard)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped contract is a failed one."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _suite_of(item) is not None and _contract_of(item):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a contract may not be skipped; say xfail(reason) where it does not hold"
    return report


def _suite_of(item: pytest.Item) -> type | None:
    # A suite can only be there once its module is: where nobody uses the kit, nothing of it is imported.
    kit: Any = sys.modules.get("omnilink.testing.suite")
    made = getattr(item, "cls", None)
    return made if kit is not None and isinstance(made, type) and issubclass(made, kit.ConnectorSuite) else None


def _contract_of(item: pytest.Item) -> bool:
    from omnilink.testing.contracts import CONTRACTS

    return getattr(item, "originalname", item.name).removeprefix("test_") in CONTRACTS


def _is_partial(config: pytest.Config) -> bool:
    option = config.option
    chosen = getattr(option, "keyword", "") or getattr(option, "markexpr", "") or getattr(option, "lf", False)
    return bool(chosen) or any("::" in str(argument) for argument in config.args)


def _overridden(suite: type) -> Iterator[str]:
    from omnilink.testing.contracts import CONTRACTS
    from omnilink.testing.report import is_overridden, read_reason

    for name in CONTRACTS:
        test = getattr(suite, f"test_{name}", None)
        if test is None:
            yield f"test_{name} is taken away"
        elif is_overridden(suite, name) and not read_reason(suite, name):
            yield f"test_{name} is overridden without xfail(reason)"
        elif any(mark.name == "xfail" and mark.kwargs.get("run") is False for mark in getattr(test, "pytestmark", ())):
            yield f"test_{name} is never run"
