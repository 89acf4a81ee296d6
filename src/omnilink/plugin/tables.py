"""Tables beside a module: rules of vendors and standards as data, with their sources."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_toml(package: str, *path: str) -> dict[str, Any]:
    """A TOML file of a package, read once.

    Args:
        package: dotted name of the package the file is in.
        path: its folders and name below that.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return tomllib.loads(files(package).joinpath(*path).read_text(encoding="utf-8"))
