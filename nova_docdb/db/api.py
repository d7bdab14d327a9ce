"""The contract: every function of the database API."""

from __future__ import annotations

from typing import Any

from nova_docdb.backend import backend_function
from nova_docdb.exception import NovaException


class NoMoreNetworks(NovaException):
    """No network is free for the project."""


class NoMoreTargets(NovaException):
    """No iSCSI target is free. Kept for callers that catch it; no function raises it."""


@backend_function
def action_event_finish(context, values):
    """action_event_finish."""


@backend_function
def action_event_get_by_id(context, action_id, event_id):
    """action_event_get_by_id."""


@backend_function
def action_event_start(context, values):
    """action_event_start."""


@backend_function
def action_events_get(context, action_id):
    """action_events_get."""


@backend_function
def action_finish(context, values):
    """action_finish."""


@backend_function
def action_get_by_request_id(context, uuid, request_id):
    """action_get_by_request_id."""


@backend_function
def action_start(context, values):
    """action_start."""


@backend_function
def actions_get(context, uuid):
    """actions_get."""


@backend_function
def agent_build_create(context, values):
    """agent_build_create."""


@backend_function
def agent_build_destroy(context, agent_update_id):
    """agent_build_destroy."""


@backend_function
def agent_build_get_all(context, hypervisor=None):
    """agent_build_get_all."""


@backend_function
def agent_build_get_by_triple(context, hypervisor, os, architecture):
    """agent_build_get_by_triple."""


@backend_function
def agent_build_update(context, agent_build_id, values):
    """agent_build_update."""


@backend_function
def aggregate_create(context, values, metadata=None):
    """aggregate_create."""


@backend_function
def aggregate_delete(context, aggregate_id):
    """aggregate_delete."""


@backend_function
def aggregate_get(context, aggregate_id):
    """aggregate_get."""


@backend_function
def aggregate_get_all(context):
    """aggregate_get_all."""


@backend_function
def aggregate_get_by_host(context, host, key=None):
    """aggregate_get_by_host."""


@backend_function
def aggregate_host_add(context, aggregate_id, host):
    """aggregate_host_add."""


@backend_function
def aggregate_host_delete(context, aggregate_id, host):
    """aggregate_host_delete."""


@backend_function
def aggregate_host_get_all(context, aggregate_id):
    """aggregate_host_get_all."""


@backend_function
def aggregate_host_get_by_metadata_key(context, key):
    """aggregate_host_get_by_metadata_key."""


@backend_function
def aggregate_metadata_add(context, aggregate_id, metadata, set_delete=False):
    """aggregate_metadata_add."""


@backend_function
def aggregate_metadata_delete(context, aggregate_id, key):
    """aggregate_metadata_delete."""


@backend_function
def aggregate_metadata_get(context, aggregate_id):
    """aggregate_metadata_get."""


@backend_function
def aggregate_metadata_get_by_host(context, host, key=None):
    """aggregate_metadata_get_by_host."""


@backend_function
def aggregate_update(context, aggregate_id, values):
    """aggregate_update."""


@backend_function
def archive_deleted_rows(context, max_rows=None):
    """archive_deleted_rows."""


@backend_function
def archive_deleted_rows_for_table(context, tablename, max_rows=None):
    """archive_deleted_rows_for_table."""


@backend_function
def block_device_mapping_create(context, values):
    """block_device_mapping_create."""


@backend_function
def block_device_mapping_destroy(context, bdm_id):
    """block_device_mapping_destroy."""


@backend_function
def block_device_mapping_destroy_by_instance_and_device(context, instance_uuid, device_name):
    """block_device_mapping_destroy_by_instance_and_device."""


@backend_function
def block_device_mapping_destroy_by_instance_and_volume(context, instance_uuid, volume_id):
    """block_device_mapping_destroy_by_instance_and_volume."""


@backend_function
def block_device_mapping_get_all_by_instance(context, instance_uuid):
    """block_device_mapping_get_all_by_instance."""


@backend_function
def block_device_mapping_update(context, bdm_id, values):
    """block_device_mapping_update."""


@backend_function
def block_device_mapping_update_or_create(context, values):
    """block_device_mapping_update_or_create."""


@backend_function
def bw_usage_get(context, uuid, start_period, mac):
    """bw_usage_get."""


@backend_function
def bw_usage_get_by_uuids(context, uuids, start_period):
    """bw_usage_get_by_uuids."""


