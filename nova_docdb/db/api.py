"""The contract: every function of the database API, with what it takes, returns and raises.

A declaration here has no body: the call goes to the backend that the option db_backend names. The
first argument is always a context (``nova_docdb.context``), checked before anything else. "Follows
read_deleted" means that the context decides which rows are seen: "no" live ones, "yes" all, "only"
deleted ones; where nothing is said, live rows count. Datetimes are naive UTC in milliseconds. Rows
are dicts with every column of their table; relations are there where they are named.

Values that a column cannot hold and arguments that make no sense raise InvalidInput, columns that
may not be empty DBError, before anything is written. Lists are ordered by id unless another order
is named. Arguments are never changed, and a returned row shares nothing with the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from nova_docdb.backend import backend_function
from nova_docdb.context import Context
from nova_docdb.exception import NoMoreNetworks, NoMoreTargets

Row = dict[str, Any]
Values = Mapping[str, Any]


@backend_function
def action_event_finish(context: Context, values: Values) -> Row:
    """Finish an event of an instance action.

    The context is not checked. The event that is still open is finished, the newest of several;
    when its result is "Error" the action's message becomes "Error" too.

    :param values: instance_uuid and request_id name the action, event the event; finish_time
        (datetime or "YYYY-MM-DDTHH:MM:SS.ffffff"), result and traceback are stored
    :returns: the event's row
    :raises InstanceActionNotFound: if the instance has no action of that request
    :raises InstanceActionEventNotFound: if the action has no such event
    :raises ValueError: if a time is text of another form
    """


@backend_function
def action_event_get_by_id(context: Context, action_id: int, event_id: int) -> Row | None:
    """Return an event of an action.

    The context is not checked; follows read_deleted.

    :param action_id: the id of the action
    :param event_id: the id of the event
    :returns: the row, or None unless both match
    """


@backend_function
def action_event_start(context: Context, values: Values) -> Row:
    """Start an event of an instance action.

    The context is not checked.

    :param values: instance_uuid and request_id name the action; event is the event's name,
        start_time defaults to now
    :returns: the event's row
    :raises InstanceActionNotFound: if the instance has no action of that request
    :raises ValueError: if a time is text that is not "YYYY-MM-DDTHH:MM:SS.ffffff"
    """


@backend_function
def action_events_get(context: Context, action_id: int) -> list[Row]:
    """Return the events of an action, newest first.

    The context is not checked; follows read_deleted.

    :param action_id: the id of the action
    :returns: the rows, by created_at and then id, descending
    """


@backend_function
def action_finish(context: Context, values: Values) -> Row:
    """Finish an action of an instance.

    The context is not checked.

    :param values: instance_uuid and request_id name the action; the other columns are stored, such
        as finish_time and message
    :returns: the action's row
    :raises InstanceActionNotFound: if the instance has no action of that request
    :raises ValueError: if a time is text that is not "YYYY-MM-DDTHH:MM:SS.ffffff"
    """


@backend_function
def action_get_by_request_id(context: Context, uuid: str, request_id: str) -> Row | None:
    """Return the action that a request started on an instance.

    The context is not checked; follows read_deleted.

    :param uuid: the uuid of the instance
    :param request_id: the id of the request
    :returns: the row, the one with the lowest id if there are several, or None
    """


@backend_function
def action_start(context: Context, values: Values) -> Row:
    """Record an action of an instance.

    The context is not checked, nor is the instance: a record must not fail.

    :param values: action, instance_uuid, request_id, user_id, project_id, start_time (now by
        default)
    :returns: the new row
    :raises ValueError: if a time is text that is not "YYYY-MM-DDTHH:MM:SS.ffffff"
    """


@backend_function
def actions_get(context: Context, uuid: str) -> list[Row]:
    """Return the actions of an instance, newest first.

    The context is not checked; follows read_deleted.

    :param uuid: the uuid of the instance
    :returns: the rows, by created_at and then id, descending
    """


@backend_function
def agent_build_create(context: Context, values: Values) -> Row:
    """Create an agent build.

    Nothing of it is unique.

    :param values: hypervisor, os, architecture, version, url, md5hash
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def agent_build_destroy(context: Context, agent_update_id: int) -> None:
    """Soft-delete an agent build.

    One that is deleted already is stamped again.

    :param agent_update_id: the id of the build
    :raises AdminRequired: if the context is not an admin's
    :raises AgentBuildNotFound: if there never was one
    """


@backend_function
def agent_build_get_all(context: Context, hypervisor: str | None = None) -> list[Row]:
    """Return the live agent builds.

    :param hypervisor: only those of this hypervisor; None or empty is all
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def agent_build_get_by_triple(
    context: Context, hypervisor: str | None, os: str | None, architecture: str | None
) -> Row | None:
    """Return the live agent build for a hypervisor, an operating system and an architecture.

    :param hypervisor: the hypervisor
    :param os: the operating system
    :param architecture: the architecture
    :returns: the row, the one with the lowest id if there are several, or None
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def agent_build_update(context: Context, agent_build_id: int, values: Values) -> None:
    """Change an agent build, also one that is deleted.

    :param agent_build_id: the id of the build
    :param values: columns and their values; keys that are no columns are dropped
    :raises AdminRequired: if the context is not an admin's
    :raises AgentBuildNotFound: if there is none
    """


@backend_function
def aggregate_create(
    context: Context, values: Values, metadata: dict[str, Any] | None = None
) -> Row:
    """Create an aggregate with its metadata.

    Of two callers with one name one is refused.

    :param values: name is needed (None is a name that is not compared); availability_zone goes into
        the metadata
    :param metadata: the pairs
    :returns: the row with hosts, metadetails and availability_zone
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNameExists: if a live aggregate has the name
    :raises InvalidInput: if values has no name
    :raises DBError: if a key or value of the metadata is None
    """


@backend_function
def aggregate_delete(context: Context, aggregate_id: int) -> None:
    """Soft-delete an aggregate and its metadata; its host rows stay.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if the context sees none
    """


@backend_function
def aggregate_get(context: Context, aggregate_id: int) -> Row:
    """Return an aggregate.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :returns: the row with hosts, metadetails and availability_zone, which are empty for a deleted
        one
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if the context sees none
    """


@backend_function
def aggregate_get_all(context: Context) -> list[Row]:
    """Return all aggregates.

    Follows read_deleted.

    :returns: the rows with hosts, metadetails and availability_zone
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def aggregate_get_by_host(context: Context, host: str, key: str | None = None) -> list[Row]:
    """Return the live aggregates that a host is in.

    :param host: the name of the host
    :param key: only those with this metadata key; None or empty is all
    :returns: the rows, each once, with all hosts, metadetails and availability_zone
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def aggregate_host_add(context: Context, aggregate_id: int, host: str) -> None:
    """Put a host into an aggregate.

    The aggregate follows read_deleted; of two callers with one host one is refused.

    :param aggregate_id: the id of the aggregate
    :param host: the name of the host
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if the context sees no such aggregate
    :raises AggregateHostExists: if the host is in it
    """


@backend_function
def aggregate_host_delete(context: Context, aggregate_id: int, host: str) -> None:
    """Take a host out of an aggregate.

    Follows read_deleted; the host may come back, as a new row.

    :param aggregate_id: the id of the aggregate
    :param host: the name of the host
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if the context sees no such aggregate
    :raises AggregateHostNotFound: if the host is not in it
    """


@backend_function
def aggregate_host_get_all(context: Context, aggregate_id: int) -> list[str]:
    """Return the names of the hosts of an aggregate.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :returns: the names; with deleted rows visible a host that left and came back is there twice
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if the context sees no such aggregate
    """


@backend_function
def aggregate_host_get_by_metadata_key(context: Context, key: str) -> dict[str, set[str]]:
    """Return the values of a metadata key for each host, over all live aggregates.

    :param key: the key
    :returns: host to the set of values, such as {"host1": {"az1", "az2"}}
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def aggregate_metadata_add(
    context: Context, aggregate_id: int, metadata: dict[str, Any], set_delete: bool = False
) -> None:
    """Give metadata keys of an aggregate their values, in place or as new rows.

    The aggregate follows read_deleted; one live row a key, also under concurrent calls.

    :param aggregate_id: the id of the aggregate
    :param metadata: the pairs
    :param set_delete: whether keys that are not named are removed
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if the context sees no such aggregate
    :raises DBError: if a key or value is None; nothing is stored then
    """


@backend_function
def aggregate_metadata_delete(context: Context, aggregate_id: int, key: str) -> None:
    """Soft-delete a metadata key of an aggregate.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :param key: the key
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if the context sees no such aggregate
    :raises AggregateMetadataNotFound: if it has no such key
    """


@backend_function
def aggregate_metadata_get(context: Context, aggregate_id: int) -> dict[str, str]:
    """Return the metadata of an aggregate.

    Follows read_deleted; of several rows of a key the live one counts, else the newest.

    :param aggregate_id: the id of the aggregate
    :returns: key to value
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if the context sees no such aggregate
    """


@backend_function
def aggregate_metadata_get_by_host(
    context: Context, host: str, key: str | None = None
) -> dict[str, set[str]]:
    """Return the metadata of all live aggregates that a host is in.

    :param host: the name of the host
    :param key: only this key; None or empty is all
    :returns: key to the set of its values
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def aggregate_update(context: Context, aggregate_id: int, values: Values) -> Row:
    """Change an aggregate.

    Follows read_deleted.

    :param aggregate_id: the id of the aggregate
    :param values: name is changed; metadata replaces all metadata; availability_zone is one pair of
        it, and alone leaves the others
    :returns: the changed row with hosts, metadetails and availability_zone
    :raises AdminRequired: if the context is not an admin's
    :raises AggregateNotFound: if the context sees none
    :raises AggregateNameExists: if another live aggregate has the name; nothing is changed then
    """


@backend_function
def archive_deleted_rows(context: Context, max_rows: int | None = None) -> int:
    """Move soft-deleted rows of all tables to their shadow tables.

    A crash at any point leaves what the next call completes; two archivers do each other no harm.
    The limit is for all tables together. An instance moves together with its deleted rows, the last
    one of a limited call in portions, itself after the rest; its live rows (system metadata,
    actions) stay. `nova-docdb db archive` takes these along.

    :param max_rows: how many rows at the most; None is all of them
    :returns: the number of rows that were moved
    :raises AdminRequired: if the context is not an admin's
    :raises InvalidInput: if max_rows is negative
    """


