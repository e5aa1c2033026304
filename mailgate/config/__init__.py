"""The configuration: `load` gives it whole, `light.light` the little that `accept` needs.

Imported lazily, so that a command pays only for what it asks for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailgate.config.configuration import Configuration
    from mailgate.config.faults import Fault, Faults
    from mailgate.config.loading import load
    from mailgate.config.place import find

__all__ = ["Configuration", "Fault", "Faults", "find", "load"]

_HOMES = {
    "Configuration": "configuration",
    "Fault": "faults",
    "Faults": "faults",
    "find": "place",
    "load": "loading",
}


def __getattr__(name: str) -> Any:
    """Return a public name from the module it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
