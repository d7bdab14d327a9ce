"""Value types, generated from the schemas by ``make generated``.

A function takes any mapping (``Values``). ``InstanceValues`` and the other types describe the keys
of a table to a type checker; every key is optional.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

Values = Mapping[str, Any]


class ServiceValues(TypedDict, total=False):
    """Values for a row of services."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    host: str | None
    binary: str | None
    topic: str | None
    report_count: int
    disabled: bool | None


class ComputeNodeValues(TypedDict, total=False):
    """Values for a row of compute_nodes."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    service_id: int
    vcpus: int
    memory_mb: int
    local_gb: int
    vcpus_used: int
    memory_mb_used: int
    local_gb_used: int
    hypervisor_type: str
    hypervisor_version: int | str
    hypervisor_hostname: str | None
    free_ram_mb: int | None
    free_disk_gb: int | None
    current_workload: int | None
    running_vms: int | None
    cpu_info: str
    disk_available_least: int | None
    stats: Mapping[str, Any]


class ComputeNodeStatValues(TypedDict, total=False):
    """Values for a row of compute_node_stats."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    key: str
    value: str | None
    compute_node_id: int


class CertificateValues(TypedDict, total=False):
    """Values for a row of certificates."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    user_id: str | None
    project_id: str | None
    file_name: str | None


class InstanceValues(TypedDict, total=False):
    """Values for a row of instances."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
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
    scheduled_at: datetime | str | None
    launched_at: datetime | str | None
    terminated_at: datetime | str | None
    availability_zone: str | None
    display_name: str | None
    display_description: str | None
    launched_on: str | None
    locked: bool | None
    os_type: str | None
    architecture: str | None
    vm_mode: str | None
    uuid: str | None
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
    metadata: Mapping[str, Any]
    system_metadata: Mapping[str, Any]
    info_cache: Mapping[str, Any]
    security_groups: Sequence[str]
    expected_task_state: str | Sequence[str | None] | None


class InstanceInfoCacheValues(TypedDict, total=False):
    """Values for a row of instance_info_caches."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    network_info: str | None
    instance_uuid: str


class InstanceTypeValues(TypedDict, total=False):
    """Values for a row of instance_types."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
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
    extra_specs: Mapping[str, Any]


class VolumeValues(TypedDict, total=False):
    """Values for a row of volumes."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: str
    deleted: str | None
    ec2_id: int | None
    user_id: str | None
    project_id: str | None
    snapshot_id: str | None
    host: str | None
    size: int | None
    availability_zone: str | None
    instance_uuid: str | None
    mountpoint: str | None
    attach_time: datetime | str | None
    status: str | None
    attach_status: str | None
    scheduled_at: datetime | str | None
    launched_at: datetime | str | None
    terminated_at: datetime | str | None
    display_name: str | None
    display_description: str | None
    provider_location: str | None
    provider_auth: str | None
    volume_type_id: int | None


class QuotaValues(TypedDict, total=False):
    """Values for a row of quotas."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    project_id: str | None
    resource: str
    hard_limit: int | None


class QuotaClassValues(TypedDict, total=False):
    """Values for a row of quota_classes."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    class_name: str | None
    resource: str | None
    hard_limit: int | None


class QuotaUsageValues(TypedDict, total=False):
    """Values for a row of quota_usages."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    project_id: str | None
    resource: str | None
    in_use: int
    reserved: int
    until_refresh: int | None


class ReservationValues(TypedDict, total=False):
    """Values for a row of reservations."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    uuid: str
    usage_id: int
    project_id: str | None
    resource: str | None
    delta: int
    expire: datetime | str | None


class SnapshotValues(TypedDict, total=False):
    """Values for a row of snapshots."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: str
    deleted: str | None
    user_id: str | None
    project_id: str | None
    volume_id: str
    status: str | None
    progress: str | None
    volume_size: int | None
    display_name: str | None
    display_description: str | None


class BlockDeviceMappingValues(TypedDict, total=False):
    """Values for a row of block_device_mapping."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    instance_uuid: str | None
    device_name: str
    delete_on_termination: bool | None
    virtual_name: str | None
    snapshot_id: str | None
    volume_id: str | None
    volume_size: int | None
    no_device: bool | None
    connection_info: str | None


class IscsiTargetValues(TypedDict, total=False):
    """Values for a row of iscsi_targets."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    target_num: int | None
    host: str | None
    volume_id: str | None


class SecurityGroupInstanceAssociationValues(TypedDict, total=False):
    """Values for a row of security_group_instance_association."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    security_group_id: int | None
    instance_uuid: str | None


class SecurityGroupValues(TypedDict, total=False):
    """Values for a row of security_groups."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    name: str | None
    description: str | None
    user_id: str | None
    project_id: str | None


class SecurityGroupRuleValues(TypedDict, total=False):
    """Values for a row of security_group_rules."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    parent_group_id: int | None
    protocol: str | None
    from_port: int | None
    to_port: int | None
    cidr: str | None
    group_id: int | None


class SecurityGroupDefaultRuleValues(TypedDict, total=False):
    """Values for a row of security_group_default_rules."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    protocol: str | None
    from_port: int | None
    to_port: int | None
    cidr: str | None


class ProviderFirewallRuleValues(TypedDict, total=False):
    """Values for a row of provider_fw_rules."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    protocol: str | None
    from_port: int | None
    to_port: int | None
    cidr: str | None


class KeyPairValues(TypedDict, total=False):
    """Values for a row of key_pairs."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    name: str | None
    user_id: str | None
    fingerprint: str | None
    public_key: str | None
    private_key: str


