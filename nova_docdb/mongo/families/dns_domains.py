"""The DNS domains of availability zones and projects.

    {_id: "cloud.example", scope: "private", availability_zone: "zone1", project_id: null,
     created_at, updated_at, deleted_at, deleted: false}

The domain is the primary key, so two first registrations create one document. Unregistering a
domain removes the document.
"""

from __future__ import annotations

from nova_docdb.context import Context, require_admin_context, require_context
from nova_docdb.mongo.store.secondary_reads import tolerates_stale_reads
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Values, table
from nova_docdb.schemas.columns import DateTime

DNS_DOMAINS = table("dns_domains")


@require_context
def dnsdomain_get(context: Context, fqdomain: str) -> Row | None:
    return DNS_DOMAINS.get(DNS_DOMAINS.where_live(domain=fqdomain))


@require_context
@tolerates_stale_reads
def dnsdomain_list(context: Context) -> list[str]:
    # Rows without a time, which only an import brings, are older than all others.
    rows = DNS_DOMAINS.find(DNS_DOMAINS.live)
    rows.sort(key=lambda row: (row["created_at"] or DateTime.lowest, row["domain"]))
    return [row["domain"] for row in rows]


@require_admin_context
def dnsdomain_register_for_project(context: Context, fqdomain: str, project: str | None) -> None:
    _register(fqdomain, {"scope": "public", "project_id": project})


@require_admin_context
def dnsdomain_register_for_zone(context: Context, fqdomain: str, zone: str | None) -> None:
    _register(fqdomain, {"scope": "private", "availability_zone": zone})


@require_admin_context
def dnsdomain_unregister(context: Context, fqdomain: str) -> None:
    DNS_DOMAINS.remove(DNS_DOMAINS.where_visible(context, domain=fqdomain))


def _register(fqdomain: str, values: Values) -> None:
    where = DNS_DOMAINS.where_live(domain=fqdomain)
    DNS_DOMAINS.update_or_insert(
        lambda: DNS_DOMAINS.update(where, values), {"domain": fqdomain, **values}
    )
