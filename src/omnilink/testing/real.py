"""Whether the test a suite names, of a real server, is there."""

import re
import sys
from pathlib import Path

BY_SERVER = "shown by the test of a real server"


def is_test_there(suite: type, node: str) -> bool:
    """Whether a test exists in the checkout a suite lies in.

    Args:
        suite: a suite's class; the folders above its file are looked through.
        node: `tests/real/test_mail.py::test_name`, from the checkout's root.
    """
    place, _, name = node.partition("::")
    name = name.rpartition("::")[2].partition("[")[0]
    file = getattr(sys.modules.get(suite.__module__), "__file__", None)
    for folder in Path(file).resolve().parents if file else ():
        found = folder / place
        if found.is_file():
            text = found.read_text(encoding="utf-8")
            return re.search(rf"^\s*(?:async )?def {re.escape(name)}\(", text, re.MULTILINE) is not None
    return False
