"""README and docs cannot lie: their Python blocks and their `$ omnilink …` lines run, in order, file by file.

Each file gets an empty folder with a copy of `examples/` in it, and one namespace. A block under the line
`<!-- not run -->` is skipped.
"""

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]

BLOCK = re.compile(
    r"(?P<not_run><!-- not run -->\n)?^```(?P<language>python|console)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMAND_TIMEOUT_S = 120


class Block(NamedTuple):
    language: str
    body: str
    line: int


def runnable_blocks(text: str) -> Iterator[Block]:
    for match in BLOCK.finditer(text):
        if not match["not_run"]:
            yield Block(match["language"], match["body"], text.count("\n", 0, match.start("body")) + 1)


def omnilink_commands(body: str) -> list[str]:
    """The lines a reader would type, without their prompt; the others are output."""
    joined = body.replace("\\\n", " ")
    return [line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ omnilink ")]


def run_command(command: str, page: str) -> None:
    scripts = sysconfig.get_path("scripts")
    environment = {**os.environ, "PATH": scripts + os.pathsep + os.environ.get("PATH", ""), "COLUMNS": "120"}
    # A shell, as the reader has: pages may pipe and redirect.
    result = subprocess.run(
        command, shell=True, env=environment, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False
    )
    assert result.returncode == 0, f"{page}: `{command}`\n{result.stdout}{result.stderr}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_page_runs_as_printed(path, tmp_path, monkeypatch):
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    page = path.relative_to(ROOT).as_posix()
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in runnable_blocks(path.read_text(encoding="utf-8")):
        if block.language == "python":
            # The leading newlines make a traceback point to the page's own line.
            code = compile("\n" * (block.line - 1) + block.body, str(path), "exec")
            exec(code, namespace)
        else:
            for command in omnilink_commands(block.body):
                run_command(command, f"{page}:{block.line}")


def test_blocks_are_found_and_skipped_as_marked():
    text = "a\n```python\nx = 1\n```\n<!-- not run -->\n```python\nx = 2\n```\n```json\n1\n```\n"
    assert list(runnable_blocks(text)) == [Block("python", "x = 1\n", 3)]


def test_commands_are_the_lines_with_a_prompt():
    body = "$ omnilink import box \\\n    --connector email\n2 envelopes\n$ pip install x\n"
    assert omnilink_commands(body) == ["omnilink import box      --connector email"]
