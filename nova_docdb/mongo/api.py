"""The functions of all families in one namespace: the backend."""

from __future__ import annotations

from types import FunctionType, ModuleType

from nova_docdb.mongo import migration, services

FAMILIES: tuple[ModuleType, ...] = (
    migration,
    services,
)

for _family in FAMILIES:
    globals().update(
        {
            name: function
            for name, function in vars(_family).items()
            if isinstance(function, FunctionType)
            and function.__module__ == _family.__name__
            and not name.startswith("_")
        }
    )