@backend_function
def archive_deleted_rows_for_table(
    context: Context, tablename: str, max_rows: int | None = None
) -> int:
    """Move soft-deleted rows of a table to its shadow table, lowest ids first.

    Rows of other tables that belong to them are left for archive_deleted_rows.

    :param tablename: the name of the table
    :param max_rows: how many rows at the most; None is all of them
    :returns: the number of rows that were moved; 0 for a table without a shadow
    :raises AdminRequired: if the context is not an admin's
    :raises UnknownTable: if there is no such table
    :raises InvalidInput: if max_rows is negative
    """


@backend_function
def block_device_mapping_create(context: Context, values: Values) -> None:
    """Create a block device mapping.

    Nothing is checked: a device may have several.

    :param values: instance_uuid, device_name (needed) and the other columns of block_device_mapping
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises DBError: if device_name is missing
    """


@backend_function
def block_device_mapping_destroy(context: Context, bdm_id: int) -> None:
    """Soft-delete a block device mapping; no error if there is none.

    Follows read_deleted.

    :param bdm_id: the id of the mapping
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_destroy_by_instance_and_device(
    context: Context, instance_uuid: str, device_name: str
) -> None:
    """Soft-delete every mapping of a device of an instance; no error if there is none.

    Follows read_deleted.

    :param instance_uuid: the uuid of the instance
    :param device_name: the name of the device, such as "vda"
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_destroy_by_instance_and_volume(
    context: Context, instance_uuid: str, volume_id: str
) -> None:
    """Soft-delete every mapping of a volume to an instance; no error if there is none.

    Follows read_deleted.

    :param instance_uuid: the uuid of the instance
    :param volume_id: the id of the volume
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_get_all_by_instance(context: Context, instance_uuid: str) -> list[Row]:
    """Return the block device mappings of an instance.

    Follows read_deleted.

    :param instance_uuid: the uuid of the instance
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_update(context: Context, bdm_id: int, values: Values) -> None:
    """Change a block device mapping; no error if there is none.

    Follows read_deleted; updated_at always moves.

    :param bdm_id: the id of the mapping
    :param values: columns and their values; keys that are no columns are dropped
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def block_device_mapping_update_or_create(context: Context, values: Values) -> None:
    """Change the live mapping of a device, or create it.

    When virtual_name is "swap" or "ephemeralN" the instance's mappings of that name on other
    devices are soft-deleted. Concurrent calls leave one row a device and one live row of such a
    disk.

    :param values: instance_uuid and device_name name the device; columns that are not named stay
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidInput: if instance_uuid or device_name is missing
    """


@backend_function
def bw_usage_get(context: Context, uuid: str, start_period: datetime | str, mac: str) -> Row | None:
    """Return the traffic of a network card in an audit period, deleted rows too.

    Mind the order of the arguments.

    :param uuid: the uuid of the instance
    :param start_period: the start of the period, naive UTC or ISO text
    :param mac: the MAC address
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def bw_usage_get_by_uuids(
    context: Context, uuids: Iterable[str], start_period: datetime | str
) -> list[Row]:
    """Return the traffic of instances in an audit period, deleted rows too.

    :param uuids: the uuids of the instances
    :param start_period: the start of the period, naive UTC or ISO text
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def bw_usage_update(
    context: Context,
    uuid: str,
    mac: str,
    start_period: datetime | str,
    bw_in: int | None,
    bw_out: int | None,
    last_ctr_in: int | None,
    last_ctr_out: int | None,
    last_refreshed: datetime | str | None = None,
    update_cells: bool = True,
) -> None:
    """Store the traffic of a network card in an audit period; the numbers replace the stored ones.

    Concurrent calls leave one row.

    :param uuid: the uuid of the instance
    :param mac: the MAC address
    :param start_period: the start of the period, naive UTC or ISO text
    :param bw_in: bytes in
    :param bw_out: bytes out
    :param last_ctr_in: the hypervisor's counter of bytes in
    :param last_ctr_out: the hypervisor's counter of bytes out
    :param last_refreshed: when it was measured, naive UTC or ISO text; None is now
    :param update_cells: whether the cells listener (nova_docdb.cells) is told
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def cell_create(context: Context, values: Values) -> Row:
    """Create a cell.

    Names are not unique.

    :param values: name, api_url, username, password, weight_offset, weight_scale, is_parent,
        rpc_host, rpc_port, rpc_virtual_host
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def cell_delete(context: Context, cell_name: str) -> int:
    """Soft-delete every cell of a name.

    Follows read_deleted.

    :param cell_name: the name of the cell
    :returns: how many there were; 0 is no error
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def cell_get(context: Context, cell_name: str) -> Row:
    """Return a cell by name.

    Follows read_deleted.

    :param cell_name: the name of the cell
    :returns: the row, the one with the lowest id if there are several
    :raises AdminRequired: if the context is not an admin's
    :raises CellNotFound: if the context sees none
    """


@backend_function
def cell_get_all(context: Context) -> list[Row]:
    """Return the live cells.

    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def cell_update(context: Context, cell_name: str, values: Values) -> Row:
    """Change every cell of a name.

    Follows read_deleted; updated_at always moves.

    :param cell_name: the name of the cell
    :param values: columns and their values; keys that are no columns are dropped
    :returns: the changed row with the lowest id
    :raises AdminRequired: if the context is not an admin's
    :raises CellNotFound: if the context sees none
    """


@backend_function
def certificate_create(context: Context, values: Values) -> Row:
    """Create a certificate.

    :param values: user_id, project_id, file_name
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def certificate_get_all_by_project(context: Context, project_id: str | None) -> list[Row]:
    """Return the live certificates of a project.

    :param project_id: the project; None is the rows of no project
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def certificate_get_all_by_user(context: Context, user_id: str | None) -> list[Row]:
    """Return the live certificates of a user.

    :param user_id: the user
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def certificate_get_all_by_user_and_project(
    context: Context, user_id: str | None, project_id: str | None
) -> list[Row]:
    """Return the live certificates of a user in a project.

    :param user_id: the user
    :param project_id: the project; None is the rows of no project
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def compute_node_create(context: Context, values: Values) -> Row:
    """Create a compute node with its stats.

    :param values: service_id, vcpus, memory_mb, local_gb, vcpus_used, memory_mb_used,
        local_gb_used, hypervisor_type, hypervisor_version and cpu_info are needed; stats is a dict,
        stored as text
    :returns: the new row with stats
    :raises AdminRequired: if the context is not an admin's
    :raises DBError: if a needed value is missing; nothing is stored then
    :raises ValueError: if created_at, updated_at or deleted_at is text that is not
        "YYYY-MM-DDTHH:MM:SS.ffffff"
    """


@backend_function
def compute_node_delete(context: Context, compute_id: int) -> None:
    """Soft-delete a compute node; its stats stay.

    Follows read_deleted.

    :param compute_id: the id of the compute node
    :raises AdminRequired: if the context is not an admin's
    :raises ComputeHostNotFound: if the context sees none
    """


@backend_function
def compute_node_get(context: Context, compute_id: int) -> Row:
    """Return a compute node.

    The context is not checked; follows read_deleted.

    :param compute_id: the id of the compute node
    :returns: the row with service (a row, deleted or not, or None) and stats
    :raises ComputeHostNotFound: if the context sees none
    """


@backend_function
def compute_node_get_all(context: Context) -> list[Row]:
    """Return all compute nodes.

    Follows read_deleted.

    :returns: the rows with service and stats
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def compute_node_search_by_hypervisor(context: Context, hypervisor_match: str) -> list[Row]:
    """Return the compute nodes whose hypervisor_hostname contains a text.

    Follows read_deleted.

    :param hypervisor_match: the text, taken literally, case ignored
    :returns: the rows with service
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def compute_node_statistics(context: Context) -> dict[str, int]:
    """Sum up the live compute nodes.

    The context is not checked.

    :returns: count, and the sums of vcpus, memory_mb, local_gb, vcpus_used, memory_mb_used,
        local_gb_used, free_ram_mb, free_disk_gb, current_workload, running_vms and
        disk_available_least
    """


@backend_function
def compute_node_update(
    context: Context, compute_id: int, values: Values, prune_stats: bool = False
) -> Row:
    """Change a compute node and its stats.

    Follows read_deleted; updated_at always moves. Concurrent calls leave one live stat a key.

    :param compute_id: the id of the compute node
    :param values: stats is a dict: its keys are changed in place or added
    :param prune_stats: whether stats that are not named are soft-deleted
    :returns: the changed row with service and live stats
    :raises AdminRequired: if the context is not an admin's
    :raises ComputeHostNotFound: if the context sees none; nothing is written then
    :raises ValueError: if created_at, updated_at or deleted_at is text that is not
        "YYYY-MM-DDTHH:MM:SS.ffffff"
    """


@backend_function
def console_create(context: Context, values: Values) -> Row:
    """Create a console.

    The context is not checked.

    :param values: instance_name, instance_uuid, password, port, pool_id
    :returns: the new row
    """


@backend_function
def console_delete(context: Context, console_id: int) -> None:
    """Remove a console for good; no error if there is none.

    The context is not checked.

    :param console_id: the id of the console
    """


@backend_function
def console_get(context: Context, console_id: int, instance_uuid: str | None = None) -> Row:
    """Return a console.

    The context is not checked; deleted rows count.

    :param console_id: the id of the console
    :param instance_uuid: when given, it must be this instance's
    :returns: the row with pool
    :raises ConsoleNotFound: if there is none
    :raises ConsoleNotFoundForInstance: if there is none and an instance was named
    """


@backend_function
def console_get_all_by_instance(context: Context, instance_uuid: str) -> list[Row]:
    """Return the consoles of an instance.

    The context is not checked.

    :param instance_uuid: the uuid of the instance
    :returns: the rows
    """


@backend_function
def console_get_by_pool_instance(context: Context, pool_id: int, instance_uuid: str) -> Row:
    """Return the console of an instance in a pool.

    The context is not checked.

    :param pool_id: the id of the console pool
    :param instance_uuid: the uuid of the instance
    :returns: the row with pool
    :raises ConsoleNotFoundInPoolForInstance: if there is none
    """


@backend_function
def console_pool_create(context: Context, values: Values) -> Row:
    """Create a console pool.

    The context is not checked.

    :param values: address, username, password, console_type, public_hostname, host, compute_host
    :returns: the new row
    """


@backend_function
def console_pool_get_all_by_host_type(context: Context, host: str, console_type: str) -> list[Row]:
    """Return the live console pools of a proxy host and type.

    The context is not checked.

    :param host: the name of the proxy host
    :param console_type: the type
    :returns: the rows with consoles
    """


@backend_function
def console_pool_get_by_host_type(
    context: Context, compute_host: str, proxy_host: str, console_type: str
) -> Row:
    """Return the live console pool of a compute host, proxy host and type.

    The context is not checked.

    :param compute_host: the name of the compute host
    :param proxy_host: the name of the proxy host
    :param console_type: the type
    :returns: the row with consoles
    :raises ConsolePoolNotFoundForHostType: if there is none
    """


@backend_function
def constraint(**conditions: Any) -> Any:
    """Return a constraint for instance_destroy: every named column must meet its condition.

    :param conditions: column to condition, made by equal_any or not_equal
    :returns: an opaque object
    """


@backend_function
def dnsdomain_get(context: Context, fqdomain: str) -> Row | None:
    """Return a live DNS domain.

    :param fqdomain: the fully qualified domain name
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def dnsdomain_list(context: Context) -> list[str]:
    """Return the names of the live DNS domains.

    :returns: the names
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def dnsdomain_register_for_project(context: Context, fqdomain: str, project: str | None) -> None:
    """Register a DNS domain for a project.

    An existing one becomes public and keeps its zone.

    :param fqdomain: the fully qualified domain name
    :param project: the project
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def dnsdomain_register_for_zone(context: Context, fqdomain: str, zone: str | None) -> None:
    """Register a DNS domain for an availability zone.

    An existing one becomes private and keeps its project.

    :param fqdomain: the fully qualified domain name
    :param zone: the availability zone
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def dnsdomain_unregister(context: Context, fqdomain: str) -> None:
    """Remove a DNS domain for good; no error if there is none.

    Follows read_deleted.

    :param fqdomain: the fully qualified domain name
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def ec2_instance_create(context: Context, instance_uuid: str, id: int | None = None) -> Row:
    """Give an instance its EC2 number.

    One number a uuid, also under concurrent calls.

    :param instance_uuid: the uuid of the instance
    :param id: a number that the mapping must have; None takes the next, or the one that is there
    :returns: the mapping's row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises DBDuplicateEntry: if the forced number is taken
    :raises DBError: if the uuid is None
    """


