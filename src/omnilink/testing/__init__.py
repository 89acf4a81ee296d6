"""The conformance kit: what every connector must show, and what a test of one needs.

One class a connector, `ConnectorSuite`, brings samples, answers and a signature; its inherited tests are the
contracts. See docs/conformance.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omnilink.testing.clock import ManualClock
    from omnilink.testing.fakes import FakeProvider, find_specs, json_answer, route
    from omnilink.testing.faults import http
    from omnilink.testing.report import Report, Result, run_suite
    from omnilink.testing.samples import Sample, SendSample, VendorAnswer
    from omnilink.testing.suite import ConnectorSuite, xfail
    from omnilink.testing.trial import ContractBroken

_WHERE = {
    "ConnectorSuite": "suite", "ContractBroken": "trial", "FakeProvider": "fakes", "ManualClock": "clock",
    "Report": "report", "Result": "report", "Sample": "samples", "SendSample": "samples", "VendorAnswer": "samples",
    "find_specs": "fakes",
    "http": "faults", "json_answer": "fakes", "route": "fakes", "run_suite": "report", "xfail": "suite",
}  # fmt: skip

__all__ = [
    "ConnectorSuite", "ContractBroken", "FakeProvider", "ManualClock", "Report", "Result", "Sample", "SendSample",
    "VendorAnswer", "find_specs", "http", "json_answer", "route", "run_suite", "xfail",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # Lazy: the pytest plugin lives here too, and must cost nothing where no suite is run.
    if name in _WHERE:
        return getattr(import_module(f"omnilink.testing.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'omnilink.testing' has no attribute {name!r}")
