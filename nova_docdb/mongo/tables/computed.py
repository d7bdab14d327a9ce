"""Keys of rows that are computed from their columns at each read, and never stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nova_docdb import exception
from nova_docdb.config import CONF


def add_instance_names(rows: list[dict[str, Any]]) -> None:
    """Add to instances their names, by the option instance_name_template.

    :raises ConfigurationError: if the option is not a printf template
    """
    template = CONF.instance_name_template
    for row in rows:
        row["name"] = _name(template, row)


# The function that adds the keys of a table.
COMPUTED: dict[str, Callable[[list[dict[str, Any]]], None]] = {"instances": add_instance_names}


def _name(template: str, row: dict[str, Any]) -> Any:
    try:
        return template % row["id"]
    except TypeError:  # it has named fields
        return _filled(template, row)
    except ValueError as error:
        raise _unusable(template, error) from error


def _filled(template: str, row: dict[str, Any]) -> Any:
    """Return the template filled with columns; the uuid if it names one that does not exist."""
    try:
        return template % row
    except (KeyError, TypeError):
        return row["uuid"]
    except ValueError as error:
        raise _unusable(template, error) from error


def _unusable(template: str, error: ValueError) -> exception.ConfigurationError:
    return exception.ConfigurationError(f"instance_name_template={template!r}: {error}")
