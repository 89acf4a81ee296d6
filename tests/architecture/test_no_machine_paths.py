"""No file of the repository names a package registry's host or a path of the machine it was written on.

The forbidden names are put together here, so that this file does not contain them.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

REGISTRY_HOSTS = [
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
    )
]


def machine_paths() -> list[str]:
    # A parent such as /tmp or /srv is any machine's; a deeper one is this machine's.
    parents = [ROOT.parent] if len(ROOT.parent.parts) > 2 else []
    return [f"{folder.as_posix()}/" for folder in (ROOT, *parents)] + ["/" + "work" + "/"]


def repository_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs the git checkout to know which files are ours")
def test_no_file_names_a_registry_or_a_path_of_this_machine():
    # Not after a word character or a dot: https://example.org/… and ./… have the same letters and are fine.
    paths = [rf"(?<![\w.~-]){re.escape(path)}" for path in machine_paths()]
    hosts = [rf"(?<![\w-]){re.escape(host)}(?![\w-])" for host in REGISTRY_HOSTS]
    forbidden = re.compile("|".join(paths + hosts))
    files = repository_files()
    assert files
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for file in files
        for number, line in enumerate(read_text_or_nothing(file).splitlines(), 1)
        if forbidden.search(line)
    ]
    assert not found, "\n".join(found)


def read_text_or_nothing(file: Path) -> str:
    raw = file.read_bytes()
    return "" if b"\0" in raw else raw.decode("utf-8", errors="replace")
