"""The tables of this package: words of mail programs and habits of providers, as data with their sources."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_table(name: str) -> dict[str, Any]:
    """A table of `conversation/data` by name, read once (package data, the only file access of these modules)."""
    return tomllib.loads(files("omnilink.conversation").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))
