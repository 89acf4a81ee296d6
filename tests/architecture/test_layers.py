"""The layers of the architecture hold; pyproject.toml's [tool.importlinter] says which."""

import subprocess
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_import_contract_is_kept():
    lint_imports = Path(sysconfig.get_path("scripts")) / "lint-imports"
    result = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_connector_is_under_every_contract_on_connectors():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    modules = {folder.name for folder in ROOT.glob("connectors/*/src/*") if (folder / "__init__.py").is_file()}
    layers, sources, independent, unknown_to_core = config["contracts"]
    assert layers["containers"] == ["omnilink"]
    assert set(config["root_packages"]) == modules | {"omnilink"}
    assert set(sources["source_modules"]) == modules
    assert set(independent["modules"]) == modules
    assert set(unknown_to_core["forbidden_modules"]) == modules
