"""Boot and delete instances within a project's quota."""

from __future__ import annotations

from datetime import timedelta

from nova_docdb import clock, db, exception
from nova_docdb.context import RequestContext
from nova_docdb.db.rows import InstanceWithRules
from nova_docdb.db.values import InstanceValues

# A reservation that nobody settles is given back after so long.
EXPIRES_AFTER = timedelta(hours=1)


class Instances:
    """A resource of the quota: how many instances a project really has."""

    name = "instances"

    def sync(
        self, context: RequestContext, project_id: str, session: object = None
    ) -> dict[str, int]:
        """Count the project's live instances."""
        instances, _cores, _ram = db.instance_data_get_for_project(context, project_id)
        return {self.name: instances}


RESOURCES = {Instances.name: Instances()}


def boot(context: RequestContext, name: str, network_id: int) -> tuple[InstanceWithRules, str]:
    """Make an instance and give it an address of a network.

    :returns: the instance's row and the address
    :raises OverQuota: if the project has as many instances as it may
    :raises NoMoreFixedIps: if the network has no free address; nothing is then left of the instance
    """
    reservations = _reserve(context, 1)
    uuid = None
    try:
        uuid = db.instance_create(context, _values(context, name))["uuid"]
        address = db.fixed_ip_associate_pool(context.elevated(), network_id, uuid)
        instance = db.instance_update(context, uuid, {"vm_state": "active"})
    except exception.NovaException:
        if uuid is not None:
            _give_back(context, uuid)
        db.reservation_rollback(context, reservations)
        raise
    db.reservation_commit(context, reservations)
    return instance, address


def delete(context: RequestContext, uuid: str) -> None:
    """Delete an instance and give its addresses back.

    :raises InstanceNotFound: if the project has no such instance
    """
    db.instance_get_by_uuid(context, uuid)
    reservations = _reserve(context, -1)
    _give_back(context, uuid)
    db.reservation_commit(context, reservations)


def _values(context: RequestContext, name: str) -> InstanceValues:
    """Return the columns of a new instance; a type checker finds a misspelt one."""
    return {"project_id": context.project_id, "hostname": name, "vm_state": "building"}


def _reserve(context: RequestContext, instances: int) -> list[str]:
    limits = db.quota_get_all_by_project(context, context.project_id)
    quotas = {Instances.name: limits.get(Instances.name, -1)}
    expire = clock.utcnow() + EXPIRES_AFTER
    deltas = {Instances.name: instances}
    return db.quota_reserve(context, RESOURCES, quotas, deltas, expire, None, 0)


def _give_back(context: RequestContext, uuid: str) -> None:
    admin = context.elevated()
    try:
        addresses = db.fixed_ip_get_by_instance(admin, uuid)
    except exception.FixedIpNotFoundForInstance:
        addresses = []
    for fixed_ip in addresses:
        db.fixed_ip_disassociate(admin, fixed_ip["address"])
    db.instance_destroy(context, uuid)