@backend_function
def bw_usage_update(context, uuid, mac, start_period, bw_in, bw_out, last_ctr_in, last_ctr_out, last_refreshed=None, update_cells=True):
    """bw_usage_update."""


@backend_function
def cell_create(context, values):
    """cell_create."""


@backend_function
def cell_delete(context, cell_name):
    """cell_delete."""


@backend_function
def cell_get(context, cell_name):
    """cell_get."""


@backend_function
def cell_get_all(context):
    """cell_get_all."""


@backend_function
def cell_update(context, cell_name, values):
    """cell_update."""


@backend_function
def certificate_create(context, values):
    """certificate_create."""


@backend_function
def certificate_get_all_by_project(context, project_id):
    """certificate_get_all_by_project."""


@backend_function
def certificate_get_all_by_user(context, user_id):
    """certificate_get_all_by_user."""


@backend_function
def certificate_get_all_by_user_and_project(context, user_id, project_id):
    """certificate_get_all_by_user_and_project."""


@backend_function
def compute_node_create(context, values):
    """compute_node_create."""


@backend_function
def compute_node_delete(context, compute_id):
    """compute_node_delete."""


@backend_function
def compute_node_get(context, compute_id):
    """compute_node_get."""


@backend_function
def compute_node_get_all(context):
    """compute_node_get_all."""


@backend_function
def compute_node_search_by_hypervisor(context, hypervisor_match):
    """compute_node_search_by_hypervisor."""


@backend_function
def compute_node_statistics(context):
    """compute_node_statistics."""


@backend_function
def compute_node_update(context, compute_id, values, prune_stats=False):
    """compute_node_update."""


@backend_function
def console_create(context, values):
    """console_create."""


@backend_function
def console_delete(context, console_id):
    """console_delete."""


@backend_function
def console_get(context, console_id, instance_uuid=None):
    """console_get."""


@backend_function
def console_get_all_by_instance(context, instance_uuid):
    """console_get_all_by_instance."""


@backend_function
def console_get_by_pool_instance(context, pool_id, instance_uuid):
    """console_get_by_pool_instance."""


@backend_function
def console_pool_create(context, values):
    """console_pool_create."""


@backend_function
def console_pool_get_all_by_host_type(context, host, console_type):
    """console_pool_get_all_by_host_type."""


@backend_function
def console_pool_get_by_host_type(context, compute_host, proxy_host, console_type):
    """console_pool_get_by_host_type."""


@backend_function
def constraint(**conditions):
    """constraint."""


@backend_function
def dnsdomain_get(context, fqdomain):
    """dnsdomain_get."""


@backend_function
def dnsdomain_list(context):
    """dnsdomain_list."""


@backend_function
def dnsdomain_register_for_project(context, fqdomain, project):
    """dnsdomain_register_for_project."""


@backend_function
def dnsdomain_register_for_zone(context, fqdomain, zone):
    """dnsdomain_register_for_zone."""


@backend_function
def dnsdomain_unregister(context, fqdomain):
    """dnsdomain_unregister."""


@backend_function
def ec2_instance_create(context, instance_uuid, id=None):
    """ec2_instance_create."""


@backend_function
def ec2_snapshot_create(context, snapshot_id, forced_id=None):
    """ec2_snapshot_create."""


@backend_function
def ec2_volume_create(context, volume_id, forced_id=None):
    """ec2_volume_create."""


@backend_function
def equal_any(*values):
    """equal_any."""


@backend_function
def fixed_ip_associate(context, address, instance_uuid, network_id=None, reserved=False):
    """fixed_ip_associate."""


@backend_function
def fixed_ip_associate_pool(context, network_id, instance_uuid=None, host=None):
    """fixed_ip_associate_pool."""


@backend_function
def fixed_ip_bulk_create(context, ips):
    """fixed_ip_bulk_create."""


@backend_function
def fixed_ip_count_by_project(context, project_id, session=None):
    """fixed_ip_count_by_project."""


@backend_function
def fixed_ip_create(context, values):
    """fixed_ip_create."""


@backend_function
def fixed_ip_disassociate(context, address):
    """fixed_ip_disassociate."""


@backend_function
def fixed_ip_disassociate_all_by_timeout(context, host, time):
    """fixed_ip_disassociate_all_by_timeout."""


@backend_function
def fixed_ip_get(context, id, get_network=False):
    """fixed_ip_get."""


@backend_function
def fixed_ip_get_all(context):
    """fixed_ip_get_all."""


@backend_function
def fixed_ip_get_by_address(context, address):
    """fixed_ip_get_by_address."""


