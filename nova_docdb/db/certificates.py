"""The contract of certificates.

Bodies: ``nova_docdb/mongo/families/certificates.py``.
"""

from __future__ import annotations

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.db.rows import CertificateRow
from nova_docdb.db.values import Values


@backend_function
def certificate_create(context: Context, values: Values) -> CertificateRow:
    """Create a certificate.

    :param values: user_id, project_id, file_name
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def certificate_get_all_by_project(
    context: Context, project_id: str | None
) -> list[CertificateRow]:
    """Return the live certificates of a project.

    :param project_id: the project; None means rows without a project
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def certificate_get_all_by_user(context: Context, user_id: str | None) -> list[CertificateRow]:
    """Return the live certificates of a user.

    :param user_id: the user
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def certificate_get_all_by_user_and_project(
    context: Context, user_id: str | None, project_id: str | None
) -> list[CertificateRow]:
    """Return the live certificates of a user in a project.

    :param user_id: the user
    :param project_id: the project; None means rows without a project
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """
