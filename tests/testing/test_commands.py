"""`omnilink conformance` and `omnilink new-connector`: what they print, write and refuse."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from omnilink.cli.conformance import conformance
from omnilink.cli.new_connector import new_connector
from omnilink.cli.session import Session
from omnilink.errors import BadInput, UnknownConnector

SUITE = Path(__file__).parents[2] / "examples/custom_connector/src/omnilink_townsms/conformance.py"
ROOT = Path(__file__).parents[2]


def run(command, *arguments):
    return CliRunner().invoke(command, arguments, obj=Session(), catch_exceptions=True)


def test_conformance_prints_each_contract_and_what_it_checked(townsms):
    result = run(conformance, str(SUITE), "--only", "outcome", "--only", "manifest")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "townsms: Town SMS gateway"
    assert lines[1].startswith("level P: shown by payloads; ")
    assert [line.split()[:2] for line in lines[2:]] == [["manifest", "passed"], ["outcome", "passed"]]


def test_conformance_answers_one_json_document(townsms):
    result = run(conformance, str(SUITE), "--only", "claims", "--json")
    document = json.loads(result.stdout)
    assert (document["connector"], document["passed"], document["level"]) == ("townsms", True, "P")
    assert document["contracts"][0]["contract"] == "claims"
    assert document["send"] == {"text": "full"}
    assert document["unproven"] == []


def test_a_broken_contract_ends_with_exit_code_one(tmp_path, townsms):
    file = tmp_path / "broken.py"
    file.write_text(
        "from omnilink_townsms.conformance import TownSmsSuite\nclass Broken(TownSmsSuite):\n    echoes = True\n"
    )
    result = run(conformance, str(file), "--only", "echo")
    assert result.exit_code == 1
    assert "claimed and not proved" in result.output


@pytest.mark.parametrize(
    ("arguments", "error"), [(["nobodys"], UnknownConnector), ([str(SUITE), "--only", "luck"], BadInput)]
)
def test_what_is_unknown_is_told(arguments, error, townsms):
    assert isinstance(run(conformance, *arguments).exception, error)


@pytest.mark.parametrize("name", ["Town", "town_sms", "-town", "town-", "town--sms", "1town", "tówn", "a/b", ".."])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    assert isinstance(run(new_connector, "--into", str(tmp_path), "--", name).exception, BadInput)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ['a "b"', "a\nb", "a\\", ""])
def test_a_title_that_would_break_the_files_is_refused(tmp_path, title):
    assert isinstance(run(new_connector, "town", "--title", title, "--into", str(tmp_path)).exception, BadInput)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "omnilink-town").mkdir()
    (tmp_path / "omnilink-town" / "mine.txt").write_text("x")
    assert isinstance(run(new_connector, "town", "--into", str(tmp_path)).exception, BadInput)


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "MYPYPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_new_connector_passes_the_kit_and_its_own_tests_as_it_is_written(tmp_path):
    result = run(new_connector, "town-pager", "--into", str(tmp_path), "--json")
    written = json.loads(result.stdout)
    folder = tmp_path / "omnilink-town-pager"
    assert written["folder"] == str(folder)
    assert folder / "src/omnilink_town_pager/py.typed" in map(Path, written["written"])
    tests = python(folder, "-W", "error", "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "tests")
    assert tests.returncode == 0, tests.stdout
    code = (
        "from omnilink.testing.report import run_suite\n"
        "from omnilink_town_pager.conformance import TownPagerSuite as S\n"
        "r = run_suite(S); assert r.passed, r; assert not r.unproven; print(r.checks)"
    )
    checks = python(folder, "-c", code)
    assert int(checks.stdout) > 10_000, checks.stderr


def test_a_new_connector_keeps_the_house_s_style(tmp_path):
    run(new_connector, "lamp", "--into", str(tmp_path), "--title", "Lamp & Co")
    folder = tmp_path / "omnilink-lamp"
    ruff = ["-m", "ruff", "--config", str(ROOT / "pyproject.toml")]
    for arguments in (["check", "--ignore", "I001", "."], ["format", "--check", "."]):
        done = python(folder, *ruff, *arguments)
        assert done.returncode == 0, done.stdout
    files = [file for kind in ("*.py", "*.toml", "*.md") for file in folder.rglob(kind)]
    assert not [file.name for file in files if "$" in file.read_text()]
    assert "FILL IN" in (folder / "src/omnilink_lamp/signature.py").read_text()


@pytest.mark.long
def test_a_new_connector_is_typed(tmp_path):
    run(new_connector, "lamp", "--into", str(tmp_path))
    done = python(tmp_path / "omnilink-lamp", "-m", "mypy", "--strict", "src")
    assert done.returncode == 0, done.stdout


def test_page_of_writing_a_connector_names_every_capability_and_word_of_a_receipt():
    from omnilink.model.delivery import LADDER
    from omnilink.testing.contracts.manifest import RECEIVES, SENDS

    page = (Path(__file__).parents[2] / "docs/writing-a-connector.md").read_text(encoding="utf-8")
    words = {*RECEIVES, *SENDS, *LADDER} - {"unknown"}
    assert not [word for word in sorted(words) if f"`{word}`" not in page]