@backend_function
def fixed_ip_get_by_address_detailed(context, address):
    """fixed_ip_get_by_address_detailed."""


@backend_function
def fixed_ip_get_by_floating_address(context, floating_address):
    """fixed_ip_get_by_floating_address."""


@backend_function
def fixed_ip_get_by_host(context, host):
    """fixed_ip_get_by_host."""


@backend_function
def fixed_ip_get_by_instance(context, instance_uuid):
    """fixed_ip_get_by_instance."""


@backend_function
def fixed_ip_get_by_network_host(context, network_uuid, host):
    """fixed_ip_get_by_network_host."""


@backend_function
def fixed_ip_update(context, address, values):
    """fixed_ip_update."""


@backend_function
def fixed_ips_by_virtual_interface(context, vif_id):
    """fixed_ips_by_virtual_interface."""


@backend_function
def floating_ip_allocate_address(context, project_id, pool):
    """floating_ip_allocate_address."""


@backend_function
def floating_ip_bulk_create(context, ips):
    """floating_ip_bulk_create."""


@backend_function
def floating_ip_bulk_destroy(context, ips):
    """floating_ip_bulk_destroy."""


@backend_function
def floating_ip_count_by_project(context, project_id, session=None):
    """floating_ip_count_by_project."""


@backend_function
def floating_ip_create(context, values):
    """floating_ip_create."""


@backend_function
def floating_ip_deallocate(context, address):
    """floating_ip_deallocate."""


@backend_function
def floating_ip_destroy(context, address):
    """floating_ip_destroy."""


@backend_function
def floating_ip_disassociate(context, address):
    """floating_ip_disassociate."""


@backend_function
def floating_ip_fixed_ip_associate(context, floating_address, fixed_address, host):
    """floating_ip_fixed_ip_associate."""


@backend_function
def floating_ip_get(context, id):
    """floating_ip_get."""


@backend_function
def floating_ip_get_all(context):
    """floating_ip_get_all."""


@backend_function
def floating_ip_get_all_by_host(context, host):
    """floating_ip_get_all_by_host."""


@backend_function
def floating_ip_get_all_by_project(context, project_id):
    """floating_ip_get_all_by_project."""


@backend_function
def floating_ip_get_by_address(context, address):
    """floating_ip_get_by_address."""


@backend_function
def floating_ip_get_by_fixed_address(context, fixed_address):
    """floating_ip_get_by_fixed_address."""


@backend_function
def floating_ip_get_by_fixed_ip_id(context, fixed_ip_id):
    """floating_ip_get_by_fixed_ip_id."""


@backend_function
def floating_ip_get_pools(context):
    """floating_ip_get_pools."""


@backend_function
def floating_ip_set_auto_assigned(context, address):
    """floating_ip_set_auto_assigned."""


@backend_function
def floating_ip_update(context, address, values):
    """floating_ip_update."""


@backend_function
def get_ec2_instance_id_by_uuid(context, instance_id):
    """get_ec2_instance_id_by_uuid."""


@backend_function
def get_ec2_snapshot_id_by_uuid(context, snapshot_id):
    """get_ec2_snapshot_id_by_uuid."""


@backend_function
def get_ec2_volume_id_by_uuid(context, volume_id):
    """get_ec2_volume_id_by_uuid."""


@backend_function
def get_instance_uuid_by_ec2_id(context, ec2_id):
    """get_instance_uuid_by_ec2_id."""


@backend_function
def get_snapshot_uuid_by_ec2_id(context, ec2_id):
    """get_snapshot_uuid_by_ec2_id."""


@backend_function
def get_volume_uuid_by_ec2_id(context, ec2_id):
    """get_volume_uuid_by_ec2_id."""


@backend_function
def instance_add_security_group(context, instance_id, security_group_id):
    """instance_add_security_group."""


@backend_function
def instance_create(context, values):
    """instance_create."""


@backend_function
def instance_data_get_for_project(context, project_id, session=None):
    """instance_data_get_for_project."""


@backend_function
def instance_destroy(context, instance_uuid, constraint=None, update_cells=True):
    """instance_destroy."""


@backend_function
def instance_fault_create(context, values, update_cells=True):
    """instance_fault_create."""


@backend_function
def instance_fault_get_by_instance_uuids(context, instance_uuids):
    """instance_fault_get_by_instance_uuids."""


@backend_function
def instance_floating_address_get_all(context, instance_uuid):
    """instance_floating_address_get_all."""