@backend_function
def ec2_snapshot_create(context: Context, snapshot_id: str, forced_id: int | None = None) -> Row:
    """Give a snapshot its EC2 number.

    One number a uuid, also under concurrent calls.

    :param snapshot_id: the uuid of the snapshot
    :param forced_id: a number that the mapping must have; None takes the next
    :returns: the mapping's row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises DBDuplicateEntry: if the forced number is taken
    :raises DBError: if the uuid is None
    """


@backend_function
def ec2_volume_create(context: Context, volume_id: str, forced_id: int | None = None) -> Row:
    """Give a volume its EC2 number.

    One number a uuid, also under concurrent calls.

    :param volume_id: the uuid of the volume
    :param forced_id: a number that the mapping must have; None takes the next
    :returns: the mapping's row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises DBDuplicateEntry: if the forced number is taken
    :raises DBError: if the uuid is None
    """


@backend_function
def equal_any(*values: Any) -> Any:
    """Return the condition that a column equals any of the values.

    :param values: the values; None is an empty column; without values it is never met
    :returns: an opaque object for constraint
    """


@backend_function
def fixed_ip_associate(
    context: Context,
    address: str,
    instance_uuid: str,
    network_id: int | None = None,
    reserved: bool = False,
) -> str:
    """Take a given address for an instance.

    Of two callers for one address one succeeds.

    :param address: the address as text
    :param instance_uuid: the uuid of the instance
    :param network_id: the network; rows of no network match too, and get it; None is only those
    :param reserved: whether the row must be a reserved one
    :returns: the address as it is stored
    :raises AdminRequired: if the context is not an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises FixedIpNotFoundForNetwork: if no live row matches
    :raises FixedIpAlreadyInUse: if it has an instance; the text names that one
    """


@backend_function
def fixed_ip_associate_pool(
    context: Context, network_id: int, instance_uuid: str | None = None, host: str | None = None
) -> str:
    """Take a free address of a network, the lowest id first.

    No address goes to two callers, and none is refused while a free one remains. Free is a live row
    that is not reserved and has neither instance nor host; rows of no network are taken when the
    network's own are gone, and get it.

    :param network_id: the id of the network
    :param instance_uuid: who takes it; None or empty with a host
    :param host: the host that takes it; with neither, the row stays free
    :returns: the address
    :raises AdminRequired: if the context is not an admin's
    :raises InvalidUUID: if instance_uuid is given and not canonical
    :raises NoMoreFixedIps: if none is free
    """


@backend_function
def fixed_ip_bulk_create(context: Context, ips: Iterable[Values]) -> None:
    """Create fixed addresses, all or none.

    :param ips: the columns of each row; read once
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def fixed_ip_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    """Count the live fixed addresses of a project's instances, live or deleted.

    :param project_id: the project; None is the rows of no project
    :param session: ignored; kept for callers that pass one
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    """


@backend_function
def fixed_ip_create(context: Context, values: Values) -> str:
    """Create a fixed address.

    Addresses are not unique.

    :param values: columns and their values; keys that are no columns are dropped
    :returns: the address as it is stored
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def fixed_ip_disassociate(context: Context, address: str) -> None:
    """Take a fixed address away from its instance; nothing else of the row changes.

    Follows read_deleted.

    :param address: the address as text
    :raises FixedIpNotFoundForAddress: if the context sees none
    :raises InstanceNotFound: if a user asks and its instance is gone
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and its
        instance is of another project
    """


@backend_function
def fixed_ip_disassociate_all_by_timeout(context: Context, host: str, time: datetime | str) -> int:
    """Free the addresses of a host that are not allocated and were not touched since a moment.

    A host has the addresses of the networks that it serves and, in multi_host networks, those of
    its instances, live or deleted. An address that is used again meanwhile is left alone.

    :param host: the name of the host
    :param time: the moment, naive UTC
    :returns: the number of addresses freed
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def fixed_ip_get(context: Context, id: int, get_network: bool = False) -> Row:
    """Return a fixed address by id.

    Follows read_deleted.

    :param id: the id
    :param get_network: whether the row shows its live network
    :returns: the row; with get_network, network is a row or None
    :raises FixedIpNotFound: if the context sees none
    :raises InstanceNotFound: if a user asks and its instance is gone
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and its
        instance is of another project
    """


@backend_function
def fixed_ip_get_all(context: Context) -> list[Row]:
    """Return every fixed address, deleted ones too.

    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    :raises NoFixedIpsDefined: if there is none
    """


@backend_function
def fixed_ip_get_by_address(context: Context, address: str) -> Row:
    """Return a fixed address.

    Follows read_deleted; live rows go before deleted ones.

    :param address: the address as text
    :returns: the row
    :raises FixedIpNotFoundForAddress: if the context sees none
    :raises InstanceNotFound: if a user asks and its instance is gone
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and its
        instance is of another project
    """


@backend_function
def fixed_ip_get_by_address_detailed(
    context: Context, address: str
) -> tuple[Row, Row | None, Row | None]:
    """Return a fixed address, its network and its instance.

    The address follows read_deleted, the others may be deleted.

    :param address: the address as text
    :returns: the three rows; None for one that is not there
    :raises AdminRequired: if the context is not an admin's
    :raises FixedIpNotFoundForAddress: if the context sees none
    """


@backend_function
def fixed_ip_get_by_floating_address(context: Context, floating_address: str) -> Row | None:
    """Return the fixed address that a live floating address leads to.

    Follows read_deleted.

    :param floating_address: the floating address
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def fixed_ip_get_by_host(context: Context, host: str) -> list[Row]:
    """Return the fixed addresses of the live instances of a host.

    Follows read_deleted.

    :param host: the name of the host
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def fixed_ip_get_by_instance(context: Context, instance_uuid: str) -> list[Row]:
    """Return the live fixed addresses of an instance.

    :param instance_uuid: the uuid of the instance
    :returns: the rows, by id
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises FixedIpNotFoundForInstance: if there is none
    """


@backend_function
def fixed_ip_get_by_network_host(context: Context, network_uuid: int, host: str) -> Row:
    """Return the live fixed address that a host itself uses in a network.

    :param network_uuid: the id of the network, in spite of its name
    :param host: the name of the host
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FixedIpNotFoundForNetworkHost: if there is none
    """


@backend_function
def fixed_ip_update(context: Context, address: str, values: Values) -> None:
    """Change the row of a fixed address, in one write.

    Follows read_deleted.

    :param address: the address as text
    :param values: columns and their values; keys that are no columns are dropped
    :raises FixedIpNotFoundForAddress: if the context sees none
    :raises InstanceNotFound: if a user asks and its instance is gone
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and its
        instance is of another project
    """


@backend_function
def fixed_ips_by_virtual_interface(context: Context, vif_id: int) -> list[Row]:
    """Return the live fixed addresses of a network card.

    :param vif_id: the id of the interface
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_allocate_address(context: Context, project_id: str | None, pool: str | None) -> str:
    """Give a project a free floating address of a pool, the lowest id first.

    No address goes to two callers. Free is a live row that has no project and leads nowhere. No
    quota is looked at.

    :param project_id: the project; None is the rows of no project
    :param pool: the name of the pool
    :returns: the address
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    :raises NoMoreFloatingIps: if none is free
    """


@backend_function
def floating_ip_bulk_create(context: Context, ips: Iterable[Values]) -> None:
    """Create floating addresses, all or none.

    :param ips: the columns of each row; read once
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpExists: if an address is live already, or twice in the list
    """


