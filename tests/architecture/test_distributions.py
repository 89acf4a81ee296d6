"""Each connector is a distribution of its own in the same shape, and an extra of the core."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONNECTORS = sorted(file.parent for file in ROOT.glob("connectors/*/pyproject.toml"))


def read_project(folder: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return project


@pytest.mark.parametrize("folder", CONNECTORS, ids=lambda folder: folder.name)
def test_connector_is_typed_licensed_discoverable_and_an_extra(folder):
    project = read_project(folder)
    module = f"omnilink_{folder.name.replace('-', '_')}"
    assert project["name"] == f"omnilink-{folder.name}"
    assert project["entry-points"]["omnilink.connectors"] == {folder.name: module}
    assert (folder / "src" / module / "py.typed").is_file()
    # A copy, since a source distribution may hold no link that leads out of it.
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    extras = read_project(ROOT)["optional-dependencies"]
    assert extras[folder.name] == [project["name"]]
    assert folder.name in extras["all"][0]
