"""The tables of this package: rules of countries and providers, as data with their sources."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_table(name: str) -> dict[str, Any]:
    """A table of `identity/data` by name, read once (package data, the only file access of this layer)."""
    return tomllib.loads(files("omnilink.identity").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))