@backend_function
def instance_get(context, instance_id):
    """instance_get."""


@backend_function
def instance_get_active_by_window_joined(context, begin, end=None, project_id=None, host=None):
    """instance_get_active_by_window_joined."""


@backend_function
def instance_get_all(context, columns_to_join=None):
    """instance_get_all."""


@backend_function
def instance_get_all_by_filters(context, filters, sort_key='created_at', sort_dir='desc', limit=None, marker=None, columns_to_join=None):
    """instance_get_all_by_filters."""


@backend_function
def instance_get_all_by_host(context, host, columns_to_join=None):
    """instance_get_all_by_host."""


@backend_function
def instance_get_all_by_host_and_node(context, host, node):
    """instance_get_all_by_host_and_node."""


@backend_function
def instance_get_all_by_host_and_not_type(context, host, type_id=None):
    """instance_get_all_by_host_and_not_type."""


@backend_function
def instance_get_all_hung_in_rebooting(context, reboot_window):
    """instance_get_all_hung_in_rebooting."""


@backend_function
def instance_get_by_uuid(context, uuid):
    """instance_get_by_uuid."""


@backend_function
def instance_get_floating_address(context, instance_id):
    """instance_get_floating_address."""


@backend_function
def instance_info_cache_delete(context, instance_uuid):
    """instance_info_cache_delete."""


@backend_function
def instance_info_cache_get(context, instance_uuid):
    """instance_info_cache_get."""


@backend_function
def instance_info_cache_update(context, instance_uuid, values):
    """instance_info_cache_update."""


@backend_function
def instance_metadata_delete(context, instance_uuid, key):
    """instance_metadata_delete."""


@backend_function
def instance_metadata_get(context, instance_uuid):
    """instance_metadata_get."""


@backend_function
def instance_metadata_update(context, instance_uuid, metadata, delete):
    """instance_metadata_update."""


@backend_function
def instance_remove_security_group(context, instance_id, security_group_id):
    """instance_remove_security_group."""


@backend_function
def instance_system_metadata_get(context, instance_uuid):
    """instance_system_metadata_get."""


@backend_function
def instance_system_metadata_update(context, instance_uuid, metadata, delete):
    """instance_system_metadata_update."""


@backend_function
def instance_test_and_set(context, instance_uuid, attr, ok_states, new_state):
    """instance_test_and_set."""


@backend_function
def instance_type_access_add(context, flavor_id, project_id):
    """instance_type_access_add."""


@backend_function
def instance_type_access_get_by_flavor_id(context, flavor_id):
    """instance_type_access_get_by_flavor_id."""


@backend_function
def instance_type_access_remove(context, flavor_id, project_id):
    """instance_type_access_remove."""


@backend_function
def instance_type_create(context, values):
    """instance_type_create."""


@backend_function
def instance_type_destroy(context, name):
    """instance_type_destroy."""


@backend_function
def instance_type_extra_specs_delete(context, flavor_id, key):
    """instance_type_extra_specs_delete."""


@backend_function
def instance_type_extra_specs_get(context, flavor_id):
    """instance_type_extra_specs_get."""


@backend_function
def instance_type_extra_specs_update_or_create(context, flavor_id, extra_specs):
    """instance_type_extra_specs_update_or_create."""


@backend_function
def instance_type_get(context, id):
    """instance_type_get."""


@backend_function
def instance_type_get_all(context, inactive=False, filters=None):
    """instance_type_get_all."""


@backend_function
def instance_type_get_by_flavor_id(context, id, read_deleted=None):
    """instance_type_get_by_flavor_id."""


@backend_function
def instance_type_get_by_name(context, name):
    """instance_type_get_by_name."""


@backend_function
def instance_update(context, instance_uuid, values, update_cells=True):
    """instance_update."""


@backend_function
def instance_update_and_get_original(context, instance_uuid, values):
    """instance_update_and_get_original."""


@backend_function
def key_pair_count_by_user(context, user_id):
    """key_pair_count_by_user."""


@backend_function
def key_pair_create(context, values):
    """key_pair_create."""


@backend_function
def key_pair_destroy(context, user_id, name):
    """key_pair_destroy."""


@backend_function
def key_pair_get(context, user_id, name):
    """key_pair_get."""


@backend_function
def key_pair_get_all_by_user(context, user_id):
    """key_pair_get_all_by_user."""


@backend_function
def migration_create(context, values):
    """migration_create."""


@backend_function
def migration_get(context, migration_id):
    """migration_get."""


