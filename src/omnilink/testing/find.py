"""Find the suite of a connector: by its package's entry point, in a checkout, or in a file."""

import sys
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from omnilink.errors import BadInput, UnknownConnector
from omnilink.testing.suite import ConnectorSuite

GROUP = "omnilink.conformance"
"""Entry points: connector's name → `module:SuiteClass`, so that a wheel carries its own proof."""


def list_suites(root: Path | None = None) -> list[str]:
    """Names of the connectors whose suite can be found."""
    here = (root or Path.cwd()).glob("connectors/*/tests/test_*_conformance.py")
    return sorted({entry.name for entry in entry_points(group=GROUP)} | {file.parts[-3] for file in here})


def find_suite(name: str, root: Path | None = None) -> type[ConnectorSuite]:
    """The suite of a connector.

    Args:
        name: of the connector, or a path to a Python file with one suite.
        root: the checkout; the current folder if not given.

    Raises:
        UnknownConnector: no suite is found.
        BadInput: what is found is no suite.
    """
    if name.endswith(".py"):
        return _in_file(Path(name))
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            found = entry.load()
            if isinstance(found, type) and issubclass(found, ConnectorSuite):
                return found
            raise BadInput("the entry point names no ConnectorSuite", hint=f"see [project.entry-points.{GROUP!r}]")
    word = name.replace("-", "_")
    file = (root or Path.cwd()) / "connectors" / name / "tests" / f"test_{word}_conformance.py"
    if file.is_file():
        return _in_file(file)
    raise UnknownConnector(
        "no conformance suite of that connector is installed", connector=name,
        hint=f"its package names one in the entry point group {GROUP}, or give the path of a file",
    )  # fmt: skip


def _in_file(path: Path) -> type[ConnectorSuite]:
    spec = spec_from_file_location(f"omnilink_suite_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise BadInput("there is no such file with a suite", hint="give the path of a Python file")
    module: ModuleType = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found = [
        made
        for made in vars(module).values()
        if isinstance(made, type) and issubclass(made, ConnectorSuite) and hasattr(made, "connector")
    ]
    own = [made for made in found if made.__module__ == module.__name__] or found
    if len(own) != 1:
        raise BadInput(f"the file holds {len(own)} suites, not one", hint="name the file of one suite")
    return own[0]
