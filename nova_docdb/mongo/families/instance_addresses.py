"""The fixed addresses of an instance, shared by addresses and instances."""

from __future__ import annotations

from nova_docdb import exception
from nova_docdb.mongo.tables.arguments import require_uuid
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import table

FIXED_IPS = table("fixed_ips")


def fixed_ips_of(instance_uuid: str) -> list[Row]:
    """Return the live fixed addresses of an instance, by id; at least one.

    :raises InvalidUUID: if ``instance_uuid`` is not a canonical uuid
    :raises FixedIpNotFoundForInstance: if the instance has none
    """
    require_uuid(instance_uuid)
    fixed_ips = FIXED_IPS.find(FIXED_IPS.where_live(instance_uuid=instance_uuid))
    if not fixed_ips:
        raise exception.FixedIpNotFoundForInstance(instance_uuid=instance_uuid)
    return fixed_ips
