"""Report: a whole suite run without pytest, for `omnilink conformance` and the capability matrix."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from omnilink.errors import ConfigError
from omnilink.plugin.connector import Connector
from omnilink.plugin.limits import Limit, read_limit_table
from omnilink.testing.contracts import CONTRACTS
from omnilink.testing.contracts.claims import find_unproven
from omnilink.testing.contracts.exchange import CHECKED
from omnilink.testing.real import is_test_there
from omnilink.testing.suite import XFAIL, ConnectorSuite
from omnilink.testing.trial import ContractBroken, applies, facts_of, run_contract

Outcome = Literal["passed", "failed", "xfailed", "not applicable"]


class VerificationLevel(StrEnum):
    """By what a connector was shown to work, the strongest first."""

    REAL = "R"
    CHECKED = "C"
    PAYLOADS = "P"


@dataclass(frozen=True, slots=True)
class Result:
    """How one contract came out.

    Attributes:
        checks: things checked until its end, or until the first that did not hold.
        detail: what did not hold, or why that is known.
    """

    contract: str
    summary: str
    outcome: Outcome
    checks: int = 0
    duration_s: float = 0.0
    detail: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """How a connector came out.

    Attributes:
        level: R = shown against a real server, C = against the vendor's description, P = by payloads.
        receive, send: capability → level, as claimed.
        unproven: those of them that nothing shows: `receive media`, `send edit`.
        limits: the vendor's, each with its source, where the connector has a `limits.toml`.
    """

    connector: str
    title: str
    version: str
    level: VerificationLevel
    results: tuple[Result, ...]
    receive: Mapping[str, str] = field(default_factory=dict)
    send: Mapping[str, str] = field(default_factory=dict)
    unproven: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(result.outcome != "failed" for result in self.results)

    @property
    def checks(self) -> int:
        """Things checked in all."""
        return sum(result.checks for result in self.results)


def run_suite(suite_class: type[ConnectorSuite], contracts: Iterable[str] = tuple(CONTRACTS)) -> Report:
    """Runs the contracts of a suite.

    Args:
        suite_class: the suite.
        contracts: which ones; all of them if not given.
        root: the folder its `real` test is named from; the current one if not given.
    """
    suite = suite_class()
    results = tuple(_run(name, suite) for name in contracts)
    made = suite.connector
    return Report(
        connector=made.manifest.name,
        title=made.manifest.title,
        version=made.manifest.version,
        level=_level(suite, results),
        results=results,
        receive={name: level.name.lower() for name, level in made.capabilities.receive.items()},
        send={name: level.name.lower() for name, level in made.capabilities.send.items()},
        unproven=_unproven(suite, results),
        limits=_limits(made),
    )


def _limits(connector: type[Connector]) -> tuple[Limit, ...]:
    try:
        return read_limit_table(connector.__module__.partition(".")[0])
    except ConfigError:  # the kit asks nobody for the file
        return ()


def _unproven(suite: ConnectorSuite, results: tuple[Result, ...]) -> tuple[str, ...]:
    """What no sample shows; and everything that is sent, where the loss report or the rendering does not hold."""
    try:
        found = find_unproven(facts_of(suite))
    except Exception:  # the contracts have said what is wrong with the suite
        found = tuple(f"receive {name}" for name in suite.connector.capabilities.receive)
    broken = any(result.contract in ("render", "losses") and result.outcome == "failed" for result in results)
    return (*found, *(f"send {name}" for name in suite.connector.capabilities.send)) if broken else found


def _run(name: str, suite: ConnectorSuite) -> Result:
    summary, reason = CONTRACTS[name].summary, read_reason(type(suite), name)
    if not applies(name, suite):
        return Result(name, summary, "not applicable")
    started_s = time.perf_counter()
    detail, checks = "", 0
    notes: tuple[str, ...] = ()
    try:
        trial = run_contract(name, suite)
        checks, notes = trial.checks, tuple(dict.fromkeys(trial.notes))
    except ContractBroken as e:
        detail = str(e).partition(": ")[2]
    except Exception as e:  # a fault of the suite's own; the other contracts still have something to say
        detail = f"the suite raised {type(e).__name__}"
    duration_s = time.perf_counter() - started_s
    if is_overridden(type(suite), name) and not reason:
        return Result(name, summary, "failed", checks, duration_s, "the suite overrides it without xfail(reason)")
    if reason:
        known: Outcome = "xfailed" if detail else "failed"
        return Result(name, summary, known, checks, duration_s, reason if detail else f"it holds, despite: {reason}")
    # What checked nothing proved nothing: there was no file, no fake, no stop word to speak of.
    outcome: Outcome = "failed" if detail else "passed" if checks else "not applicable"
    return Result(name, summary, outcome, checks, duration_s, detail, notes)


def is_overridden(suite_class: type[ConnectorSuite], name: str) -> bool:
    """Whether a suite replaces a contract's test, or takes it away."""
    return getattr(suite_class, f"test_{name}", None) is not getattr(ConnectorSuite, f"test_{name}")


def read_reason(suite_class: type[ConnectorSuite], name: str) -> str:
    """Why a contract is known not to hold: of `xfail(reason)` or `pytest.mark.xfail(reason=...)`; "" if it is not."""
    test = getattr(suite_class, f"test_{name}", None)
    reasons = [getattr(test, XFAIL, "")]
    reasons += [m.kwargs.get("reason", "") for m in getattr(test, "pytestmark", ()) if m.name == "xfail"]
    return next((reason for reason in reasons if reason and reason.strip()), "")


def _level(suite: ConnectorSuite, results: tuple[Result, ...]) -> VerificationLevel:
    if suite.real is not None and is_test_there(type(suite), suite.real):
        return VerificationLevel.REAL
    checked = any(result.outcome == "passed" and CHECKED in result.notes for result in results)
    return VerificationLevel.CHECKED if checked else VerificationLevel.PAYLOADS
