"""The functions of all families in one namespace: the backend."""

from __future__ import annotations

from types import FunctionType, ModuleType

from nova_docdb.mongo import (
    agent_builds,
    aggregates,
    archive,
    block_device_mappings,
    bw_usages,
    cells,
    certificates,
    compute_nodes,
    consoles,
    constraints,
    dns_domains,
    ec2_ids,
    fixed_ips,
    floating_ips,
    instance_actions,
    instance_creation,
    instance_faults,
    instance_info_caches,
    instance_lists,
    instance_metadata,
    instance_security_groups,
    instance_types,
    instances,
    key_pairs,
    migration,
    migrations,
    networks,
    provider_fw_rules,
    quota_reserve,
    quotas,
    reservations,
    security_group_rules,
    security_groups,
    services,
    task_logs,
    virtual_interfaces,
    volume_usages,
)
from nova_docdb.mongo.secondaries import MAY_BE_OLD, from_secondaries

FAMILIES: tuple[ModuleType, ...] = (
    agent_builds,
    aggregates,
    archive,
    block_device_mappings,
    bw_usages,
    cells,
    certificates,
    compute_nodes,
    consoles,
    constraints,
    dns_domains,
    ec2_ids,
    fixed_ips,
    floating_ips,
    instance_actions,
    instance_creation,
    instance_faults,
    instance_info_caches,
    instance_lists,
    instance_metadata,
    instance_security_groups,
    instance_types,
    instances,
    key_pairs,
    migration,
    migrations,
    networks,
    provider_fw_rules,
    quota_reserve,
    quotas,
    reservations,
    security_group_rules,
    security_groups,
    services,
    task_logs,
    virtual_interfaces,
    volume_usages,
)

for _family in FAMILIES:
    globals().update(
        {
            name: from_secondaries(function) if name in MAY_BE_OLD else function
            for name, function in vars(_family).items()
            if isinstance(function, FunctionType)
            and function.__module__ == _family.__name__
            and not name.startswith("_")
        }
    )