@backend_function
def migration_get_by_instance_and_status(context, instance_uuid, status):
    """migration_get_by_instance_and_status."""


@backend_function
def migration_get_in_progress_by_host_and_node(context, host, node):
    """migration_get_in_progress_by_host_and_node."""


@backend_function
def migration_get_unconfirmed_by_dest_compute(context, confirm_window, dest_compute):
    """migration_get_unconfirmed_by_dest_compute."""


@backend_function
def migration_update(context, id, values):
    """migration_update."""


@backend_function
def network_associate(context, project_id, network_id=None, force=False):
    """network_associate."""


@backend_function
def network_count_reserved_ips(context, network_id):
    """network_count_reserved_ips."""


@backend_function
def network_create_safe(context, values):
    """network_create_safe."""


@backend_function
def network_delete_safe(context, network_id):
    """network_delete_safe."""


@backend_function
def network_disassociate(context, network_id, disassociate_host=True, disassociate_project=True):
    """network_disassociate."""


@backend_function
def network_get(context, network_id, project_only='allow_none'):
    """network_get."""


@backend_function
def network_get_all(context):
    """network_get_all."""


@backend_function
def network_get_all_by_host(context, host):
    """network_get_all_by_host."""


@backend_function
def network_get_all_by_instance(context, instance_id):
    """network_get_all_by_instance."""


@backend_function
def network_get_all_by_uuids(context, network_uuids, project_only='allow_none'):
    """network_get_all_by_uuids."""


@backend_function
def network_get_associated_fixed_ips(context, network_id, host=None):
    """network_get_associated_fixed_ips."""


@backend_function
def network_get_by_cidr(context, cidr):
    """network_get_by_cidr."""


@backend_function
def network_get_by_uuid(context, uuid):
    """network_get_by_uuid."""


@backend_function
def network_in_use_on_host(context, network_id, host=None):
    """network_in_use_on_host."""


@backend_function
def network_set_host(context, network_id, host_id):
    """network_set_host."""


@backend_function
def network_update(context, network_id, values):
    """network_update."""


@backend_function
def not_equal(*values):
    """not_equal."""


@backend_function
def project_get_networks(context, project_id, associate=True):
    """project_get_networks."""


@backend_function
def provider_fw_rule_create(context, rule):
    """provider_fw_rule_create."""


@backend_function
def provider_fw_rule_destroy(context, rule_id):
    """provider_fw_rule_destroy."""


@backend_function
def provider_fw_rule_get_all(context):
    """provider_fw_rule_get_all."""


@backend_function
def quota_class_create(context, class_name, resource, limit):
    """quota_class_create."""


@backend_function
def quota_class_get(context, class_name, resource):
    """quota_class_get."""


@backend_function
def quota_class_get_all_by_name(context, class_name):
    """quota_class_get_all_by_name."""


@backend_function
def quota_class_update(context, class_name, resource, limit):
    """quota_class_update."""


@backend_function
def quota_create(context, project_id, resource, limit):
    """quota_create."""


@backend_function
def quota_destroy_all_by_project(context, project_id):
    """quota_destroy_all_by_project."""


@backend_function
def quota_get(context, project_id, resource):
    """quota_get."""


@backend_function
def quota_get_all_by_project(context, project_id):
    """quota_get_all_by_project."""


@backend_function
def quota_reserve(context, resources, quotas, deltas, expire, until_refresh, max_age, project_id=None):
    """quota_reserve."""


@backend_function
def quota_update(context, project_id, resource, limit):
    """quota_update."""


@backend_function
def quota_usage_get(context, project_id, resource):
    """quota_usage_get."""


@backend_function
def quota_usage_get_all_by_project(context, project_id):
    """quota_usage_get_all_by_project."""


@backend_function
def quota_usage_update(context, project_id, resource, **kwargs):
    """quota_usage_update."""


@backend_function
def reservation_commit(context, reservations, project_id=None):
    """reservation_commit."""


@backend_function
def reservation_create(context, uuid, usage, project_id, resource, delta, expire):
    """reservation_create."""


@backend_function
def reservation_expire(context):
    """reservation_expire."""


@backend_function
def reservation_get(context, uuid):
    """reservation_get."""


@backend_function
def reservation_rollback(context, reservations, project_id=None):
    """reservation_rollback."""


@backend_function
def s3_image_create(context, image_uuid):
    """s3_image_create."""


@backend_function
def s3_image_get(context, image_id):
    """s3_image_get."""


