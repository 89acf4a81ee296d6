"""The kit has teeth: each fault, planted in a connector that passes, breaks its own contract and no other."""

import time

import pytest
from tests.testing import planted_media, planted_receiving, planted_sending  # noqa: F401 - each fault registers itself
from tests.testing.planted import FAULTS

from omnilink.testing import run_suite
from omnilink.testing.contracts import CONTRACTS, totality


def broken(suite, plant):
    """The suite over a connector with the fault."""
    connector = type("Faulty", (suite.connector,), {"__module__": suite.connector.__module__})
    faulty = type("FaultySuite", (suite,), {"connector": connector, "__module__": suite.__module__})
    plant(faulty, connector)
    return faulty


def test_the_model_passes_every_contract(townsms):
    report = run_suite(townsms)
    assert [r for r in report.results if r.outcome not in ("passed", "not applicable")] == []
    assert report.level == "P"
    assert report.checks > 10_000


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_planted_fault_breaks_its_contract_and_no_other(townsms, name):
    plant, expected = FAULTS[name]
    # Importing takes a process of its own, and most faults are not of that kind.
    contracts = [contract for contract in CONTRACTS if contract != "imports" or "imports" in expected]
    report = run_suite(broken(townsms, plant), contracts=contracts)
    failed = {r.contract: r.detail for r in report.results if r.outcome == "failed"}
    assert set(failed) == expected, failed


def test_reading_in_quadratic_time_breaks_totality(townsms, monkeypatch):
    monkeypatch.setattr(totality, "LONG_S", 0.02)

    class Slow(townsms.connector):
        __module__ = townsms.connector.__module__

        def parse(self, envelope):
            time.sleep(0.03 if len(envelope.body) > 150_000 and b"lamp" in envelope.body else 0)
            return super().parse(envelope)

    report = run_suite(type("SlowSuite", (townsms,), {"connector": Slow}))
    assert {r.contract: r.detail for r in report.results if r.outcome == "failed"} == {
        "totality": "a long tail of b'<@' behind text takes too long"
    }
