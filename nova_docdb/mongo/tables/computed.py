"""Keys of a row that are computed from its columns at each read, and never stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nova_docdb import exception
from nova_docdb.config import CONF


def instance_name(row: dict[str, Any]) -> Any:
    """Return the name of an instance, by the option instance_name_template.

    :raises ConfigurationError: if the option is not a printf template
    """
    template = CONF.instance_name_template
    try:
        return template % row["id"]
    except TypeError:  # it has named fields
        return _filled(template, row)
    except ValueError as error:
        raise _unusable(template, error) from error


# The function for each key, by table.
COMPUTED: dict[str, dict[str, Callable[[dict[str, Any]], Any]]] = {
    "instances": {"name": instance_name},
}


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