@backend_function
def floating_ip_bulk_destroy(context: Context, ips: Iterable[Values]) -> None:
    """Soft-delete the live rows of floating addresses; unknown ones are passed over.

    :param ips: dicts with address; read once
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    """Count the live floating addresses of a project that were not assigned automatically.

    :param project_id: the project; None is the rows of no project
    :param session: ignored; kept for callers that pass one
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    """


@backend_function
def floating_ip_create(context: Context, values: Values) -> str:
    """Create a floating address.

    Of two callers with one address one succeeds.

    :param values: columns and their values; keys that are no columns are dropped
    :returns: the address as it is stored
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpExists: if a live row has it
    """


@backend_function
def floating_ip_deallocate(context: Context, address: str) -> None:
    """Take a floating address away from its project; what it leads to stays.

    Follows read_deleted; no error if there is none.

    :param address: the address as text
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_destroy(context: Context, address: str) -> None:
    """Remove the rows of a floating address for good; no error if there is none.

    Follows read_deleted.

    :param address: the address as text
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_disassociate(context: Context, address: str) -> Row | None:
    """Detach a floating address from its fixed address.

    Follows read_deleted; of two callers one gets the row.

    :param address: the address as text
    :returns: the fixed address with network, or None if it was not attached or that row cannot be
        seen
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpNotFoundForAddress: if the context sees none
    """


@backend_function
def floating_ip_fixed_ip_associate(
    context: Context, floating_address: str, fixed_address: str, host: str | None
) -> Row | None:
    """Lead a floating address to a fixed address.

    Both follow read_deleted; of two equal calls one gets the row.

    :param floating_address: the floating address
    :param fixed_address: the fixed address
    :param host: the host that serves it
    :returns: the fixed address with network, or None if it led there already
    :raises FloatingIpNotFoundForAddress: if the context sees no such floating address
    :raises FixedIpNotFoundForAddress: if the context sees no such fixed address
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and
        another project has the floating address
    """


@backend_function
def floating_ip_get(context: Context, id: int) -> Row:
    """Return a floating address by id; a user finds the own project's only.

    Follows read_deleted.

    :param id: the id
    :returns: the row with fixed_ip and its instance, where all of them are live
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FloatingIpNotFound: if the context sees none
    """


@backend_function
def floating_ip_get_all(context: Context) -> list[Row]:
    """Return the live floating addresses.

    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    :raises NoFloatingIpsDefined: if there is none
    """


@backend_function
def floating_ip_get_all_by_host(context: Context, host: str) -> list[Row]:
    """Return the live floating addresses that a host serves.

    :param host: the name of the host
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    :raises FloatingIpNotFoundForHost: if there is none
    """


@backend_function
def floating_ip_get_all_by_project(context: Context, project_id: str | None) -> list[Row]:
    """Return the live floating addresses of a project that were not assigned automatically.

    :param project_id: the project; None is the rows of no project
    :returns: the rows with fixed_ip and its instance
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    """


@backend_function
def floating_ip_get_by_address(context: Context, address: str | None) -> Row:
    """Return a floating address.

    Follows read_deleted; live rows go before deleted ones.

    :param address: the address; None or empty looks for a row without one
    :returns: the row with fixed_ip and its instance, where all of them are live
    :raises FloatingIpNotFoundForAddress: if the context sees none
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and
        another project has it
    """


@backend_function
def floating_ip_get_by_fixed_address(context: Context, fixed_address: str) -> list[Row]:
    """Return the floating addresses that lead to a fixed address.

    Follows read_deleted; the fixed address may be deleted.

    :param fixed_address: the fixed address
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_get_by_fixed_ip_id(context: Context, fixed_ip_id: int) -> list[Row]:
    """Return the floating addresses that lead to a fixed address.

    Follows read_deleted.

    :param fixed_ip_id: the id of the fixed address
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_get_pools(context: Context) -> list[dict[str, str | None]]:
    """Return the pools of floating addresses.

    Follows read_deleted.

    :returns: {"name": pool} for each pool, once
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_set_auto_assigned(context: Context, address: str) -> None:
    """Mark a floating address as assigned automatically.

    Follows read_deleted; no error if there is none.

    :param address: the address as text
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def floating_ip_update(context: Context, address: str, values: Values) -> None:
    """Change the row of a floating address.

    Follows read_deleted.

    :param address: the address as text
    :param values: columns and their values; keys that are no columns are dropped
    :raises FloatingIpNotFoundForAddress: if the context sees none
    :raises FloatingIpExists: if the new address is live already; nothing is changed then
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks and
        another project has it
    """


@backend_function
def get_ec2_instance_id_by_uuid(context: Context, instance_id: str) -> int:
    """Return the EC2 number of an instance.

    :param instance_id: the uuid of the instance
    :returns: the number, the lowest if there are several
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if it has none
    """


@backend_function
def get_ec2_snapshot_id_by_uuid(context: Context, snapshot_id: str) -> int:
    """Return the EC2 number of a snapshot.

    :param snapshot_id: the uuid of the snapshot
    :returns: the number, the lowest if there are several
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SnapshotNotFound: if it has none
    """


@backend_function
def get_ec2_volume_id_by_uuid(context: Context, volume_id: str) -> int:
    """Return the EC2 number of a volume.

    :param volume_id: the uuid of the volume
    :returns: the number, the lowest if there are several
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises VolumeNotFound: if it has none
    """


@backend_function
def get_instance_uuid_by_ec2_id(context: Context, ec2_id: int) -> str:
    """Return the uuid of the instance with an EC2 number.

    :param ec2_id: the number of the EC2 API
    :returns: the uuid
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if there is none
    """


@backend_function
def get_snapshot_uuid_by_ec2_id(context: Context, ec2_id: int) -> str:
    """Return the uuid of the snapshot with an EC2 number.

    :param ec2_id: the number of the EC2 API
    :returns: the uuid
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SnapshotNotFound: if there is none
    """


@backend_function
def get_volume_uuid_by_ec2_id(context: Context, ec2_id: int) -> str:
    """Return the uuid of the volume with an EC2 number.

    :param ec2_id: the number of the EC2 API
    :returns: the uuid
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises VolumeNotFound: if there is none
    """


@backend_function
def instance_add_security_group(context: Context, instance_id: str, security_group_id: int) -> None:
    """Put an instance into a security group.

    The context is not checked.

    :param instance_id: the uuid of the instance
    :param security_group_id: the id of the security group
    :raises InstanceNotFound: if there is no such instance
    :raises SecurityGroupNotFound: if there is no such group
    """


@backend_function
def instance_create(context: Context, values: Values) -> Row:
    """Create an instance with all that belongs to it: all or nothing to a reader.

    The project gets its default security group if it has none. Of two callers with one uuid, or one
    host name where that must be unique, one succeeds.

    :param values: the columns, of which project_id and user_id are not taken from the context;
        metadata and system_metadata are dicts, info_cache a dict of columns, security_groups a list
        of names in the context's project; uuid is made when missing
    :returns: the new row with name, info_cache, metadata, system_metadata and security_groups
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceExists: if the uuid is taken, or the host name in the scope of
        osapi_compute_unique_server_name_scope
    :raises SecurityGroupNotFoundForProject: if the project has no group of a name; nothing is
        stored then
    """


@backend_function
def instance_data_get_for_project(
    context: Context, project_id: str | None, session: object = None
) -> tuple[int, int, int]:
    """Sum up the instances of a project.

    Follows read_deleted.

    :param project_id: the project; None is the rows of no project
    :param session: ignored; kept for callers that pass one
    :returns: the number of instances, their vcpus and their memory in MiB
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def instance_destroy(
    context: Context, instance_uuid: str, constraint: Any = None, update_cells: bool = True
) -> Row:
    """Soft-delete an instance, its info cache, metadata and group memberships.

    Of two callers one succeeds; the constraint is tested in the same step.

    :param instance_uuid: the uuid of the instance
    :param constraint: made by db.constraint; None is always met
    :param update_cells: whether the cells listener (nova_docdb.cells) is told
    :returns: the destroyed row with name, info_cache, metadata, system_metadata and, as before,
        security_groups.rules
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises InstanceNotFound: if the context sees no live one; a user sees the own project's only
    :raises ConstraintNotMet: if the constraint does not hold; nothing is written then
    """


@backend_function
def instance_fault_create(context: Context, values: Values, update_cells: bool = True) -> Row:
    """Record a fault of an instance.

    The context is not checked.

    :param values: instance_uuid, code (needed), message, details, host
    :param update_cells: whether the cells listener (nova_docdb.cells) is told
    :returns: the new row
    :raises DBError: if code is missing
    """


@backend_function
def instance_fault_get_by_instance_uuids(
    context: Context, instance_uuids: Iterable[str]
) -> dict[str, list[Row]]:
    """Return the live faults of instances.

    The context is not checked.

    :param instance_uuids: the uuids of instances
    :returns: uuid to its faults, newest first; every uuid asked for is a key
    """


@backend_function
def instance_floating_address_get_all(context: Context, instance_uuid: str) -> list[Row]:
    """Return the floating addresses of an instance.

    The instance itself is not looked at; the floating addresses follow read_deleted.

    :param instance_uuid: the uuid of the instance
    :returns: the rows of all its live fixed addresses
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises FixedIpNotFoundForInstance: if it has no live fixed address
    """


@backend_function
def instance_get(context: Context, instance_id: int) -> Row:
    """Return an instance by id; a user sees the own project's only.

    Follows read_deleted.

    :param instance_id: the id
    :returns: the row with name, info_cache, metadata, system_metadata and security_groups.rules
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidID: if the id is no number, or too large for one
    :raises InstanceNotFound: if the context sees none
    """