@backend_function
def s3_image_get_by_uuid(context, image_uuid):
    """s3_image_get_by_uuid."""


@backend_function
def security_group_count_by_project(context, project_id, session=None):
    """security_group_count_by_project."""


@backend_function
def security_group_create(context, values):
    """security_group_create."""


@backend_function
def security_group_default_rule_create(context, values):
    """security_group_default_rule_create."""


@backend_function
def security_group_default_rule_destroy(context, security_group_rule_default_id):
    """security_group_default_rule_destroy."""


@backend_function
def security_group_default_rule_get(context, security_group_rule_default_id):
    """security_group_default_rule_get."""


@backend_function
def security_group_default_rule_list(context):
    """security_group_default_rule_list."""


@backend_function
def security_group_destroy(context, security_group_id):
    """security_group_destroy."""


@backend_function
def security_group_ensure_default(context):
    """security_group_ensure_default."""


@backend_function
def security_group_exists(context, project_id, group_name):
    """security_group_exists."""


@backend_function
def security_group_get(context, security_group_id):
    """security_group_get."""


@backend_function
def security_group_get_all(context):
    """security_group_get_all."""


@backend_function
def security_group_get_by_instance(context, instance_id):
    """security_group_get_by_instance."""


@backend_function
def security_group_get_by_name(context, project_id, group_name):
    """security_group_get_by_name."""


@backend_function
def security_group_get_by_project(context, project_id):
    """security_group_get_by_project."""


@backend_function
def security_group_in_use(context, group_id):
    """security_group_in_use."""


@backend_function
def security_group_rule_count_by_group(context, security_group_id):
    """security_group_rule_count_by_group."""


@backend_function
def security_group_rule_create(context, values):
    """security_group_rule_create."""


@backend_function
def security_group_rule_destroy(context, security_group_rule_id):
    """security_group_rule_destroy."""


@backend_function
def security_group_rule_get(context, security_group_rule_id):
    """security_group_rule_get."""


@backend_function
def security_group_rule_get_by_security_group(context, security_group_id):
    """security_group_rule_get_by_security_group."""


@backend_function
def security_group_rule_get_by_security_group_grantee(context, security_group_id):
    """security_group_rule_get_by_security_group_grantee."""


@backend_function
def service_create(context, values):
    """service_create."""


@backend_function
def service_destroy(context, instance_id):
    """service_destroy."""


@backend_function
def service_get(context, service_id):
    """service_get."""


@backend_function
def service_get_all(context, disabled=None):
    """service_get_all."""


@backend_function
def service_get_all_by_host(context, host):
    """service_get_all_by_host."""


@backend_function
def service_get_all_by_topic(context, topic):
    """service_get_all_by_topic."""


@backend_function
def service_get_by_args(context, host, binary):
    """service_get_by_args."""


@backend_function
def service_get_by_compute_host(context, host):
    """service_get_by_compute_host."""


@backend_function
def service_get_by_host_and_topic(context, host, topic):
    """service_get_by_host_and_topic."""


@backend_function
def service_update(context, service_id, values):
    """service_update."""


@backend_function
def task_log_begin_task(context, task_name, period_beginning, period_ending, host, task_items=None, message=None):
    """task_log_begin_task."""


@backend_function
def task_log_end_task(context, task_name, period_beginning, period_ending, host, errors, message=None):
    """task_log_end_task."""


@backend_function
def task_log_get(context, task_name, period_beginning, period_ending, host, state=None):
    """task_log_get."""


@backend_function
def task_log_get_all(context, task_name, period_beginning, period_ending, host=None, state=None):
    """task_log_get_all."""


@backend_function
def virtual_interface_create(context, values):
    """virtual_interface_create."""


@backend_function
def virtual_interface_delete_by_instance(context, instance_id):
    """virtual_interface_delete_by_instance."""


@backend_function
def virtual_interface_get(context, vif_id):
    """virtual_interface_get."""


@backend_function
def virtual_interface_get_all(context):
    """virtual_interface_get_all."""


@backend_function
def virtual_interface_get_by_address(context, address):
    """virtual_interface_get_by_address."""


@backend_function
def virtual_interface_get_by_instance(context, instance_id):
    """virtual_interface_get_by_instance."""


@backend_function
def virtual_interface_get_by_instance_and_network(context, instance_id, network_id):
    """virtual_interface_get_by_instance_and_network."""


@backend_function
def virtual_interface_get_by_uuid(context, vif_uuid):
    """virtual_interface_get_by_uuid."""


