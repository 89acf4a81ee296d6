"""Secrets are compared in constant time (hmac.compare_digest): `==` tells an attacker how far he got.

Where the compared value is no secret, say so on the line: `# not secret: <why>`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [*ROOT.glob("src/**/*.py"), *ROOT.glob("connectors/*/src/**/*.py")]

SECRET = re.compile(r"(^|_)(sig|sigs|signature|signatures)(_|$)|token|secret|digest|hmac", re.IGNORECASE)
ALLOWED = re.compile(r"# not secret: \S")


def name_of(node: ast.expr) -> str:
    """The last word of what is compared: `request.signature` and `headers["signature"]` are both `signature`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name.replace("-", "_")
        case ast.Call(func=function):
            return name_of(function)
        case _:
            return ""


def plain_secret_compares(source: str) -> Iterator[int]:
    """Numbers of the lines that compare something named like a secret with something other than a literal."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare) or not any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            continue
        operands = [node.left, *node.comparators]
        # A literal in the source is no secret; that none stands there is ruff's S105.
        if any(isinstance(operand, ast.Constant) for operand in operands):
            continue
        if any(SECRET.search(name_of(operand)) for operand in operands):
            allowed = any(ALLOWED.search(line) for line in lines[node.lineno - 1 : node.end_lineno])
            if not allowed:
                yield node.lineno


def test_no_secret_is_compared_with_equals():
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in FILES
        for line in plain_secret_compares(file.read_text(encoding="utf-8"))
    ]
    assert not found, f"use hmac.compare_digest, or say `# not secret: why`: {found}"


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ("given == expected_signature", True),
        ("request.headers['X-Hub-Signature'] != made", True),
        ("hmac.new(a, b).hexdigest() == given", True),
        ("sig == given", True),
        ("verify_token == given  # not secret: a public name", False),
        ("token_type == 'bearer'", False),
        ("design == given", False),
        ("hmac.compare_digest(sig, given)", False),
    ],
)
def test_the_check_itself_knows_a_secret(source, is_found):
    assert bool(list(plain_secret_compares(source))) is is_found
