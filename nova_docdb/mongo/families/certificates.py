"""The X.509 certificates of users.

    {_id: 1, user_id: "alice", project_id: "acme", file_name: "newcerts/01.pem",
     created_at, updated_at, deleted_at, deleted: 0}

Nothing is unique, and no function changes a row.
"""

from __future__ import annotations

from nova_docdb.context import Context, require_admin_context
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, table

CERTIFICATES = table("certificates")


@require_admin_context
def certificate_create(context: Context, values: Values) -> Row:
    return CERTIFICATES.insert(values)


@require_admin_context
@tolerates_stale_reads
def certificate_get_all_by_project(context: Context, project_id: str | None) -> list[Row]:
    return CERTIFICATES.find(CERTIFICATES.where_live(project_id=project_id))


@require_admin_context
@tolerates_stale_reads
def certificate_get_all_by_user(context: Context, user_id: str | None) -> list[Row]:
    return CERTIFICATES.find(CERTIFICATES.where_live(user_id=user_id))


@require_admin_context
@tolerates_stale_reads
def certificate_get_all_by_user_and_project(
    context: Context, user_id: str | None, project_id: str | None
) -> list[Row]:
    return CERTIFICATES.find(CERTIFICATES.where_live(user_id=user_id, project_id=project_id))
