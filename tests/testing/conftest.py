"""The tutorial's connector is the model the kit is tried on: whole, and then with one fault planted at a time."""

import importlib
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "custom_connector" / "src"


@pytest.fixture(scope="session")
def townsms():
    """The tutorial's suite class; its connector is `townsms.connector`."""
    sys.path.insert(0, str(EXAMPLE))
    try:
        return importlib.import_module("omnilink_townsms.conformance").TownSmsSuite
    finally:
        sys.path.remove(str(EXAMPLE))
