"""A suite run without pytest: levels of verification, known faults, and what does not apply."""

import pytest

from omnilink.errors import BadInput, UnknownConnector
from omnilink.plugin import Accepted, Capabilities, Level, Manifest
from omnilink.testing import FakeProvider, VendorAnswer, http, json_answer, route, run_suite, xfail
from omnilink.testing.find import find_suite
from omnilink.testing.report import VerificationLevel


class Gateway(FakeProvider):
    hosts = frozenset({"api.townsms.example"})

    class Nothing:
        def check_request(self, request):
            return ""

        check_answer = lambda self, request, answer: ""  # noqa: E731

    def read_description(self, specs):
        return self.Nothing()

    @route("POST", "/v1/texts")
    def take(self, request):
        return json_answer(201, {"id": "m1"})


def result(report, contract):
    return next(r for r in report.results if r.contract == contract)


def make(townsms, **members):
    return type("Suite", (townsms,), {"__module__": townsms.__module__, **members})


def test_payloads_alone_are_level_p_and_a_checking_fake_is_level_c(townsms, tmp_path):
    assert run_suite(townsms, contracts=["exchange"]).level is VerificationLevel.PAYLOADS
    unchecked = make(townsms, fake=lambda self: Gateway())
    assert run_suite(unchecked, contracts=["exchange"]).level is VerificationLevel.PAYLOADS
    checked = make(townsms, fake=lambda self: Gateway(specs=tmp_path))
    report = run_suite(checked, contracts=["exchange"])
    assert result(report, "exchange").outcome == "passed"
    assert report.level is VerificationLevel.CHECKED


def test_a_test_of_a_real_server_is_level_r_if_it_exists(townsms):
    there = make(townsms, real="tests/testing/test_report.py::test_a_test_of_a_real_server_is_level_r_if_it_exists")
    assert run_suite(there, contracts=["claims"]).level is VerificationLevel.REAL
    for node in ("tests/testing/test_report.py::test_nothing", "tests/real/test_nothing.py::test_x"):
        report = run_suite(make(townsms, real=node), contracts=["claims"])
        assert report.level is VerificationLevel.PAYLOADS
        assert result(report, "claims").outcome == "failed"


def test_a_request_the_description_refuses_fails_the_exchange(townsms, tmp_path):
    class Strict(Gateway):
        def read_description(self, specs):
            found = self.Nothing()
            found.check_request = lambda request: "to: pattern"
            return found

    report = run_suite(make(townsms, fake=lambda self: Strict(specs=tmp_path)), contracts=["exchange"])
    assert "to: pattern" in result(report, "exchange").detail


def test_a_known_fault_is_told_with_its_reason_and_a_mended_one_fails(townsms):
    @xfail("the vendor tells no codes")
    def known(self): ...

    broken = make(townsms, test_outcome=known, answers=lambda self: [VendorAnswer("odd", http(500), Accepted())])
    found = result(run_suite(broken, contracts=["outcome"]), "outcome")
    assert (found.outcome, found.detail) == ("xfailed", "the vendor tells no codes")
    mended = make(townsms, test_outcome=known)
    assert result(run_suite(mended, contracts=["outcome"]), "outcome").outcome == "failed"
    silent = make(townsms, test_outcome=lambda self: None)
    assert "without xfail" in result(run_suite(silent, contracts=["outcome"]), "outcome").detail


def test_a_connector_that_only_reads_files_has_nothing_to_do_with_the_rest(townsms):
    class Reader:
        manifest = Manifest(name="reader", title="Reader", channels=("letter",), version="1", schemes=("tel",))
        capabilities = Capabilities(receive={"text": Level.FULL})
        __module__ = townsms.connector.__module__

        def __init__(self, settings): ...

        parse = townsms.connector.parse

    suite = make(townsms, connector=Reader, own=(), hosts=frozenset())
    suite.samples = lambda self: (s for s in townsms.samples(self) if s.name == "text")
    report = run_suite(suite)
    assert report.passed, [r for r in report.results if r.outcome == "failed"]
    applied = {r.contract for r in report.results if r.outcome != "not applicable"}
    assert not applied & {"signature", "render", "losses", "outcome", "exchange", "poll", "opt_out"}


def test_a_fault_of_the_suite_s_own_is_told_and_the_other_contracts_still_run(townsms):
    def samples(self):
        raise KeyError("lost")

    report = run_suite(make(townsms, samples=samples), contracts=["manifest", "totality"])
    assert [r.outcome for r in report.results] == ["passed", "failed"]
    assert result(report, "totality").detail == "the suite raised KeyError"


def test_a_suite_is_found_in_a_file_and_an_unknown_one_is_told(tmp_path):
    file = tmp_path / "suite.py"
    file.write_text("x = 1\n")
    with pytest.raises(BadInput):
        find_suite(str(file))
    with pytest.raises(BadInput):
        find_suite(str(tmp_path / "none.py"))
    with pytest.raises(UnknownConnector):
        find_suite("nobodys", tmp_path)
