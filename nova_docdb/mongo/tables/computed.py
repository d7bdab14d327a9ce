"""Keys of a row that are computed from its columns whenever it is read, and never stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nova_docdb import exception
from nova_docdb.config import CONF


def instance_name(row: dict[str, Any]) -> Any:
    """Return the name of an instance, as the option instance_name_template wants it.

    :raises ConfigurationError: if the template is no printf template
    """
    template = CONF.instance_name_template
    try:
        return template % row["id"]
    except TypeError:  # it has named fields
        return _filled(template, row)
    except ValueError as error:
        raise _unusable(template, error) from error


# The key and its rule, by table.
COMPUTED: dict[str, dict[str, Callable[[dict[str, Any]], Any]]] = {
    "instances": {"name": instance_name},
}


def _filled(template: str, row: dict[str, Any]) -> Any:
    """Return the template with the columns in it, or the uuid if it asks for what is not there."""
    try:
        return template % row
    except (KeyError, TypeError):
        return row["uuid"]
    except ValueError as error:
        raise _unusable(template, error) from error


def _unusable(template: str, error: ValueError) -> exception.ConfigurationError:
    return exception.ConfigurationError(f"instance_name_template={template!r}: {error}")
