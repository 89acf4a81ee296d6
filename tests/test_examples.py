"""Every script in `examples/` runs as it stands, in an empty folder."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
TIMEOUT_S = 120


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda script: script.name)
def test_example_runs(script, tmp_path):
    # A copy: an example may read what lies beside it and write where it is started.
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    result = subprocess.run(
        [sys.executable, "-W", "error", f"examples/{script.name}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