@backend_function
def instance_get_active_by_window_joined(
    context: Context,
    begin: datetime | str,
    end: datetime | str | None = None,
    project_id: str | None = None,
    host: str | None = None,
) -> list[Row]:
    """Return the instances that were active in a period, deleted ones too, of every project.

    :param begin: the start, naive UTC; instances terminated by then are left out
    :param end: the end, naive UTC; instances launched from then on are left out
    :param project_id: only this project's
    :param host: only those on this host
    :returns: the rows with name and all four relations
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_get_all(context: Context, columns_to_join: Iterable[str] | None = None) -> list[Row]:
    """Return all instances, a user's project's only.

    Follows read_deleted.

    :param columns_to_join: which of info_cache, security_groups, metadata and system_metadata are
        shown; None is all of them
    :returns: the rows with name; metadata and system_metadata are always there, empty if not asked
        for, and follow read_deleted
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidInput: if columns_to_join names something else
    """


@backend_function
def instance_get_all_by_filters(
    context: Context,
    filters: Mapping[str, Any],
    sort_key: str = "created_at",
    sort_dir: str = "desc",
    limit: int | None = None,
    marker: str | None = None,
    columns_to_join: Iterable[str] | None = None,
) -> list[Row]:
    """Return the instances that meet all filters, in pages.

    Deleted ones come unless a filter says otherwise. project_id (a user's own replaces any other),
    user_id, image_ref, vm_state, instance_type_id, uuid and task_state must be equal, or any of a
    list. Three have a meaning of their own: deleted (True is deleted rows and those whose vm_state
    is "soft-delete", False all others), changes-since (what was updated after that moment) and
    metadata (a dict or a list of them; the instance must have every pair). For any other column a
    regular expression is searched in its text; what is no column is ignored.

    :param filters: name to value; None is an empty column
    :param sort_key: the column to sort by, then created_at and id
    :param sort_dir: "asc" or "desc"; empty values are the lowest
    :param limit: how many at the most; None is all
    :param marker: the uuid of the last row of the page before
    :param columns_to_join: which of info_cache, security_groups, metadata and system_metadata are
        shown; None is all of them
    :returns: the rows as instance_get_all gives them, in that order
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidInput: if a filter, a regular expression, the order, the limit or columns_to_join
        makes no sense
    :raises MarkerNotFound: if the context does not see the marker
    """


@backend_function
def instance_get_all_by_host(
    context: Context, host: str | None, columns_to_join: Iterable[str] | None = None
) -> list[Row]:
    """Return the instances of a host.

    Follows read_deleted.

    :param host: the name of the host; None is those of no host
    :param columns_to_join: which of info_cache, security_groups, metadata and system_metadata are
        shown; None is all of them
    :returns: the rows with name, info_cache and security_groups; columns_to_join decides which
        metadata is filled
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def instance_get_all_by_host_and_node(
    context: Context, host: str | None, node: str | None
) -> list[Row]:
    """Return the instances of a hypervisor node.

    Follows read_deleted.

    :param host: the name of the host
    :param node: the name of the node
    :returns: the rows with name; both metadata lists are empty
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def instance_get_all_by_host_and_not_type(
    context: Context, host: str | None, type_id: int | None = None
) -> list[Row]:
    """Return the instances of a host that are of another flavor.

    Follows read_deleted.

    :param host: the name of the host
    :param type_id: the id of the flavor; None leaves out those without one
    :returns: the rows with name and all four relations
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def instance_get_all_hung_in_rebooting(context: Context, reboot_window: int) -> list[Row]:
    """Return the instances that have been rebooting for too long.

    Follows read_deleted.

    :param reboot_window: how long they may, in seconds
    :returns: the rows with name and both metadata lists
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def instance_get_by_uuid(context: Context, uuid: str) -> Row:
    """Return an instance by uuid; a user sees the own project's only.

    Follows read_deleted.

    :param uuid: the uuid
    :returns: the row with name, info_cache, metadata, system_metadata and security_groups.rules
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if the context sees none
    """


@backend_function
def instance_get_floating_address(context: Context, instance_id: int) -> str | None:
    """Return the first floating address of an instance's first fixed address.

    :param instance_id: the id of the instance
    :returns: the address or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidID: if the id is no number
    :raises InstanceNotFound: if the context sees no such instance
    :raises FixedIpNotFoundForInstance: if it has no live fixed address
    """


@backend_function
def instance_info_cache_delete(context: Context, instance_uuid: str) -> None:
    """Soft-delete the info cache of an instance; no error if there is none.

    :param instance_uuid: the uuid of the instance
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_info_cache_get(context: Context, instance_uuid: str) -> Row | None:
    """Return the info cache of an instance.

    Follows read_deleted.

    :param instance_uuid: the uuid of the instance
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_info_cache_update(context: Context, instance_uuid: str, values: Values) -> Row:
    """Change the info cache of an instance; a deleted one is replaced.

    One live row, also under concurrent calls.

    :param instance_uuid: the uuid of the instance
    :param values: network_info (JSON text) and other columns
    :returns: the changed row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceInfoCacheNotFound: if there is no such instance, or a context that reads deleted
        rows finds the cache deleted
    """


@backend_function
def instance_metadata_delete(context: Context, instance_uuid: str, key: str) -> None:
    """Soft-delete a pair of an instance's user metadata; no error if there is none.

    :param instance_uuid: the uuid of the instance
    :param key: the key
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_metadata_get(context: Context, instance_uuid: str) -> dict[str, Any]:
    """Return the live user metadata of an instance; {} if there is no such instance.

    :param instance_uuid: the uuid of the instance
    :returns: key to value
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_metadata_update(
    context: Context, instance_uuid: str, metadata: dict[str, Any], delete: bool
) -> dict[str, Any]:
    """Give user metadata of an instance its values.

    One live row a key, also under concurrent calls.

    :param instance_uuid: the uuid of the instance
    :param metadata: the pairs
    :param delete: whether keys that are not named are removed
    :returns: the metadata given
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if there is no such instance, live or deleted
    """


@backend_function
def instance_remove_security_group(
    context: Context, instance_id: str, security_group_id: int
) -> None:
    """Take an instance out of a security group; no error if it is not in it.

    :param instance_id: the uuid of the instance
    :param security_group_id: the id of the security group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_system_metadata_get(context: Context, instance_uuid: str) -> dict[str, Any]:
    """Return the system metadata of an instance.

    Follows read_deleted; of several rows of a key the live one counts.

    :param instance_uuid: the uuid of the instance
    :returns: key to value
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_system_metadata_update(
    context: Context, instance_uuid: str, metadata: dict[str, Any], delete: bool
) -> None:
    """Give system metadata of an instance its values.

    One live row a key, also under concurrent calls.

    :param instance_uuid: the uuid of the instance
    :param metadata: the pairs
    :param delete: whether keys that are not named are removed
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if there is no such instance, live or deleted
    """


@backend_function
def instance_test_and_set(
    context: Context, instance_uuid: str, attr: str, ok_states: Iterable[Any], new_state: Any
) -> None:
    """Set an attribute of an instance if it has one of some values, in one step.

    :param instance_uuid: the uuid of the instance
    :param attr: the column
    :param ok_states: the values; None is an empty column
    :param new_state: what it becomes
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises InstanceNotFound: if the context sees none
    :raises InstanceInvalidState: if the attribute has another value; nothing is written then
    """


@backend_function
def instance_type_access_add(context: Context, flavor_id: str, project_id: str) -> Row:
    """Give a project access to a flavor.

    Of two callers with one project one succeeds.

    :param flavor_id: the flavorid, as the API shows it
    :param project_id: the project
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises FlavorNotFound: if there is no such live flavor
    :raises FlavorAccessExists: if the project has access
    """


@backend_function
def instance_type_access_get_by_flavor_id(context: Context, flavor_id: str) -> list[Row]:
    """Return who has access to a flavor.

    The flavor follows read_deleted.

    :param flavor_id: the flavorid, as the API shows it
    :returns: the live rows of instance_type_projects
    :raises AdminRequired: if the context is not an admin's
    :raises FlavorNotFound: if the context sees no such flavor
    """


@backend_function
def instance_type_access_remove(context: Context, flavor_id: str, project_id: str) -> None:
    """Take a project's access to a flavor away.

    :param flavor_id: the flavorid, as the API shows it
    :param project_id: the project
    :raises AdminRequired: if the context is not an admin's
    :raises FlavorNotFound: if there is no such live flavor
    :raises FlavorAccessNotFound: if the project has no access
    """


@backend_function
def instance_type_create(context: Context, values: Values) -> Row:
    """Create a flavor with its extra specs.

    Of two callers with one name or flavorid one succeeds.

    :param values: name, flavorid, memory_mb and vcpus are needed; extra_specs is a dict
    :returns: the new row, extra_specs as a dict
    :raises AdminRequired: if the context is not an admin's
    :raises InstanceTypeExists: if a live flavor has the name
    :raises InstanceTypeIdExists: if a live flavor has the flavorid
    :raises InvalidInput: if name or flavorid is missing
    :raises DBError: if memory_mb or vcpus is missing
    """


@backend_function
def instance_type_destroy(context: Context, name: str) -> None:
    """Soft-delete a live flavor with its extra specs and access rows.

    Of two callers one succeeds.

    :param name: the name of the flavor
    :raises AdminRequired: if the context is not an admin's
    :raises InstanceTypeNotFoundByName: if there is none
    """


@backend_function
def instance_type_extra_specs_delete(context: Context, flavor_id: str, key: str) -> None:
    """Soft-delete an extra spec of a live flavor; no error if there is none.

    :param flavor_id: the flavorid, as the API shows it
    :param key: the key
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_type_extra_specs_get(context: Context, flavor_id: str) -> dict[str, Any]:
    """Return the extra specs of a live flavor; {} if there is none.

    :param flavor_id: the flavorid, as the API shows it
    :returns: key to value
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_type_extra_specs_update_or_create(
    context: Context, flavor_id: str, extra_specs: dict[str, Any]
) -> None:
    """Give extra specs of a flavor their values; others stay.

    One live row a key, also under concurrent calls.

    :param flavor_id: the flavorid, as the API shows it
    :param extra_specs: the pairs
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FlavorNotFound: if there is no such live flavor
    """


@backend_function
def instance_type_get(context: Context, id: int) -> Row:
    """Return a flavor by id.

    A user sees public ones and those the project has access to. Follows read_deleted.

    :param id: the id
    :returns: the row, extra_specs as a dict
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceTypeNotFound: if the context sees none
    """


@backend_function
def instance_type_get_all(
    context: Context, inactive: bool = False, filters: dict[str, Any] | None = None
) -> list[Row]:
    """Return the flavors that a context may see.

    :param inactive: whether deleted ones come too
    :param filters: min_memory_mb, min_root_gb, disabled, is_public (None is either)
    :returns: the rows by name and then id, extra_specs as a dict
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def instance_type_get_by_flavor_id(
    context: Context, id: str, read_deleted: str | None = None
) -> Row:
    """Return a flavor by flavorid: the live one, else the one deleted last.

    A user sees public ones and those the project has access to.

    :param id: the flavorid
    :param read_deleted: "no", "yes" or "only", in place of the context's
    :returns: the row, extra_specs as a dict
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises FlavorNotFound: if the context sees none
    """


@backend_function
def instance_type_get_by_name(context: Context, name: str) -> Row:
    """Return a flavor by name: the live one, else the one deleted last.

    A user sees public ones and those the project has access to. Follows read_deleted.

    :param name: the name
    :returns: the row, extra_specs as a dict
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceTypeNotFoundByName: if the context sees none
    """


@backend_function
def instance_update(
    context: Context, instance_uuid: str, values: Values, update_cells: bool = True
) -> Row:
    """Change an instance; a user the own project's only.

    Follows read_deleted. expected_task_state is tested in the same step: of two callers with one
    expectation one succeeds.

    :param instance_uuid: the uuid of the instance
    :param values: the columns; expected_task_state is a value or a list of them; metadata and
        system_metadata are complete new sets
    :param update_cells: whether the cells listener (nova_docdb.cells) is told
    :returns: the changed row with name, info_cache, metadata, system_metadata and
        security_groups.rules
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises InstanceNotFound: if the context sees none
    :raises UnexpectedTaskStateError: if task_state is not the expected one; nothing is written then
    :raises InstanceExists: if the host name must be unique and is taken, or a new uuid is
    :raises InvalidInput: if values has info_cache or security_groups
    """


@backend_function
def instance_update_and_get_original(
    context: Context, instance_uuid: str, values: Values
) -> tuple[Row, Row]:
    """Change an instance as instance_update does, and return it as it was as well.

    :param instance_uuid: the uuid of the instance
    :param values: as for instance_update
    :returns: the row exactly as that write found it, and the changed row, both with all relations
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InvalidUUID: if instance_uuid is not canonical
    :raises InstanceNotFound: if the context sees none
    :raises UnexpectedTaskStateError: if task_state is not the expected one; nothing is written then
    :raises InstanceExists: if the host name must be unique and is taken, or a new uuid is
    :raises InvalidInput: if values has info_cache or security_groups
    """


@backend_function
def key_pair_count_by_user(context: Context, user_id: str | None) -> int:
    """Count the live key pairs of a user.

    The context is not checked beyond that.

    :param user_id: the user
    :returns: the number
    :raises NotAuthorized: if a user asks for another one
    """


@backend_function
def key_pair_create(context: Context, values: Values) -> Row:
    """Create a key pair.

    Of two callers with one name one succeeds.

    :param values: user_id, name, fingerprint, public_key; a private_key is never stored
    :returns: the new row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises KeyPairExists: if the user has a live key pair of that name
    """


@backend_function
def key_pair_destroy(context: Context, user_id: str | None, name: str) -> None:
    """Remove a key pair for good.

    Follows read_deleted.

    :param user_id: the user
    :param name: the name
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another one
    :raises KeypairNotFound: if there is none
    """


@backend_function
def key_pair_get(context: Context, user_id: str | None, name: str) -> Row:
    """Return a key pair.

    Follows read_deleted.

    :param user_id: the user
    :param name: the name
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another one
    :raises KeypairNotFound: if there is none
    """


@backend_function
def key_pair_get_all_by_user(context: Context, user_id: str | None) -> list[Row]:
    """Return the live key pairs of a user.

    :param user_id: the user
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another one
    """


@backend_function
def migration_create(context: Context, values: Values) -> Row:
    """Create a migration.

    :param values: the columns of migrations
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def migration_get(context: Context, migration_id: int) -> Row:
    """Return a migration, also a deleted one.

    :param migration_id: the id of the migration
    :returns: the row
    :raises AdminRequired: if the context is not an admin's
    :raises MigrationNotFound: if there is none
    """


@backend_function
def migration_get_by_instance_and_status(context: Context, instance_uuid: str, status: str) -> Row:
    """Return the migration of an instance in a status, also a deleted one.

    :param instance_uuid: the uuid of the instance
    :param status: the status, such as "finished"
    :returns: the row, the one with the lowest id if there are several
    :raises AdminRequired: if the context is not an admin's
    :raises MigrationNotFoundByStatus: if there is none
    """


@backend_function
def migration_get_in_progress_by_host_and_node(context: Context, host: str, node: str) -> list[Row]:
    """Return the migrations from or to a node that are neither confirmed nor reverted.

    Follows read_deleted.

    :param host: the name of the host
    :param node: the name of the hypervisor node
    :returns: the rows, each with its live instance (or None) and that one's system_metadata
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def migration_get_unconfirmed_by_dest_compute(
    context: Context, confirm_window: int, dest_compute: str
) -> list[Row]:
    """Return the finished migrations to a host that nobody has confirmed.

    Deleted ones count too.

    :param confirm_window: how long that is, in seconds
    :param dest_compute: the name of the host
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def migration_update(context: Context, id: int, values: Values) -> Row:
    """Change a migration, also a deleted one.

    :param id: the id
    :param values: columns and their values; keys that are no columns are dropped
    :returns: the changed row
    :raises AdminRequired: if the context is not an admin's
    :raises MigrationNotFound: if there is none
    """


@backend_function
def network_associate(
    context: Context, project_id: str, network_id: int | None = None, force: bool = False
) -> Row:
    """Give a project a network.

    A free network goes to one project only; two callers for one project without force end with one
    network.

    :param project_id: the project
    :param network_id: the network that is wanted; None is any free one, the lowest id first
    :param force: whether the project gets a further one even if it has some
    :returns: the network's row; without force the one that the project has
    :raises AdminRequired: if the context is not an admin's
    :raises NoMoreNetworks: if none is free, or the one that is named is not
    """


@backend_function
def network_count_reserved_ips(context: Context, network_id: int) -> int:
    """Count the reserved live addresses of a network.

    :param network_id: the id of the network
    :returns: the number
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_create_safe(context: Context, values: Values) -> Row:
    """Create a network.

    Of two callers with one vlan one succeeds.

    :param values: the columns of networks; uuid is made when missing
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises DuplicateVlan: if a live network has the vlan
    """


@backend_function
def network_delete_safe(context: Context, network_id: int) -> None:
    """Remove a network for good and soft-delete its addresses.

    All of that happens, or nothing if one is allocated meanwhile. Follows read_deleted.

    :param network_id: the id of the network
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkInUse: if a live address of it is allocated
    :raises NetworkNotFound: if the context sees none
    """


@backend_function
def network_disassociate(
    context: Context,
    network_id: int,
    disassociate_host: bool = True,
    disassociate_project: bool = True,
) -> None:
    """Take a network away from its host, its project or both.

    Follows read_deleted.

    :param network_id: the id of the network
    :param disassociate_host: whether it loses its host
    :param disassociate_project: whether it loses its project
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFound: if the context sees none
    """


@backend_function
def network_get(context: Context, network_id: int, project_only: bool | str = "allow_none") -> Row:
    """Return a network.

    Follows read_deleted.

    :param network_id: the id of the network
    :param project_only: which ones a user sees: True the own project's, "allow_none" also those of
        none, False all
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NetworkNotFound: if the context sees none
    """


@backend_function
def network_get_all(context: Context) -> list[Row]:
    """Return the live networks of all projects.

    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NoNetworksFound: if there is none
    """


@backend_function
def network_get_all_by_host(context: Context, host: str) -> list[Row]:
    """Return the live networks that a host serves.

    These are its own, those with an address of it, and those of its instances' network cards. The
    addresses follow read_deleted.

    :param host: the name of the host
    :returns: the rows, each once
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_get_all_by_instance(context: Context, instance_id: str | int) -> list[Row]:
    """Return the live networks in which an instance has a live address.

    :param instance_id: the uuid of the instance, or its id
    :returns: the rows, each once
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFoundForInstance: if there is none
    """


@backend_function
def network_get_all_by_uuids(
    context: Context, network_uuids: Iterable[str], project_only: bool | str = "allow_none"
) -> list[Row]:
    """Return live networks.

    :param network_uuids: their uuids
    :param project_only: which ones a user sees: True the own project's, "allow_none" also those of
        none, False all
    :returns: the rows, each once
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NoNetworksFound: if none is found
    :raises NetworkNotFoundForProject: if one is missing and project_only is set
    :raises NetworkNotFound: if one is missing and project_only is not set
    """


@backend_function
def network_get_associated_fixed_ips(
    context: Context, network_id: int, host: str | None = None
) -> list[Row]:
    """Return the addresses of a network that are in use.

    That is: a live network card of a live instance has it; dhcp and dns files are made from this.

    :param network_id: the id of the network
    :param host: only those of instances on this host
    :returns: dicts with address, instance_uuid, network_id, vif_id, vif_address, instance_hostname,
        instance_updated, instance_created, allocated and leased
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_get_by_cidr(context: Context, cidr: str) -> Row:
    """Return the live network of a range, IPv4 or IPv6.

    :param cidr: the range
    :returns: the row
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFoundForCidr: if there is none
    """


@backend_function
def network_get_by_uuid(context: Context, uuid: str) -> Row:
    """Return a live network.

    :param uuid: the uuid
    :returns: the row
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFoundForUUID: if there is none
    """


@backend_function
def network_in_use_on_host(context: Context, network_id: int, host: str | None = None) -> bool:
    """Tell whether network_get_associated_fixed_ips finds anything.

    :param network_id: the id of the network
    :param host: only instances on this host
    :returns: the answer
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def network_set_host(context: Context, network_id: int, host_id: str) -> str:
    """Give a network its host, unless it has one.

    Of many callers one wins and all get its host.

    :param network_id: the id of the network
    :param host_id: the name of the host
    :returns: the host that it has now
    :raises AdminRequired: if the context is not an admin's
    :raises NetworkNotFound: if there is no such live network
    """


@backend_function
def network_update(context: Context, network_id: int, values: Values) -> Row:
    """Change a network; a user one of the own project or of none.

    Follows read_deleted.

    :param network_id: the id of the network
    :param values: columns and their values; keys that are no columns are dropped
    :returns: the changed row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises NetworkNotFound: if the context sees none
    :raises DuplicateVlan: if another live network has the vlan; nothing is changed then
    """


@backend_function
def not_equal(*values: Any) -> Any:
    """Return the condition that a column equals none of the values.

    :param values: the values; None is an empty column; without values it is always met
    :returns: an opaque object for constraint
    """


@backend_function
def project_get_networks(
    context: Context, project_id: str | None, associate: bool = True
) -> list[Row]:
    """Return the live networks of a project.

    :param project_id: the project; None is the rows of no project
    :param associate: whether a project without one gets one
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises AdminRequired: if one has to be associated and the context is a user's
    :raises NoMoreNetworks: if one has to be associated and none is free
    """


@backend_function
def provider_fw_rule_create(context: Context, rule: Values) -> Row:
    """Create a firewall rule for all hosts and instances.

    :param rule: protocol, from_port, to_port, cidr (IPv6 is stored in its shortest form)
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def provider_fw_rule_destroy(context: Context, rule_id: int) -> None:
    """Soft-delete a firewall rule; no error if there is none.

    :param rule_id: the id of the rule
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def provider_fw_rule_get_all(context: Context) -> list[Row]:
    """Return the firewall rules.

    Follows read_deleted.

    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def quota_class_create(context: Context, class_name: str, resource: str, limit: int | None) -> Row:
    """Create a limit of a quota class.

    Of two callers one succeeds.

    :param class_name: the name of the quota class
    :param resource: the name of the resource, such as "cores"
    :param limit: the limit; -1 or None is unlimited
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises QuotaClassExists: if the class has a live limit for the resource
    """


@backend_function
def quota_class_get(context: Context, class_name: str, resource: str) -> Row:
    """Return the live limit of a quota class for a resource.

    :param class_name: the name of the quota class
    :param resource: the name of the resource, such as "cores"
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises QuotaClassNotFound: if there is none
    """


@backend_function
def quota_class_get_all_by_name(context: Context, class_name: str) -> dict[str, Any]:
    """Return the live limits of a quota class.

    :param class_name: the name of the quota class
    :returns: {"class_name": class_name, resource: limit, ...}
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks whose
        context is not of that class
    """


@backend_function
def quota_class_update(context: Context, class_name: str, resource: str, limit: int | None) -> None:
    """Change a live limit of a quota class.

    :param class_name: the name of the quota class
    :param resource: the name of the resource, such as "cores"
    :param limit: the limit; -1 or None is unlimited
    :raises AdminRequired: if the context is not an admin's
    :raises QuotaClassNotFound: if there is none
    """


@backend_function
def quota_create(context: Context, project_id: str | None, resource: str, limit: int | None) -> Row:
    """Create a limit of a project.

    Of two callers one succeeds.

    :param project_id: the project; None is the rows of no project
    :param resource: the name of the resource, such as "cores"
    :param limit: the limit; -1 or None is unlimited
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises QuotaExists: if the project has a live limit for the resource
    """


@backend_function
def quota_destroy_all_by_project(context: Context, project_id: str | None) -> None:
    """Soft-delete all limits, usages and reservations of a project.

    :param project_id: the project; None is the rows of no project
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def quota_get(context: Context, project_id: str | None, resource: str) -> Row:
    """Return the live limit of a project for a resource.

    :param project_id: the project; None is the rows of no project
    :param resource: the name of the resource, such as "cores"
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises ProjectQuotaNotFound: if there is none
    """


@backend_function
def quota_get_all_by_project(context: Context, project_id: str | None) -> dict[str, Any]:
    """Return the live limits of a project.

    :param project_id: the project; None is the rows of no project
    :returns: {"project_id": project_id, resource: limit, ...}
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    """


@backend_function
def quota_reserve(
    context: Context,
    resources: Mapping[str, Any],
    quotas: Mapping[str, int | None],
    deltas: Mapping[str, int],
    expire: datetime | str | None,
    until_refresh: int | None,
    max_age: float | None,
    project_id: str | None = None,
) -> list[str]:
    """Check limits and reserve, in one step against all other calls.

    Usages are made where they are missing and refreshed by their sync routine where they are
    negative, counted down or too old; that stays also when the call is refused. Limits are never
    exceeded together, and nobody is refused by a reservation that is itself refused.

    :param resources: name to an object with name and sync(context, project_id, session=None), which
        returns {resource: in_use}
    :param quotas: name to limit; negative or None is unlimited
    :param deltas: name to change; a negative one is never refused, 0 only over a limit that is
        exceeded already
    :param expire: when the reservations lapse, naive UTC; None is never
    :param until_refresh: after how many calls a usage is refreshed; 0 or None is never
    :param max_age: at what age in seconds it is; 0 or None is never
    :param project_id: the project; None is the context's
    :returns: the uuids of the reservations, in the order of deltas
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises QuotaResourceUnknown: if a delta has no resource or no limit
    :raises OverQuota: if a limit stands in the way; its kwargs hold overs, quotas and usages
    """


@backend_function
def quota_update(
    context: Context, project_id: str | None, resource: str, limit: int | None
) -> None:
    """Change a live limit of a project.

    :param project_id: the project; None is the rows of no project
    :param resource: the name of the resource, such as "cores"
    :param limit: the limit; -1 or None is unlimited
    :raises AdminRequired: if the context is not an admin's
    :raises ProjectQuotaNotFound: if there is none
    """


@backend_function
def quota_usage_get(context: Context, project_id: str | None, resource: str) -> Row:
    """Return the live usage of a project for a resource.

    :param project_id: the project; None is the rows of no project
    :param resource: the name of the resource, such as "cores"
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises QuotaUsageNotFound: if there is none
    """


@backend_function
def quota_usage_get_all_by_project(context: Context, project_id: str | None) -> dict[str, Any]:
    """Return the live usages of a project.

    :param project_id: the project; None is the rows of no project
    :returns: {"project_id": project_id, resource: {"in_use": n, "reserved": n}, ...}
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    """


@backend_function
def quota_usage_update(
    context: Context, project_id: str | None, resource: str, **kwargs: Any
) -> None:
    """Set columns of a live usage, the others untouched; updated_at always moves.

    :param project_id: the project; None is the rows of no project
    :param resource: the name of the resource, such as "cores"
    :param kwargs: in_use, reserved and until_refresh are stored, others ignored; in_use=-1 asks for
        a refresh
    :raises AdminRequired: if the context is not an admin's
    :raises QuotaUsageNotFound: if there is none
    :raises DBError: if in_use or reserved is None
    """


@backend_function
def reservation_commit(
    context: Context, reservations: Iterable[str], project_id: str | None = None
) -> None:
    """Turn reservations into usage.

    Of concurrent commits, rollbacks and expiries of one reservation one takes effect.

    :param reservations: uuids of reservations; unknown and settled ones are ignored
    :param project_id: ignored: a reservation is booked on its own usage
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def reservation_create(
    context: Context,
    uuid: str,
    usage: Mapping[str, Any],
    project_id: str | None,
    resource: str | None,
    delta: int,
    expire: datetime | str | None,
) -> Row:
    """Create a bare reservation, without touching the numbers of its usage.

    :param uuid: the uuid of the reservation
    :param usage: the row of the usage
    :param project_id: the project; None is the rows of no project
    :param resource: the name of the resource
    :param delta: the change
    :param expire: when the reservations lapse, naive UTC; None is never
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    :raises DBError: if uuid, the usage's id or delta is None
    """


@backend_function
def reservation_expire(context: Context) -> None:
    """Roll back every live reservation whose expire is past, of any project.

    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def reservation_get(context: Context, uuid: str) -> Row:
    """Return a live reservation.

    :param uuid: the uuid of the reservation
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises ReservationNotFound: if there is none
    """


@backend_function
def reservation_rollback(
    context: Context, reservations: Iterable[str], project_id: str | None = None
) -> None:
    """Take reservations back.

    Of concurrent commits, rollbacks and expiries of one reservation one takes effect.

    :param reservations: uuids of reservations; unknown and settled ones are ignored
    :param project_id: ignored: a reservation is booked on its own usage
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def s3_image_create(context: Context, image_uuid: str) -> Row:
    """Give an image its EC2 number.

    The context is not checked; one number a uuid, also under concurrent calls.

    :param image_uuid: the uuid of the image
    :returns: the row
    :raises DBError: if the uuid cannot be stored
    """


@backend_function
def s3_image_get(context: Context, image_id: int) -> Row:
    """Return the image with an EC2 number.

    The context is not checked.

    :param image_id: the number
    :returns: the row
    :raises ImageNotFound: if there is none
    """


@backend_function
def s3_image_get_by_uuid(context: Context, image_uuid: str) -> Row:
    """Return the EC2 number of an image.

    The context is not checked.

    :param image_uuid: the uuid of the image
    :returns: the row
    :raises ImageNotFound: if there is none
    """


@backend_function
def security_group_count_by_project(
    context: Context, project_id: str | None, session: object = None
) -> int:
    """Count the live security groups of a project.

    :param project_id: the project; None is the rows of no project
    :param session: ignored; kept for callers that pass one
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's, or a user asks for
        another project
    """


@backend_function
def security_group_create(context: Context, values: Values) -> Row:
    """Create a security group.

    Of two callers with one name in a project one succeeds.

    :param values: name, description, user_id, project_id (not taken from the context)
    :returns: the new row with rules, which are none
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupExists: if the project has a live group of the name
    """


@backend_function
def security_group_default_rule_create(context: Context, values: Values) -> Row:
    """Create a rule that every new default group starts with.

    :param values: protocol, from_port, to_port, cidr
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def security_group_default_rule_destroy(
    context: Context, security_group_rule_default_id: int
) -> None:
    """Soft-delete a default rule; copies of it stay.

    Follows read_deleted.

    :param security_group_rule_default_id: the id of the default rule
    :raises AdminRequired: if the context is not an admin's
    :raises SecurityGroupDefaultRuleNotFound: if the context sees none
    """


@backend_function
def security_group_default_rule_get(context: Context, security_group_rule_default_id: int) -> Row:
    """Return a default rule.

    Follows read_deleted.

    :param security_group_rule_default_id: the id of the default rule
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupDefaultRuleNotFound: if the context sees none
    """


@backend_function
def security_group_default_rule_list(context: Context) -> list[Row]:
    """Return the default rules.

    Follows read_deleted.

    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_destroy(context: Context, security_group_id: int) -> None:
    """Soft-delete a security group with its rules and memberships.

    The rules that grant to it go too; no error if there is none.

    :param security_group_id: the id of the security group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_ensure_default(context: Context) -> tuple[bool, Row]:
    """See to it that the context's project has its default group.

    A new one gets a copy of every default rule. One group a project, also under concurrent calls.

    :returns: whether it was there, and its row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_exists(context: Context, project_id: str | None, group_name: str) -> bool:
    """Tell whether a project has a live security group of a name.

    :param project_id: the project; None is the rows of no project
    :param group_name: the name of the security group
    :returns: the answer
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_get(context: Context, security_group_id: int) -> Row:
    """Return a security group; a user sees the own project's only.

    Follows read_deleted.

    :param security_group_id: the id of the security group
    :returns: the row with rules, their grantee_group, and instances
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupNotFound: if the context sees none
    """


@backend_function
def security_group_get_all(context: Context) -> list[Row]:
    """Return the security groups of all projects, to users too.

    Follows read_deleted.

    :returns: the rows with rules and their grantee_group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_get_by_instance(context: Context, instance_id: int) -> list[Row]:
    """Return the live security groups of a live instance.

    :param instance_id: the id of the instance
    :returns: the rows with rules and their grantee_group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_get_by_name(context: Context, project_id: str | None, group_name: str) -> Row:
    """Return a live security group of a project.

    :param project_id: the project; None is the rows of no project
    :param group_name: the name of the security group
    :returns: the row with rules, their grantee_group, and instances
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupNotFoundForProject: if there is none
    """


@backend_function
def security_group_get_by_project(context: Context, project_id: str | None) -> list[Row]:
    """Return the live security groups of a project.

    :param project_id: the project; None is the rows of no project
    :returns: the rows with rules and their grantee_group
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_in_use(context: Context, group_id: int) -> bool:
    """Tell whether a live instance is in a security group.

    :param group_id: the id of the security group
    :returns: the answer
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_rule_count_by_group(context: Context, security_group_id: int) -> int:
    """Count the live rules of a security group.

    :param security_group_id: the id of the security group
    :returns: the number
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_rule_create(context: Context, values: Values) -> Row:
    """Create a rule of a security group.

    :param values: parent_group_id, protocol, from_port, to_port, and cidr or group_id
    :returns: the new row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_rule_destroy(context: Context, security_group_rule_id: int) -> None:
    """Soft-delete a rule.

    Follows read_deleted; of two callers one succeeds.

    :param security_group_rule_id: the id of the rule
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupNotFoundForRule: if the context sees none
    """


@backend_function
def security_group_rule_get(context: Context, security_group_rule_id: int) -> Row:
    """Return a rule.

    Follows read_deleted.

    :param security_group_rule_id: the id of the rule
    :returns: the row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises SecurityGroupNotFoundForRule: if the context sees none
    """


@backend_function
def security_group_rule_get_by_security_group(
    context: Context, security_group_id: int
) -> list[Row]:
    """Return the rules of a security group.

    Follows read_deleted.

    :param security_group_id: the id of the security group
    :returns: the rows with grantee_group, its instances, and their system_metadata and info_cache
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def security_group_rule_get_by_security_group_grantee(
    context: Context, security_group_id: int
) -> list[Row]:
    """Return the rules of any group that let in the members of a group.

    Follows read_deleted.

    :param security_group_id: the id of the security group
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def service_create(context: Context, values: Values) -> Row:
    """Create a service.

    Nothing is unique; with enable_new_services off it starts disabled.

    :param values: host, binary, topic, report_count, disabled
    :returns: the new row
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def service_destroy(context: Context, instance_id: int) -> None:
    """Soft-delete a service and its compute nodes.

    Follows read_deleted; of two callers one succeeds.

    :param instance_id: the id of the service, in spite of its name
    :raises AdminRequired: if the context is not an admin's
    :raises ServiceNotFound: if the context sees none
    """


@backend_function
def service_get(context: Context, service_id: int) -> Row:
    """Return a service.

    Follows read_deleted.

    :param service_id: the id of the service
    :returns: the row with compute_node, a list of live nodes
    :raises AdminRequired: if the context is not an admin's
    :raises ServiceNotFound: if the context sees none
    """


@backend_function
def service_get_all(context: Context, disabled: bool | None = None) -> list[Row]:
    """Return all services.

    Follows read_deleted.

    :param disabled: only those disabled, or enabled; None is all
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def service_get_all_by_host(context: Context, host: str) -> list[Row]:
    """Return the live services of a host, enabled or not.

    :param host: the name of the host
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def service_get_all_by_topic(context: Context, topic: str) -> list[Row]:
    """Return the live, enabled services of a topic.

    :param topic: the topic
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def service_get_by_args(context: Context, host: str, binary: str) -> Row:
    """Return the service of a host and binary, disabled or not.

    Follows read_deleted.

    :param host: the name of the host
    :param binary: the name of the binary, such as "nova-compute"
    :returns: the row
    :raises AdminRequired: if the context is not an admin's
    :raises HostBinaryNotFound: if the context sees none
    """


@backend_function
def service_get_by_compute_host(context: Context, host: str) -> Row:
    """Return the live compute service of a host, enabled or not.

    :param host: the name of the host
    :returns: the row with compute_node, a list of live nodes
    :raises AdminRequired: if the context is not an admin's
    :raises ComputeHostNotFound: if there is none
    """


@backend_function
def service_get_by_host_and_topic(context: Context, host: str, topic: str) -> Row | None:
    """Return the live, enabled service of a host and topic.

    :param host: the name of the host
    :param topic: the topic
    :returns: the row or None
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def service_update(context: Context, service_id: int, values: Values) -> Row:
    """Change a service; concurrent changes of different columns both last.

    Follows read_deleted.

    :param service_id: the id of the service
    :param values: columns and their values; keys that are no columns are dropped
    :returns: the changed row
    :raises AdminRequired: if the context is not an admin's
    :raises ServiceNotFound: if the context sees none
    """


@backend_function
def task_log_begin_task(
    context: Context,
    task_name: str,
    period_beginning: datetime | str,
    period_ending: datetime | str,
    host: str,
    task_items: int | None = None,
    message: str | None = None,
) -> None:
    """Record that a task starts for a period on a host: once ever.

    Of two callers one succeeds.

    :param task_name: the name of the task
    :param period_beginning: the start of the period, naive UTC or ISO text
    :param period_ending: the end of the period, naive UTC or ISO text
    :param host: the name of the host
    :param task_items: how many things it works on
    :param message: a text for operators
    :raises AdminRequired: if the context is not an admin's
    :raises TaskAlreadyRunning: if it was started before, running or done
    :raises DBError: if host or task_name is None
    """


@backend_function
def task_log_end_task(
    context: Context,
    task_name: str,
    period_beginning: datetime | str,
    period_ending: datetime | str,
    host: str,
    errors: int,
    message: str | None = None,
) -> None:
    """Record that a task is done.

    Follows read_deleted.

    :param task_name: the name of the task
    :param period_beginning: the start of the period, naive UTC or ISO text
    :param period_ending: the end of the period, naive UTC or ISO text
    :param host: the name of the host
    :param errors: how many things failed
    :param message: a text for operators
    :raises AdminRequired: if the context is not an admin's
    :raises TaskNotRunning: if it was not started
    """


@backend_function
def task_log_get(
    context: Context,
    task_name: str,
    period_beginning: datetime | str,
    period_ending: datetime | str,
    host: str | None,
    state: str | None = None,
) -> Row | None:
    """Return the run of a task for a period.

    Follows read_deleted.

    :param task_name: the name of the task
    :param period_beginning: the start of the period, naive UTC or ISO text
    :param period_ending: the end of the period, naive UTC or ISO text
    :param host: the name of the host; None is any
    :param state: "RUNNING" or "DONE"; None is either
    :returns: the row or None
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def task_log_get_all(
    context: Context,
    task_name: str,
    period_beginning: datetime | str,
    period_ending: datetime | str,
    host: str | None = None,
    state: str | None = None,
) -> list[Row]:
    """Return the runs of a task for a period.

    Follows read_deleted.

    :param task_name: the name of the task
    :param period_beginning: the start of the period, naive UTC or ISO text
    :param period_ending: the end of the period, naive UTC or ISO text
    :param host: the name of the host; None is any
    :param state: "RUNNING" or "DONE"; None is either
    :returns: the rows
    :raises AdminRequired: if the context is not an admin's
    """


@backend_function
def virtual_interface_create(context: Context, values: Values) -> Row:
    """Create a network card.

    Of two callers with one MAC address one succeeds.

    :param values: address (the MAC address), network_id, instance_uuid, uuid
    :returns: the new row
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises VirtualInterfaceCreateException: if the address is taken, or the store refuses the row
    """


@backend_function
def virtual_interface_delete_by_instance(context: Context, instance_id: str) -> None:
    """Remove the network cards of an instance for good; no error if there is none.

    :param instance_id: the uuid of the instance
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get(context: Context, vif_id: int) -> Row | None:
    """Return a network card, deleted or not.

    :param vif_id: the id of the interface
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get_all(context: Context) -> list[Row]:
    """Return all network cards, deleted ones too.

    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get_by_address(context: Context, address: str) -> Row | None:
    """Return the network card of a MAC address, deleted or not.

    :param address: the address as text
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get_by_instance(context: Context, instance_id: str) -> list[Row]:
    """Return the network cards of an instance, deleted ones too.

    The instance follows read_deleted; a user sees the own project's only.

    :param instance_id: the uuid of the instance
    :returns: the rows, by id
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    :raises InstanceNotFound: if the context sees no such instance
    """


@backend_function
def virtual_interface_get_by_instance_and_network(
    context: Context, instance_id: str, network_id: int
) -> Row | None:
    """Return the network card of an instance in a network, deleted or not.

    :param instance_id: the uuid of the instance
    :param network_id: the id of the network
    :returns: the row, the one with the lowest id if there are several, or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def virtual_interface_get_by_uuid(context: Context, vif_uuid: str) -> Row | None:
    """Return a network card, deleted or not.

    :param vif_uuid: the uuid of the interface
    :returns: the row or None
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def vol_get_usage_by_time(context: Context, begin: datetime | str) -> list[Row]:
    """Return the usage of the volumes that were measured after a moment, or never.

    Deleted rows count too.

    :param begin: the moment, naive UTC
    :returns: the rows
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


@backend_function
def vol_usage_update(
    context: Context,
    id: str,
    rd_req: int,
    rd_bytes: int,
    wr_req: int,
    wr_bytes: int,
    instance_id: int | str | None,
    last_refreshed: datetime | str | None = None,
    update_totals: bool = False,
) -> None:
    """Store the counters of a volume.

    A counter lower than the stored one means that the instance was restarted: what was counted
    before is added to the totals. Comparing, summing up and writing are one step.

    :param id: the id of the volume
    :param rd_req: read requests since the instance started
    :param rd_bytes: bytes read
    :param wr_req: write requests
    :param wr_bytes: bytes written
    :param instance_id: the instance that uses it
    :param last_refreshed: when it was measured, naive UTC or ISO text; None is now
    :param update_totals: whether the counters go into the totals, as on detach
    :raises NotAuthorized: if the context is neither a user's nor an admin's
    """


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
