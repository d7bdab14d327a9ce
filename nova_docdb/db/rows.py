"""Row types, generated from the schemas by ``make generated``.

A function returns plain dicts; these types describe them to a type checker. ``InstanceRow`` is a
row of instances with every column; an empty column is None. A type such as
``InstanceWithRelations`` adds relations that some functions include.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict


class ServiceRow(TypedDict):
    """A row of services."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    host: str
    binary: str
    topic: str
    report_count: int
    disabled: bool | None


class ComputeNodeRow(TypedDict):
    """A row of compute_nodes."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    service_id: int
    vcpus: int
    memory_mb: int
    local_gb: int
    vcpus_used: int
    memory_mb_used: int
    local_gb_used: int
    hypervisor_type: str
    hypervisor_version: int
    hypervisor_hostname: str | None
    free_ram_mb: int | None
    free_disk_gb: int | None
    current_workload: int | None
    running_vms: int | None
    cpu_info: str
    disk_available_least: int | None


class ComputeNodeStatRow(TypedDict):
    """A row of compute_node_stats."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    key: str
    value: str | None
    compute_node_id: int


class CertificateRow(TypedDict):
    """A row of certificates."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    user_id: str | None
    project_id: str | None
    file_name: str | None


class InstanceRow(TypedDict):
    """A row of instances."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    user_id: str | None
    project_id: str | None
    image_ref: str | None
    kernel_id: str | None
    ramdisk_id: str | None
    hostname: str | None
    launch_index: int | None
    key_name: str | None
    key_data: str | None
    power_state: int | None
    vm_state: str | None
    task_state: str | None
    memory_mb: int | None
    vcpus: int | None
    root_gb: int | None
    ephemeral_gb: int | None
    host: str | None
    node: str | None
    instance_type_id: int | None
    user_data: str | None
    reservation_id: str | None
    scheduled_at: datetime | None
    launched_at: datetime | None
    terminated_at: datetime | None
    availability_zone: str | None
    display_name: str | None
    display_description: str | None
    launched_on: str | None
    locked: bool | None
    os_type: str | None
    architecture: str | None
    vm_mode: str | None
    uuid: str
    root_device_name: str | None
    default_ephemeral_device: str | None
    default_swap_device: str | None
    config_drive: str | None
    access_ip_v4: str | None
    access_ip_v6: str | None
    auto_disk_config: bool | None
    progress: int | None
    shutdown_terminate: bool | None
    disable_terminate: bool | None
    cell_name: str | None
    name: str


class InstanceInfoCacheRow(TypedDict):
    """A row of instance_info_caches."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    network_info: str | None
    instance_uuid: str


class InstanceTypeRow(TypedDict):
    """A row of instance_types."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    name: str | None
    memory_mb: int
    vcpus: int
    root_gb: int | None
    ephemeral_gb: int | None
    flavorid: str | None
    swap: int
    rxtx_factor: float | None
    vcpu_weight: int | None
    disabled: bool | None
    is_public: bool | None
    extra_specs: dict[str, Any]


class VolumeRow(TypedDict):
    """A row of volumes."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: str
    deleted: str
    ec2_id: int | None
    user_id: str | None
    project_id: str | None
    snapshot_id: str | None
    host: str | None
    size: int | None
    availability_zone: str | None
    instance_uuid: str | None
    mountpoint: str | None
    attach_time: datetime | None
    status: str | None
    attach_status: str | None
    scheduled_at: datetime | None
    launched_at: datetime | None
    terminated_at: datetime | None
    display_name: str | None
    display_description: str | None
    provider_location: str | None
    provider_auth: str | None
    volume_type_id: int | None


class QuotaRow(TypedDict):
    """A row of quotas."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    project_id: str | None
    resource: str
    hard_limit: int | None


class QuotaClassRow(TypedDict):
    """A row of quota_classes."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    class_name: str | None
    resource: str | None
    hard_limit: int | None


class QuotaUsageRow(TypedDict):
    """A row of quota_usages."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    project_id: str | None
    resource: str | None
    in_use: int
    reserved: int
    until_refresh: int | None


