"""The guard: a contract that is skipped, deselected, overridden or taken away fails its suite."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "custom_connector" / "src"
SUITES = """
import pytest
from omnilink.testing import ConnectorSuite, xfail
from omnilink_townsms.conformance import TownSmsSuite


class TestWhole(TownSmsSuite):
    pass


class TestSkips(TownSmsSuite):
    @pytest.mark.skip(reason="later")
    def test_media(self): ...


class TestSkipsInside(TownSmsSuite):
    @pytest.mark.xfail(reason="not now")
    def test_media(self):
        pytest.skip("later")


class TestTakesAway(TownSmsSuite):
    test_media = None


class TestOverrides(TownSmsSuite):
    def test_media(self): ...


class TestNeverRuns(TownSmsSuite):
    @pytest.mark.xfail(reason="slow", run=False)
    def test_media(self): ...


class TestKnown(TownSmsSuite):
    secrets = {"key": "The lamp is dark"}  # said by a sample, so a log of it would be told

    @xfail("the gateway tells of prices only")
    def test_claims(self):
        type(self).connector = type("Claims", (self.connector,), {})
        from omnilink.testing.trial import ContractBroken
        raise ContractBroken("claims: not shown")


class TestMended(TownSmsSuite):
    @xfail("was broken once")
    def test_media(self):
        super().test_media()


class TestBlankReason(TownSmsSuite):
    @xfail(" ")
    def test_media(self):
        super().test_media()


@pytest.mark.skip(reason="no suite, so none of our business")
def test_of_somebody_else(): ...
"""


WHOLE = """
from omnilink_townsms.conformance import TownSmsSuite

class TestWhole(TownSmsSuite):
    pass
"""


def run(folder: Path, *arguments: str, suites: str = SUITES) -> tuple[int, str]:
    """The outcome of the suites above in a pytest of their own, with no plugins but ours and those named."""
    (folder / "test_suites.py").write_text(suites)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "omnilink", "-c", os.devnull, "--rootdir", str(folder), "-rA", "-q",
         "--tb=no", *arguments, "test_suites.py"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(EXAMPLE)},
    )  # fmt: skip
    return result.returncode, result.stdout + result.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return run(tmp_path_factory.mktemp("suites"), "-k", "media or guard or claims or else or every_contract")[1]


@pytest.mark.parametrize(
    ("suite", "test"),
    [
        ("TestSkips", "test_media"),
        ("TestSkips", "every_contract_is_run"),
        ("TestSkipsInside", "test_media"),
        ("TestTakesAway", "every_contract_is_run"),
        ("TestOverrides", "every_contract_is_run"),
        ("TestNeverRuns", "every_contract_is_run"),
        ("TestMended", "test_media"),
        ("TestBlankReason", "every_contract_is_run"),
    ],
)
def test_what_leaves_a_contract_out_fails(told, suite, test):
    # Where a mark skips it, the failure is already one of its set-up.
    assert f"FAILED test_suites.py::{suite}::{test}" in told or f"ERROR test_suites.py::{suite}::{test}" in told


def test_a_known_fault_with_its_reason_is_an_expected_failure(told):
    assert "XFAIL test_suites.py::TestKnown::test_claims - the gateway tells of prices only" in told
    assert "TestKnown::every_contract_is_run" not in told


def test_a_whole_suite_and_foreign_tests_are_left_alone(told):
    assert "PASSED test_suites.py::TestWhole::test_media" in told
    assert "TestWhole::every_contract_is_run" not in told
    assert "SKIPPED [1] test_suites.py" in told


def test_a_deselected_contract_fails_unless_a_part_is_run_by_hand(tmp_path):
    code, out = run(tmp_path, "--deselect", "test_suites.py::TestWhole::test_signature", suites=WHOLE)
    assert "FAILED test_suites.py::TestWhole::every_contract_is_run" in out
    assert code == 1
    code, out = run(tmp_path, "-k", "TestWhole and media")
    assert code == 0, out


def test_it_works_in_random_order_and_on_several_workers(tmp_path):
    plugins = ("-p", "xdist", "-n", "2", "-p", "pytest_randomly")
    code, out = run(tmp_path, *plugins, "-k", "(TestTakesAway or TestWhole) and manifest")
    assert "FAILED test_suites.py::TestTakesAway::every_contract_is_run" in out
    assert "PASSED test_suites.py::TestWhole::test_manifest" in out
    assert code == 1, out


def test_where_no_suite_is_run_nothing_of_the_kit_is_loaded(tmp_path):
    (tmp_path / "test_other.py").write_text(
        "import sys\ndef test_it():\n    assert not {m for m in sys.modules if m.startswith('omnilink.') } - "
        "{'omnilink.testing', 'omnilink.testing.pytest_plugin'}\n"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-c", os.devnull, str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout


def test_it_is_there_wherever_omnilink_is_installed():
    (point,) = (p for p in entry_points(group="pytest11") if p.name == "omnilink")
    assert point.value == "omnilink.testing.pytest_plugin"


def test_it_can_be_asked_to_stay_away(tmp_path):
    code, out = run(tmp_path, "-p", "no:omnilink", "-k", "TestTakesAway and manifest")
    assert "every_contract_is_run" not in out
    assert code == 0, out
