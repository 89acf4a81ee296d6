"""`from omnilink import Hub` is cheap: what a process does not use, it does not load."""

import json
import subprocess
import sys

import pytest

HEAVY = {"anyio", "httpx", "starlette", "uvicorn", "slack_sdk", "twilio", "click", "phonenumbers"}


@pytest.mark.parametrize("statement", ["import omnilink", "from omnilink import Hub"])
def test_import_loads_no_http_client_web_framework_or_vendor_sdk(statement):
    code = f"{statement}; import json, sys; print(json.dumps(sorted(sys.modules)))"
    # -I: neither the folder it is started in nor the environment's variables decide what is found.
    result = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    loaded = {name.partition(".")[0] for name in json.loads(result.stdout)}
    assert not HEAVY & loaded