@backend_function
def vol_get_usage_by_time(context, begin):
    """vol_get_usage_by_time."""


@backend_function
def vol_usage_update(context, id, rd_req, rd_bytes, wr_req, wr_bytes, instance_id, last_refreshed=None, update_totals=False):
    """vol_usage_update."""


__all__ = [
    "NoMoreNetworks",
    "NoMoreTargets",
    "action_event_finish",
    "action_event_get_by_id",
    "action_event_start",
    "action_events_get",
    "action_finish",
    "action_get_by_request_id",
    "action_start",
    "actions_get",
    "agent_build_create",
    "agent_build_destroy",
    "agent_build_get_all",
    "agent_build_get_by_triple",
    "agent_build_update",
    "aggregate_create",
    "aggregate_delete",
    "aggregate_get",
    "aggregate_get_all",
    "aggregate_get_by_host",
    "aggregate_host_add",
    "aggregate_host_delete",
    "aggregate_host_get_all",
    "aggregate_host_get_by_metadata_key",
    "aggregate_metadata_add",
    "aggregate_metadata_delete",
    "aggregate_metadata_get",
    "aggregate_metadata_get_by_host",
    "aggregate_update",
    "archive_deleted_rows",
    "archive_deleted_rows_for_table",
    "block_device_mapping_create",
    "block_device_mapping_destroy",
    "block_device_mapping_destroy_by_instance_and_device",
    "block_device_mapping_destroy_by_instance_and_volume",
    "block_device_mapping_get_all_by_instance",
    "block_device_mapping_update",
    "block_device_mapping_update_or_create",
    "bw_usage_get",
    "bw_usage_get_by_uuids",
    "bw_usage_update",
    "cell_create",
    "cell_delete",
    "cell_get",
    "cell_get_all",
    "cell_update",
    "certificate_create",
    "certificate_get_all_by_project",
    "certificate_get_all_by_user",
    "certificate_get_all_by_user_and_project",
    "compute_node_create",
    "compute_node_delete",
    "compute_node_get",
    "compute_node_get_all",
    "compute_node_search_by_hypervisor",
    "compute_node_statistics",
    "compute_node_update",
    "console_create",
    "console_delete",
    "console_get",
    "console_get_all_by_instance",
    "console_get_by_pool_instance",
    "console_pool_create",
    "console_pool_get_all_by_host_type",
    "console_pool_get_by_host_type",
    "constraint",
    "dnsdomain_get",
    "dnsdomain_list",
    "dnsdomain_register_for_project",
    "dnsdomain_register_for_zone",
    "dnsdomain_unregister",
    "ec2_instance_create",
    "ec2_snapshot_create",
    "ec2_volume_create",
    "equal_any",
    "fixed_ip_associate",
    "fixed_ip_associate_pool",
    "fixed_ip_bulk_create",
    "fixed_ip_count_by_project",
    "fixed_ip_create",
    "fixed_ip_disassociate",
    "fixed_ip_disassociate_all_by_timeout",
    "fixed_ip_get",
    "fixed_ip_get_all",
    "fixed_ip_get_by_address",
    "fixed_ip_get_by_address_detailed",
    "fixed_ip_get_by_floating_address",
    "fixed_ip_get_by_host",
    "fixed_ip_get_by_instance",
    "fixed_ip_get_by_network_host",
    "fixed_ip_update",
    "fixed_ips_by_virtual_interface",
    "floating_ip_allocate_address",
    "floating_ip_bulk_create",
    "floating_ip_bulk_destroy",
    "floating_ip_count_by_project",
    "floating_ip_create",
    "floating_ip_deallocate",
    "floating_ip_destroy",
    "floating_ip_disassociate",
    "floating_ip_fixed_ip_associate",
    "floating_ip_get",
    "floating_ip_get_all",
    "floating_ip_get_all_by_host",
    "floating_ip_get_all_by_project",
    "floating_ip_get_by_address",
    "floating_ip_get_by_fixed_address",
    "floating_ip_get_by_fixed_ip_id",
    "floating_ip_get_pools",
    "floating_ip_set_auto_assigned",
    "floating_ip_update",
    "get_ec2_instance_id_by_uuid",
    "get_ec2_snapshot_id_by_uuid",
    "get_ec2_volume_id_by_uuid",
    "get_instance_uuid_by_ec2_id",
    "get_snapshot_uuid_by_ec2_id",
    "get_volume_uuid_by_ec2_id",
    "instance_add_security_group",
    "instance_create",
    "instance_data_get_for_project",
    "instance_destroy",
    "instance_fault_create",
    "instance_fault_get_by_instance_uuids",
    "instance_floating_address_get_all",
    "instance_get",
    "instance_get_active_by_window_joined",
    "instance_get_all",
    "instance_get_all_by_filters",
    "instance_get_all_by_host",
    "instance_get_all_by_host_and_node",
    "instance_get_all_by_host_and_not_type",
    "instance_get_all_hung_in_rebooting",
    "instance_get_by_uuid",
    "instance_get_floating_address",
    "instance_info_cache_delete",
    "instance_info_cache_get",
    "instance_info_cache_update",
    "instance_metadata_delete",
    "instance_metadata_get",
    "instance_metadata_update",
    "instance_remove_security_group",
    "instance_system_metadata_get",
    "instance_system_metadata_update",
    "instance_test_and_set",
    "instance_type_access_add",
    "instance_type_access_get_by_flavor_id",
    "instance_type_access_remove",
    "instance_type_create",
    "instance_type_destroy",
    "instance_type_extra_specs_delete",
    "instance_type_extra_specs_get",
    "instance_type_extra_specs_update_or_create",
    "instance_type_get",
    "instance_type_get_all",
    "instance_type_get_by_flavor_id",
    "instance_type_get_by_name",
    "instance_update",
    "instance_update_and_get_original",
    "key_pair_count_by_user",
    "key_pair_create",
    "key_pair_destroy",
    "key_pair_get",
    "key_pair_get_all_by_user",
    "migration_create",
    "migration_get",
    "migration_get_by_instance_and_status",
    "migration_get_in_progress_by_host_and_node",
    "migration_get_unconfirmed_by_dest_compute",
    "migration_update",
    "network_associate",
    "network_count_reserved_ips",
    "network_create_safe",
    "network_delete_safe",
    "network_disassociate",
    "network_get",
    "network_get_all",
    "network_get_all_by_host",
    "network_get_all_by_instance",
    "network_get_all_by_uuids",
    "network_get_associated_fixed_ips",
    "network_get_by_cidr",
    "network_get_by_uuid",
    "network_in_use_on_host",
    "network_set_host",
    "network_update",
    "not_equal",
    "project_get_networks",
    "provider_fw_rule_create",
    "provider_fw_rule_destroy",
    "provider_fw_rule_get_all",
    "quota_class_create",
    "quota_class_get",
    "quota_class_get_all_by_name",
    "quota_class_update",
    "quota_create",
    "quota_destroy_all_by_project",
    "quota_get",
    "quota_get_all_by_project",
    "quota_reserve",
    "quota_update",
    "quota_usage_get",
    "quota_usage_get_all_by_project",
    "quota_usage_update",
    "reservation_commit",
    "reservation_create",
    "reservation_expire",
    "reservation_get",
    "reservation_rollback",
    "s3_image_create",
    "s3_image_get",
    "s3_image_get_by_uuid",
    "security_group_count_by_project",
    "security_group_create",
    "security_group_default_rule_create",
    "security_group_default_rule_destroy",
    "security_group_default_rule_get",
    "security_group_default_rule_list",
    "security_group_destroy",
    "security_group_ensure_default",
    "security_group_exists",
    "security_group_get",
    "security_group_get_all",
    "security_group_get_by_instance",
    "security_group_get_by_name",
    "security_group_get_by_project",
    "security_group_in_use",
    "security_group_rule_count_by_group",
    "security_group_rule_create",
    "security_group_rule_destroy",
    "security_group_rule_get",
    "security_group_rule_get_by_security_group",
    "security_group_rule_get_by_security_group_grantee",
    "service_create",
    "service_destroy",
    "service_get",
    "service_get_all",
    "service_get_all_by_host",
    "service_get_all_by_topic",
    "service_get_by_args",
    "service_get_by_compute_host",
    "service_get_by_host_and_topic",
    "service_update",
    "task_log_begin_task",
    "task_log_end_task",
    "task_log_get",
    "task_log_get_all",
    "virtual_interface_create",
    "virtual_interface_delete_by_instance",
    "virtual_interface_get",
    "virtual_interface_get_all",
    "virtual_interface_get_by_address",
    "virtual_interface_get_by_instance",
    "virtual_interface_get_by_instance_and_network",
    "virtual_interface_get_by_uuid",
    "vol_get_usage_by_time",
    "vol_usage_update",
]
