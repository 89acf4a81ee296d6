"""omnilink: every channel a citizen uses as one history of one person."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.plugin.settings import Settings

__all__ = ["Hub", "Settings", "__version__"]
__version__ = "0.1.0"

_WHERE = {"Hub": "omnilink.hub", "Settings": "omnilink.plugin.settings"}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'omnilink' has no attribute {name!r}")
