"""The invented register, for all tests of this folder."""

import pytest
from tests.identity.stitch import register as invented


@pytest.fixture(scope="session")
def register():
    """The module `register.py` beside this file."""
    return invented
