"""`python benchmarks/threading.py`: the benchmark of mail threading, `mail_threading.py` beside this folder.

A folder, because a file of this name would hide the standard library's `threading` from every script beside it; Python
runs a folder by its `__main__.py`, and never imports one whose name ends in `.py`.
"""

import runpy
import sys
from pathlib import Path

BENCHMARK = Path(__file__).resolve().parents[1] / "mail_threading.py"

if __name__ == "__main__":
    sys.path.insert(0, str(BENCHMARK.parent))
    sys.argv[0] = str(BENCHMARK)
    runpy.run_path(str(BENCHMARK), run_name="__main__")