class ReservationRow(TypedDict):
    """A row of reservations."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    uuid: str
    usage_id: int
    project_id: str | None
    resource: str | None
    delta: int
    expire: datetime | None


class SnapshotRow(TypedDict):
    """A row of snapshots."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: str
    deleted: str
    user_id: str | None
    project_id: str | None
    volume_id: str
    status: str | None
    progress: str | None
    volume_size: int | None
    display_name: str | None
    display_description: str | None


class BlockDeviceMappingRow(TypedDict):
    """A row of block_device_mapping."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    instance_uuid: str | None
    device_name: str
    delete_on_termination: bool | None
    virtual_name: str | None
    snapshot_id: str | None
    volume_id: str | None
    volume_size: int | None
    no_device: bool | None
    connection_info: str | None


class IscsiTargetRow(TypedDict):
    """A row of iscsi_targets."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    target_num: int | None
    host: str | None
    volume_id: str | None


class SecurityGroupInstanceAssociationRow(TypedDict):
    """A row of security_group_instance_association."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    security_group_id: int | None
    instance_uuid: str | None


class SecurityGroupRow(TypedDict):
    """A row of security_groups."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    name: str | None
    description: str | None
    user_id: str | None
    project_id: str | None


class SecurityGroupRuleRow(TypedDict):
    """A row of security_group_rules."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    parent_group_id: int | None
    protocol: str | None
    from_port: int | None
    to_port: int | None
    cidr: str | None
    group_id: int | None


class SecurityGroupDefaultRuleRow(TypedDict):
    """A row of security_group_default_rules."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    protocol: str | None
    from_port: int | None
    to_port: int | None
    cidr: str | None


class ProviderFirewallRuleRow(TypedDict):
    """A row of provider_fw_rules."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    protocol: str | None
    from_port: int | None
    to_port: int | None
    cidr: str | None


class KeyPairRow(TypedDict):
    """A row of key_pairs."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    name: str | None
    user_id: str | None
    fingerprint: str | None
    public_key: str | None


class MigrationRow(TypedDict):
    """A row of migrations."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    source_compute: str | None
    dest_compute: str | None
    source_node: str | None
    dest_node: str | None
    dest_host: str | None
    old_instance_type_id: int | None
    new_instance_type_id: int | None
    instance_uuid: str | None
    status: str | None


class NetworkRow(TypedDict):
    """A row of networks."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    label: str | None
    injected: bool | None
    cidr: str | None
    cidr_v6: str | None
    multi_host: bool | None
    gateway_v6: str | None
    netmask_v6: str | None
    netmask: str | None
    bridge: str | None
    bridge_interface: str | None
    gateway: str | None
    broadcast: str | None
    dns1: str | None
    dns2: str | None
    vlan: int | None
    vpn_public_address: str | None
    vpn_public_port: int | None
    vpn_private_address: str | None
    dhcp_start: str | None
    rxtx_base: int | None
    project_id: str | None
    priority: int | None
    host: str | None
    uuid: str


class VirtualInterfaceRow(TypedDict):
    """A row of virtual_interfaces."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    address: str | None
    network_id: int | None
    instance_uuid: str | None
    uuid: str | None


class FixedIpRow(TypedDict):
    """A row of fixed_ips."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    address: str
    network_id: int | None
    virtual_interface_id: int | None
    instance_uuid: str | None
    allocated: bool | None
    leased: bool | None
    reserved: bool | None
    host: str | None


class FloatingIpRow(TypedDict):
    """A row of floating_ips."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    address: str
    fixed_ip_id: int | None
    project_id: str | None
    host: str | None
    auto_assigned: bool | None
    pool: str | None
    interface: str | None


class DnsDomainRow(TypedDict):
    """A row of dns_domains."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    deleted: bool
    domain: str
    scope: str | None
    availability_zone: str | None
    project_id: str | None


