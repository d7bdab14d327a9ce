"""The functions of the contract from all families, in one namespace."""

from __future__ import annotations

from nova_docdb.mongo.admin.archive import archive_deleted_rows, archive_deleted_rows_for_table
from nova_docdb.mongo.admin.migration import db_sync, db_version
from nova_docdb.mongo.families.agent_builds import (
    agent_build_create,
    agent_build_destroy,
    agent_build_get_all,
    agent_build_get_by_triple,
    agent_build_update,
)
from nova_docdb.mongo.families.aggregates import (
    aggregate_create,
    aggregate_delete,
    aggregate_get,
    aggregate_get_all,
    aggregate_get_by_host,
    aggregate_host_add,
    aggregate_host_delete,
    aggregate_host_get_all,
    aggregate_host_get_by_metadata_key,
    aggregate_metadata_add,
    aggregate_metadata_delete,
    aggregate_metadata_get,
    aggregate_metadata_get_by_host,
    aggregate_update,
)
from nova_docdb.mongo.families.block_device_mappings import (
    block_device_mapping_create,
    block_device_mapping_destroy,
    block_device_mapping_destroy_by_instance_and_device,
    block_device_mapping_destroy_by_instance_and_volume,
    block_device_mapping_get_all_by_instance,
    block_device_mapping_update,
    block_device_mapping_update_or_create,
)
from nova_docdb.mongo.families.bw_usages import bw_usage_get, bw_usage_get_by_uuids, bw_usage_update
from nova_docdb.mongo.families.cells import (
    cell_create,
    cell_delete,
    cell_get,
    cell_get_all,
    cell_update,
)
from nova_docdb.mongo.families.certificates import (
    certificate_create,
    certificate_get_all_by_project,
    certificate_get_all_by_user,
    certificate_get_all_by_user_and_project,
)
from nova_docdb.mongo.families.compute_nodes import (
    compute_node_create,
    compute_node_delete,
    compute_node_get,
    compute_node_get_all,
    compute_node_search_by_hypervisor,
    compute_node_statistics,
    compute_node_update,
)
from nova_docdb.mongo.families.consoles import (
    console_create,
    console_delete,
    console_get,
    console_get_all_by_instance,
    console_get_by_pool_instance,
    console_pool_create,
    console_pool_get_all_by_host_type,
    console_pool_get_by_host_type,
)
from nova_docdb.mongo.families.dns_domains import (
    dnsdomain_get,
    dnsdomain_list,
    dnsdomain_register_for_project,
    dnsdomain_register_for_zone,
    dnsdomain_unregister,
)
from nova_docdb.mongo.families.ec2_ids import (
    ec2_instance_create,
    ec2_snapshot_create,
    ec2_volume_create,
    get_ec2_instance_id_by_uuid,
    get_ec2_snapshot_id_by_uuid,
    get_ec2_volume_id_by_uuid,
    get_instance_uuid_by_ec2_id,
    get_snapshot_uuid_by_ec2_id,
    get_volume_uuid_by_ec2_id,
    s3_image_create,
    s3_image_get,
    s3_image_get_by_uuid,
)
from nova_docdb.mongo.families.fixed_ips import (
    fixed_ip_associate,
    fixed_ip_associate_pool,
    fixed_ip_bulk_create,
    fixed_ip_count_by_project,
    fixed_ip_create,
    fixed_ip_disassociate,
    fixed_ip_disassociate_all_by_timeout,
    fixed_ip_get,
    fixed_ip_get_all,
    fixed_ip_get_by_address,
    fixed_ip_get_by_address_detailed,
    fixed_ip_get_by_floating_address,
    fixed_ip_get_by_host,
    fixed_ip_get_by_instance,
    fixed_ip_get_by_network_host,
    fixed_ip_update,
    fixed_ips_by_virtual_interface,
)
from nova_docdb.mongo.families.floating_ips import (
    floating_ip_allocate_address,
    floating_ip_bulk_create,
    floating_ip_bulk_destroy,
    floating_ip_count_by_project,
    floating_ip_create,
    floating_ip_deallocate,
    floating_ip_destroy,
    floating_ip_disassociate,
    floating_ip_fixed_ip_associate,
    floating_ip_get,
    floating_ip_get_all,
    floating_ip_get_all_by_host,
    floating_ip_get_all_by_project,
    floating_ip_get_by_address,
    floating_ip_get_by_fixed_address,
    floating_ip_get_by_fixed_ip_id,
    floating_ip_get_pools,
    floating_ip_set_auto_assigned,
    floating_ip_update,
)
from nova_docdb.mongo.families.instance_types import (
    instance_type_access_add,
    instance_type_access_get_by_flavor_id,
    instance_type_access_remove,
    instance_type_create,
    instance_type_destroy,
    instance_type_extra_specs_delete,
    instance_type_extra_specs_get,
    instance_type_extra_specs_update_or_create,
    instance_type_get,
    instance_type_get_all,
    instance_type_get_by_flavor_id,
    instance_type_get_by_name,
)
from nova_docdb.mongo.families.instances.actions import (
    action_event_finish,
    action_event_get_by_id,
    action_event_start,
    action_events_get,
    action_finish,
    action_get_by_request_id,
    action_start,
    actions_get,
)
from nova_docdb.mongo.families.instances.constraints import constraint, equal_any, not_equal
from nova_docdb.mongo.families.instances.creation import instance_create
from nova_docdb.mongo.families.instances.faults import (
    instance_fault_create,
    instance_fault_get_by_instance_uuids,
)
from nova_docdb.mongo.families.instances.info_caches import (
    instance_info_cache_delete,
    instance_info_cache_get,
    instance_info_cache_update,
)
from nova_docdb.mongo.families.instances.instances import (
    instance_destroy,
    instance_floating_address_get_all,
    instance_get,
    instance_get_by_uuid,
    instance_get_floating_address,
    instance_test_and_set,
    instance_update,
    instance_update_and_get_original,
)
from nova_docdb.mongo.families.instances.lists import (
    instance_data_get_for_project,
    instance_get_active_by_window_joined,
    instance_get_all,
    instance_get_all_by_filters,
    instance_get_all_by_host,
    instance_get_all_by_host_and_node,
    instance_get_all_by_host_and_not_type,
    instance_get_all_hung_in_rebooting,
)
from nova_docdb.mongo.families.instances.metadata import (
    instance_metadata_delete,
    instance_metadata_get,
    instance_metadata_update,
    instance_system_metadata_get,
    instance_system_metadata_update,
)
from nova_docdb.mongo.families.instances.security_groups import (
    instance_add_security_group,
    instance_remove_security_group,
)
from nova_docdb.mongo.families.key_pairs import (
    key_pair_count_by_user,
    key_pair_create,
    key_pair_destroy,
    key_pair_get,
    key_pair_get_all_by_user,
)
from nova_docdb.mongo.families.migrations import (
    migration_create,
    migration_get,
    migration_get_by_instance_and_status,
    migration_get_in_progress_by_host_and_node,
    migration_get_unconfirmed_by_dest_compute,
    migration_update,
)
from nova_docdb.mongo.families.networks import (
    network_associate,
    network_count_reserved_ips,
    network_create_safe,
    network_delete_safe,
    network_disassociate,
    network_get,
    network_get_all,
    network_get_all_by_host,
    network_get_all_by_instance,
    network_get_all_by_uuids,
    network_get_associated_fixed_ips,
    network_get_by_cidr,
    network_get_by_uuid,
    network_in_use_on_host,
    network_set_host,
    network_update,
    project_get_networks,
)
from nova_docdb.mongo.families.provider_fw_rules import (
    provider_fw_rule_create,
    provider_fw_rule_destroy,
    provider_fw_rule_get_all,
)
from nova_docdb.mongo.families.quotas.limits import (
    quota_class_create,
    quota_class_get,
    quota_class_get_all_by_name,
    quota_class_update,
    quota_create,
    quota_destroy_all_by_project,
    quota_get,
    quota_get_all_by_project,
    quota_update,
    quota_usage_get,
    quota_usage_get_all_by_project,
    quota_usage_update,
)
from nova_docdb.mongo.families.quotas.reservations import (
    reservation_commit,
    reservation_create,
    reservation_expire,
    reservation_get,
    reservation_rollback,
)
from nova_docdb.mongo.families.quotas.reserve import quota_reserve
from nova_docdb.mongo.families.security_group_rules import (
    security_group_default_rule_create,
    security_group_default_rule_destroy,
    security_group_default_rule_get,
    security_group_default_rule_list,
    security_group_rule_count_by_group,
    security_group_rule_create,
    security_group_rule_destroy,
    security_group_rule_get,
    security_group_rule_get_by_security_group,
    security_group_rule_get_by_security_group_grantee,
)
from nova_docdb.mongo.families.security_groups import (
    security_group_count_by_project,
    security_group_create,
    security_group_destroy,
    security_group_ensure_default,
    security_group_exists,
    security_group_get,
    security_group_get_all,
    security_group_get_by_instance,
    security_group_get_by_name,
    security_group_get_by_project,
    security_group_in_use,
)
from nova_docdb.mongo.families.services import (
    service_create,
    service_destroy,
    service_get,
    service_get_all,
    service_get_all_by_host,
    service_get_all_by_topic,
    service_get_by_args,
    service_get_by_compute_host,
    service_get_by_host_and_topic,
    service_update,
)
from nova_docdb.mongo.families.task_logs import (
    task_log_begin_task,
    task_log_end_task,
    task_log_get,
    task_log_get_all,
)
from nova_docdb.mongo.families.virtual_interfaces import (
    virtual_interface_create,
    virtual_interface_delete_by_instance,
    virtual_interface_get,
    virtual_interface_get_all,
    virtual_interface_get_by_address,
    virtual_interface_get_by_instance,
    virtual_interface_get_by_instance_and_network,
    virtual_interface_get_by_uuid,
)
from nova_docdb.mongo.families.volume_usages import vol_get_usage_by_time, vol_usage_update