class MigrationValues(TypedDict, total=False):
    """Values for a row of migrations."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    source_compute: str | None
    dest_compute: str | None
    source_node: str | None
    dest_node: str | None
    dest_host: str | None
    old_instance_type_id: int | None
    new_instance_type_id: int | None
    instance_uuid: str | None
    status: str | None


class NetworkValues(TypedDict, total=False):
    """Values for a row of networks."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
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
    uuid: str | None


class VirtualInterfaceValues(TypedDict, total=False):
    """Values for a row of virtual_interfaces."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    address: str | None
    network_id: int | None
    instance_uuid: str | None
    uuid: str | None


class FixedIpValues(TypedDict, total=False):
    """Values for a row of fixed_ips."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    address: str | None
    network_id: int | None
    virtual_interface_id: int | None
    instance_uuid: str | None
    allocated: bool | None
    leased: bool | None
    reserved: bool | None
    host: str | None


class FloatingIpValues(TypedDict, total=False):
    """Values for a row of floating_ips."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    address: str | None
    fixed_ip_id: int | None
    project_id: str | None
    host: str | None
    auto_assigned: bool | None
    pool: str | None
    interface: str | None


class DnsDomainValues(TypedDict, total=False):
    """Values for a row of dns_domains."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    deleted: bool | None
    domain: str
    scope: str | None
    availability_zone: str | None
    project_id: str | None


class ConsolePoolValues(TypedDict, total=False):
    """Values for a row of console_pools."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    address: str | None
    username: str | None
    password: str | None
    console_type: str | None
    public_hostname: str | None
    host: str | None
    compute_host: str | None


class ConsoleValues(TypedDict, total=False):
    """Values for a row of consoles."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    instance_name: str | None
    instance_uuid: str | None
    password: str | None
    port: int | None
    pool_id: int | None


class InstanceMetadataValues(TypedDict, total=False):
    """Values for a row of instance_metadata."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    key: str | None
    value: str | None
    instance_uuid: str | None


class InstanceSystemMetadataValues(TypedDict, total=False):
    """Values for a row of instance_system_metadata."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    key: str
    value: str | None
    instance_uuid: str


class InstanceTypeProjectValues(TypedDict, total=False):
    """Values for a row of instance_type_projects."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    instance_type_id: int
    project_id: str | None


class InstanceTypeExtraSpecValues(TypedDict, total=False):
    """Values for a row of instance_type_extra_specs."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    key: str | None
    value: str | None
    instance_type_id: int


class CellValues(TypedDict, total=False):
    """Values for a row of cells."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
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


class AggregateHostValues(TypedDict, total=False):
    """Values for a row of aggregate_hosts."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    host: str | None
    aggregate_id: int


class AggregateMetadataValues(TypedDict, total=False):
    """Values for a row of aggregate_metadata."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    key: str
    value: str
    aggregate_id: int


class AggregateValues(TypedDict, total=False):
    """Values for a row of aggregates."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    name: str | None
    metadata: Mapping[str, Any]
    availability_zone: str


class AgentBuildValues(TypedDict, total=False):
    """Values for a row of agent_builds."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    hypervisor: str | None
    os: str | None
    architecture: str | None
    version: str | None
    url: str | None
    md5hash: str | None


class BandwidthUsageValues(TypedDict, total=False):
    """Values for a row of bw_usage_cache."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    uuid: str | None
    mac: str | None
    start_period: datetime | str
    last_refreshed: datetime | str | None
    bw_in: int | None
    bw_out: int | None
    last_ctr_in: int | None
    last_ctr_out: int | None


class VolumeUsageValues(TypedDict, total=False):
    """Values for a row of volume_usage_cache."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    volume_id: str
    instance_id: int | str | None
    tot_last_refreshed: datetime | str | None
    tot_reads: int | None
    tot_read_bytes: int | None
    tot_writes: int | None
    tot_write_bytes: int | None
    curr_last_refreshed: datetime | str | None
    curr_reads: int | None
    curr_read_bytes: int | None
    curr_writes: int | None
    curr_write_bytes: int | None


class S3ImageValues(TypedDict, total=False):
    """Values for a row of s3_images."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    uuid: str


class VolumeIdMappingValues(TypedDict, total=False):
    """Values for a row of volume_id_mappings."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    uuid: str


class SnapshotIdMappingValues(TypedDict, total=False):
    """Values for a row of snapshot_id_mappings."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    uuid: str


class InstanceFaultValues(TypedDict, total=False):
    """Values for a row of instance_faults."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    instance_uuid: str | None
    code: int
    message: str | None
    details: str | None
    host: str | None


class InstanceActionValues(TypedDict, total=False):
    """Values for a row of instance_actions."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    action: str | None
    instance_uuid: str | None
    request_id: str | None
    user_id: str | None
    project_id: str | None
    start_time: datetime | str | None
    finish_time: datetime | str | None
    message: str | None


class InstanceActionEventValues(TypedDict, total=False):
    """Values for a row of instance_actions_events."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    event: str | None
    action_id: int | None
    start_time: datetime | str | None
    finish_time: datetime | str | None
    result: str | None
    traceback: str | None
    instance_uuid: str
    request_id: str


class InstanceIdMappingValues(TypedDict, total=False):
    """Values for a row of instance_id_mappings."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    uuid: str


class TaskLogValues(TypedDict, total=False):
    """Values for a row of task_log."""

    created_at: datetime | str | None
    updated_at: datetime | str | None
    deleted_at: datetime | str | None
    id: int
    deleted: int | None
    task_name: str
    state: str
    host: str
    period_beginning: datetime | str
    period_ending: datetime | str
    message: str
    task_items: int | None
    errors: int | None