class ConsolePoolRow(TypedDict):
    """A row of console_pools."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    address: str | None
    username: str | None
    password: str | None
    console_type: str | None
    public_hostname: str | None
    host: str | None
    compute_host: str | None


class ConsoleRow(TypedDict):
    """A row of consoles."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    instance_name: str | None
    instance_uuid: str | None
    password: str | None
    port: int | None
    pool_id: int | None


class InstanceMetadataRow(TypedDict):
    """A row of instance_metadata."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    key: str
    value: str | None
    instance_uuid: str | None


class InstanceSystemMetadataRow(TypedDict):
    """A row of instance_system_metadata."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    key: str
    value: str | None
    instance_uuid: str


class InstanceTypeProjectRow(TypedDict):
    """A row of instance_type_projects."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    instance_type_id: int
    project_id: str | None


class InstanceTypeExtraSpecRow(TypedDict):
    """A row of instance_type_extra_specs."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    key: str | None
    value: str | None
    instance_type_id: int


class CellRow(TypedDict):
    """A row of cells."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    name: str | None
    api_url: str | None
    username: str | None
    password: str | None
    weight_offset: float | None
    weight_scale: float | None
    is_parent: bool | None
    rpc_host: str | None
    rpc_port: int | None
    rpc_virtual_host: str | None


class AggregateHostRow(TypedDict):
    """A row of aggregate_hosts."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    host: str | None
    aggregate_id: int


class AggregateMetadataRow(TypedDict):
    """A row of aggregate_metadata."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    key: str
    value: str
    aggregate_id: int


class AggregateRow(TypedDict):
    """A row of aggregates."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    name: str | None
    hosts: list[str]
    metadetails: dict[str, Any]
    availability_zone: str | None


class AgentBuildRow(TypedDict):
    """A row of agent_builds."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    hypervisor: str | None
    os: str | None
    architecture: str | None
    version: str | None
    url: str | None
    md5hash: str | None


class BandwidthUsageRow(TypedDict):
    """A row of bw_usage_cache."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    uuid: str | None
    mac: str | None
    start_period: datetime
    last_refreshed: datetime | None
    bw_in: int | None
    bw_out: int | None
    last_ctr_in: int | None
    last_ctr_out: int | None


class VolumeUsageRow(TypedDict):
    """A row of volume_usage_cache."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    volume_id: str
    instance_id: int | str | None
    tot_last_refreshed: datetime | None
    tot_reads: int | None
    tot_read_bytes: int | None
    tot_writes: int | None
    tot_write_bytes: int | None
    curr_last_refreshed: datetime | None
    curr_reads: int | None
    curr_read_bytes: int | None
    curr_writes: int | None
    curr_write_bytes: int | None


class S3ImageRow(TypedDict):
    """A row of s3_images."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    uuid: str


class VolumeIdMappingRow(TypedDict):
    """A row of volume_id_mappings."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    uuid: str


class SnapshotIdMappingRow(TypedDict):
    """A row of snapshot_id_mappings."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    uuid: str


class InstanceFaultRow(TypedDict):
    """A row of instance_faults."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    instance_uuid: str | None
    code: int
    message: str | None
    details: str | None
    host: str | None


class InstanceActionRow(TypedDict):
    """A row of instance_actions."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    action: str | None
    instance_uuid: str | None
    request_id: str | None
    user_id: str | None
    project_id: str | None
    start_time: datetime | None
    finish_time: datetime | None
    message: str | None


class InstanceActionEventRow(TypedDict):
    """A row of instance_actions_events."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    event: str | None
    action_id: int | None
    start_time: datetime | None
    finish_time: datetime | None
    result: str | None
    traceback: str | None


class InstanceIdMappingRow(TypedDict):
    """A row of instance_id_mappings."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    uuid: str


class TaskLogRow(TypedDict):
    """A row of task_log."""

    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    id: int
    deleted: int
    task_name: str
    state: str
    host: str
    period_beginning: datetime
    period_ending: datetime
    message: str
    task_items: int | None
    errors: int | None


