"""Pairs of functions whose results may differ from every serial order without transactions.

``docs/reliability.md`` describes the partial results of each key, and lists the pairs that differ
with transactions too.
"""

READS_OF_INSTANCES = {
    "instance_get",
    "instance_get_active_by_window_joined",
    "instance_get_all",
    "instance_get_all_by_filters",
    "instance_get_all_by_host",
    "instance_get_all_by_host_and_not_type",
    "instance_get_by_uuid",
}

ON_A_STANDALONE_SERVER = {
    "security_group_destroy": {
        "instance_create",
        "instance_destroy",
        "instance_get",
        "instance_get_by_uuid",
        "instance_update",
        "instance_update_and_get_original",
        "security_group_get",
        "security_group_get_all",
        "security_group_get_by_instance",
        "security_group_get_by_name",
        "security_group_get_by_project",
        "security_group_rule_get_by_security_group",
    },
    "instance_update_and_get_original": READS_OF_INSTANCES
    | {
        "instance_add_security_group",
        "instance_destroy",
        "instance_info_cache_delete",
        "instance_info_cache_update",
        "instance_metadata_delete",
        "instance_metadata_get",
        "instance_metadata_update",
        "instance_remove_security_group",
        "instance_system_metadata_update",
        "instance_update",
        "instance_update_and_get_original",
        "security_group_rule_create",
        "security_group_rule_destroy",
    },
    "instance_update": READS_OF_INSTANCES
    | {
        "instance_destroy",
        "instance_metadata_delete",
        "instance_metadata_get",
        "instance_metadata_update",
        "instance_system_metadata_get",
        "instance_system_metadata_update",
        "instance_update",
        "migration_get_in_progress_by_host_and_node",
    },
    "instance_destroy": READS_OF_INSTANCES
    | {
        "instance_add_security_group",
        "instance_info_cache_delete",
        "instance_info_cache_update",
        "instance_metadata_delete",
        "instance_metadata_update",
        "instance_remove_security_group",
        "instance_system_metadata_update",
    },
    "instance_metadata_update": READS_OF_INSTANCES
    | {
        "instance_metadata_delete",
        "instance_metadata_get",
        "instance_metadata_update",
    },
    "instance_system_metadata_update": READS_OF_INSTANCES
    | {
        "instance_system_metadata_get",
        "instance_system_metadata_update",
        "migration_get_in_progress_by_host_and_node",
    },
    "instance_metadata_delete": {
        "instance_get_all_by_filters",
    },
    "instance_create": {
        "instance_create",
    },
    "instance_type_destroy": {
        "instance_type_access_add",
        "instance_type_access_get_by_flavor_id",
        "instance_type_access_remove",
        "instance_type_extra_specs_update_or_create",
        "instance_type_get",
        "instance_type_get_all",
        "instance_type_get_by_flavor_id",
        "instance_type_get_by_name",
    },
    "instance_type_extra_specs_update_or_create": {
        "instance_type_extra_specs_get",
        "instance_type_get",
        "instance_type_get_all",
        "instance_type_get_by_flavor_id",
        "instance_type_get_by_name",
    },
    "aggregate_update": {
        "aggregate_delete",
        "aggregate_get",
        "aggregate_get_all",
        "aggregate_get_by_host",
        "aggregate_metadata_add",
        "aggregate_metadata_delete",
        "aggregate_metadata_get",
        "aggregate_update",
    },
    "aggregate_metadata_add": {
        "aggregate_delete",
        "aggregate_get",
        "aggregate_get_all",
        "aggregate_get_by_host",
        "aggregate_metadata_add",
        "aggregate_metadata_get",
        "aggregate_metadata_get_by_host",
    },
    "aggregate_delete": {
        "aggregate_get",
        "aggregate_get_all",
        "aggregate_get_by_host",
        "aggregate_metadata_delete",
        "aggregate_metadata_get",
    },
    "aggregate_get_by_host": {
        "aggregate_host_delete",
        "aggregate_metadata_delete",
    },
    "service_destroy": {
        "compute_node_get",
        "compute_node_get_all",
        "compute_node_search_by_hypervisor",
        "compute_node_update",
        "service_get",
        "service_get_by_compute_host",
    },
    "compute_node_update": {
        "compute_node_delete",
        "compute_node_get",
        "compute_node_get_all",
        "compute_node_update",
    },
    "cell_update": {
        "cell_delete",
        "cell_update",
    },
    "block_device_mapping_update_or_create": {
        "block_device_mapping_get_all_by_instance",
    },
    "quota_destroy_all_by_project": {
        "reservation_create",
    },
}
