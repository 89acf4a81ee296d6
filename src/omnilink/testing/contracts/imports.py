"""Imports: a connector that is installed costs nothing, and one that is loaded brings no vendor's SDK with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from omnilink.testing.trial import Trial

TIMEOUT_S = 60
_PROBE = """
import importlib, importlib.util, json, sys
import omnilink.plugin, omnilink.model
import omnilink.plugin.formatting
before = set(sys.modules)
name, file = sys.argv[1:]
try:
    importlib.import_module(name)
except ImportError:
    spec = importlib.util.spec_from_file_location("probed", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules["probed"] = module
    spec.loader.exec_module(module)
print(json.dumps(sorted({n.partition(".")[0] for n in set(sys.modules) - before})))
"""


def check(trial: Trial) -> None:
    """What importing the connector's module loads, in a process of its own."""
    module = trial.suite.connector.__module__
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    # Its own folders first, so that it is found where this process found it.
    path = os.pathsep.join([str(Path(file).parent), *filter(None, sys.path)])
    result = subprocess.run(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-c", _PROBE, module, file],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    trial.check(result.returncode == 0, f"the connector's module cannot be imported alone: {result.stderr[-500:]}")
    loaded = set(json.loads(result.stdout))
    own = {module.partition(".")[0], "probed", "omnilink"}
    foreign = sorted(loaded - own - set(sys.stdlib_module_names) - trial.suite.uses)
    trial.check(not foreign, f"importing it loads {', '.join(foreign)}: import them on use, or name them in `uses`")