class ConsoleWithPool(ConsoleRow):
    """``ConsoleRow`` with pool."""

    pool: ConsolePoolRow | None


class ConsolePoolWithConsoles(ConsolePoolRow):
    """``ConsolePoolRow`` with consoles."""

    consoles: list[ConsoleRow]


class ComputeNodeWithStats(ComputeNodeRow):
    """``ComputeNodeRow`` with stats."""

    stats: list[ComputeNodeStatRow]


class ComputeNodeWithService(ComputeNodeRow):
    """``ComputeNodeRow`` with service."""

    service: ServiceRow | None


class ComputeNodeWithRelations(ComputeNodeWithService):
    """``ComputeNodeWithService`` with stats."""

    stats: list[ComputeNodeStatRow]


class ServiceWithComputeNode(ServiceRow):
    """``ServiceRow`` with compute_node."""

    compute_node: list[ComputeNodeRow]


class InstanceWithSystemMetadata(InstanceRow):
    """``InstanceRow`` with system_metadata."""

    system_metadata: list[InstanceSystemMetadataRow]


class InstanceWithMetadata(InstanceWithSystemMetadata):
    """``InstanceWithSystemMetadata`` with metadata."""

    metadata: list[InstanceMetadataRow]


class InstanceWithRelations(InstanceWithMetadata):
    """``InstanceWithMetadata`` with info_cache and security_groups."""

    info_cache: InstanceInfoCacheRow | None
    security_groups: Sequence[SecurityGroupRow]


class SecurityGroupWithRules(SecurityGroupRow):
    """``SecurityGroupRow`` with rules."""

    rules: list[SecurityGroupRuleRow]


class InstanceWithRules(InstanceWithMetadata):
    """``InstanceWithMetadata`` with info_cache and security_groups."""

    info_cache: InstanceInfoCacheRow | None
    security_groups: list[SecurityGroupWithRules]


class SecurityGroupRuleWithGrantee(SecurityGroupRuleRow):
    """``SecurityGroupRuleRow`` with grantee_group."""

    grantee_group: SecurityGroupRow | None


class SecurityGroupWithGrantees(SecurityGroupRow):
    """``SecurityGroupRow`` with rules."""

    rules: list[SecurityGroupRuleWithGrantee]


class SecurityGroupWithInstances(SecurityGroupWithGrantees):
    """``SecurityGroupWithGrantees`` with instances."""

    instances: list[InstanceRow]


class GranteeInstance(InstanceWithSystemMetadata):
    """``InstanceWithSystemMetadata`` with info_cache."""

    info_cache: InstanceInfoCacheRow | None


class GranteeGroup(SecurityGroupRow):
    """``SecurityGroupRow`` with instances."""

    instances: list[GranteeInstance]


class SecurityGroupRuleWithInstances(SecurityGroupRuleRow):
    """``SecurityGroupRuleRow`` with grantee_group."""

    grantee_group: GranteeGroup | None


class MigrationWithInstance(MigrationRow):
    """``MigrationRow`` with instance."""

    instance: InstanceWithSystemMetadata | None


class FixedIpWithNetwork(FixedIpRow):
    """``FixedIpRow`` with network."""

    network: NetworkRow | None


class FixedIpWithInstance(FixedIpRow):
    """``FixedIpRow`` with instance."""

    instance: InstanceRow | None


class FloatingIpWithFixedIp(FloatingIpRow):
    """``FloatingIpRow`` with fixed_ip."""

    fixed_ip: FixedIpWithInstance | None


class AssociatedFixedIp(TypedDict):
    """A row of network_get_associated_fixed_ips."""

    address: str | None
    instance_uuid: str | None
    network_id: int | None
    vif_id: int | None
    vif_address: str | None
    instance_hostname: str | None
    instance_updated: datetime | None
    instance_created: datetime | None
    allocated: bool | None
    leased: bool | None


class FloatingIpPool(TypedDict):
    """A row of floating_ip_get_pools."""

    name: str | None
