"""The contract of DNS domains.

Bodies: ``nova_docdb/mongo/families/dns_domains.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import DnsDomainRow


@backend_function
def dnsdomain_get(context: Context, fqdomain: str) -> DnsDomainRow | None:
    """Return a live DNS domain.

    :param fqdomain: the fully qualified domain name
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def dnsdomain_list(context: Context) -> list[str]:
    """Return the names of the live DNS domains, ordered by creation time, then by name.

    :returns: the names
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def dnsdomain_register_for_project(context: Context, fqdomain: str, project: str | None) -> None:
    """Register a DNS domain for a project.

    An existing one becomes public and keeps its zone.

    :param fqdomain: the fully qualified domain name
    :param project: the project
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def dnsdomain_register_for_zone(context: Context, fqdomain: str, zone: str | None) -> None:
    """Register a DNS domain for an availability zone.

    An existing one becomes private and keeps its project.

    :param fqdomain: the fully qualified domain name
    :param zone: the availability zone
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def dnsdomain_unregister(context: Context, fqdomain: str) -> None:
    """Delete a DNS domain permanently; no error if there is none.

    Follows read_deleted.

    :param fqdomain: the fully qualified domain name
    :raises AdminRequired: if the context is not an admin's
    """
