"""The exception hierarchy: names, bases, messages and codes are those of Nova's Grizzly release.

A class has a printf-style template. The keyword arguments of the constructor fill it and are kept
in ``kwargs`` for the caller. As in the reference, ``DBError`` and its subclasses are not
NovaExceptions: they report errors of the store, not of Nova's domain.
"""

from __future__ import annotations

from typing import Any, ClassVar

from nova_docdb.config import CONF

SHOWN_OF_A_VALUE = 60


def shown(value: Any) -> str:
    """Return the start of a caller's value for a message, or its type if it has no repr."""
    try:
        return repr(value)[:SHOWN_OF_A_VALUE]
    except Exception:  # noqa: BLE001 - nested too deeply, too many digits, or a repr that raises
        return f"a value of the type {type(value).__name__}"


class NovaException(Exception):
    """The base class of the exceptions of Nova's domain.

    :param message: the message; by default the template ``message`` of the class, filled from
        ``kwargs``. A template that cannot be filled is used unfilled, unless the option
        fatal_exception_format_errors is true.
    :param kwargs: kept in the attribute ``kwargs``, with ``code`` of the class added.
    """

    message = "An unknown exception occurred."
    code = 500
    headers: ClassVar[dict[str, str]] = {}
    safe = False

    def __init__(self, message: str | None = None, **kwargs: Any) -> None:
        self.kwargs = kwargs
        self.kwargs.setdefault("code", self.code)
        super().__init__(message or self._fill(kwargs))

    def _fill(self, kwargs: dict[str, Any]) -> str:
        try:
            return self.message % kwargs
        except (KeyError, TypeError, ValueError):
            if CONF.fatal_exception_format_errors:
                raise
            return self.message
        except Exception:  # noqa: BLE001 - the __str__ of a caller's value may raise anything
            return self._fill({name: shown(value) for name, value in kwargs.items()})

    def format_message(self) -> str:
        """Return the message; for an exception received over RPC, its first argument."""
        if type(self).__name__.endswith("_Remote"):
            return str(self.args[0])
        return str(self)


class NotAuthorized(NovaException):
    """The context is neither an admin's nor a user's, or is not the owner's."""

    message = "Not authorized."
    code = 403


class AdminRequired(NotAuthorized):
    """The function requires an admin context."""

    message = "User does not have admin privileges"


class NotFound(NovaException):
    """The base class of errors for rows that do not exist."""

    message = "Resource could not be found."
    code = 404


class Duplicate(NovaException):
    """The base class of errors for rows that already exist; it defines no message and no code."""


class Invalid(NovaException):
    """The base class of errors for invalid arguments."""

    message = "Unacceptable parameters."
    code = 400


class AgentBuildNotFound(NotFound):
    """Raised by agent_build_destroy and agent_build_update."""

    message = "No agent-build associated with id %(id)s."


class AggregateHostExists(Duplicate):
    """Raised by aggregate_host_add."""

    message = "Aggregate %(aggregate_id)s already has host %(host)s."


class AggregateHostNotFound(NotFound):
    """Raised by aggregate_host_delete."""

    message = "Aggregate %(aggregate_id)s has no host %(host)s."


class AggregateMetadataNotFound(NotFound):
    """Raised by aggregate_metadata_delete."""

    message = "Aggregate %(aggregate_id)s has no metadata with key %(metadata_key)s."


class AggregateNameExists(Duplicate):
    """Raised by aggregate_create and aggregate_update."""

    message = "Aggregate %(aggregate_name)s already exists."


class AggregateNotFound(NotFound):
    """Raised by the functions that take the id of an aggregate."""

    message = "Aggregate %(aggregate_id)s could not be found."


class CellNotFound(NotFound):
    """Raised by cell_get and cell_update."""

    message = "Cell %(cell_name)s doesn't exist."


class CertificateNotFound(NotFound):
    """Kept for callers that catch it; no function raises it."""

    message = "Certificate %(certificate_id)s not found."


class HostNotFound(NotFound):
    """The base class of ComputeHostNotFound."""

    message = "Host %(host)s could not be found."


class ComputeHostNotFound(HostNotFound):
    """Raised by several functions.

    Raised by compute_node_delete, compute_node_get, compute_node_update and
    service_get_by_compute_host.
    """

    message = "Compute host %(host)s could not be found."


class ConsoleNotFound(NotFound):
    """Raised by console_get."""

    message = "Console %(console_id)s could not be found."


class ConsoleNotFoundForInstance(ConsoleNotFound):
    """Raised by console_get."""

    message = "Console for instance %(instance_uuid)s could not be found."


class ConsoleNotFoundInPoolForInstance(ConsoleNotFound):
    """Raised by console_get_by_pool_instance."""

    message = "Console for instance %(instance_uuid)s in pool %(pool_id)s could not be found."


class ConsolePoolNotFoundForHostType(NotFound):
    """Raised by console_pool_get_by_host_type."""

    message = (
        "Console pool of type %(console_type)s for compute host %(compute_host)s on "
        "proxy host %(host)s not found."
    )


class ConstraintNotMet(NovaException):
    """Raised by instance_destroy."""

    message = "Constraint not met."
    code = 412


class DuplicateVlan(Duplicate):
    """Raised by network_create_safe and network_update."""

    message = "Detected existing vlan with id %(vlan)d"


class FixedIpAlreadyInUse(NovaException):
    """Raised by fixed_ip_associate."""

    message = "Fixed IP address %(address)s is already in use on instance %(instance_uuid)s."


class FixedIpNotFound(NotFound):
    """Raised by fixed_ip_get."""

    message = "No fixed IP associated with id %(id)s."


class FixedIpNotFoundForAddress(FixedIpNotFound):
    """Raised by several functions.

    Raised by fixed_ip_disassociate, fixed_ip_get_by_address, fixed_ip_get_by_address_detailed,
    fixed_ip_update and floating_ip_fixed_ip_associate.
    """

    message = "Fixed ip not found for address %(address)s."


class FixedIpNotFoundForInstance(FixedIpNotFound):
    """Raised by several functions.

    Raised by fixed_ip_get_by_instance, instance_floating_address_get_all and
    instance_get_floating_address.
    """

    message = "Instance %(instance_uuid)s has zero fixed ips."


class FixedIpNotFoundForNetwork(FixedIpNotFound):
    """Raised by fixed_ip_associate."""

    message = "Fixed IP address (%(address)s) does not exist in network (%(network_uuid)s)."


class FixedIpNotFoundForNetworkHost(FixedIpNotFound):
    """Raised by fixed_ip_get_by_network_host."""

    message = "Network host %(host)s has zero fixed ips in network %(network_id)s."


class FlavorAccessExists(Duplicate):
    """Raised by instance_type_access_add."""

    message = (
        "Flavor access alreay exists for flavor %(flavor_id)s and project %(project_id)s "
        "combination."
    )


class FlavorAccessNotFound(NotFound):
    """Raised by instance_type_access_remove."""

    message = "Flavor access not found for %(flavor_id)s / %(project_id)s combination."


class FlavorNotFound(NotFound):
    """Raised by several functions.

    Raised by instance_type_access_add, instance_type_access_get_by_flavor_id,
    instance_type_access_remove, instance_type_extra_specs_update_or_create and
    instance_type_get_by_flavor_id.
    """

    message = "Flavor %(flavor_id)s could not be found."


class FloatingIpExists(Duplicate):
    """Raised by floating_ip_bulk_create, floating_ip_create and floating_ip_update."""

    message = "Floating ip %(address)s already exists."


class FloatingIpNotFound(NotFound):
    """Raised by floating_ip_get."""

    message = "Floating ip not found for id %(id)s."


class FloatingIpNotFoundForAddress(FloatingIpNotFound):
    """Raised by several functions.

    Raised by floating_ip_disassociate, floating_ip_fixed_ip_associate, floating_ip_get_by_address
    and floating_ip_update.
    """

    message = "Floating ip not found for address %(address)s."


class FloatingIpNotFoundForHost(FloatingIpNotFound):
    """Raised by floating_ip_get_all_by_host."""

    message = "Floating ip not found for host %(host)s."


class HostBinaryNotFound(NotFound):
    """Raised by service_get_by_args."""

    message = "Could not find binary %(binary)s on host %(host)s."


class ImageNotFound(NotFound):
    """Raised by s3_image_get and s3_image_get_by_uuid."""

    message = "Image %(image_id)s could not be found."


class InstanceActionEventNotFound(NovaException):
    """Raised by action_event_finish."""

    message = "Event %(event)s not found for action id %(action_id)s"


class InstanceActionNotFound(NovaException):
    """Raised by action_event_finish, action_event_start and action_finish."""

    message = "Action for request_id %(request_id)s on instance %(instance_uuid)s not found"


class InstanceExists(Duplicate):
    """Raised by instance_create, instance_update and instance_update_and_get_original."""

    message = "Instance %(name)s already exists."


class InstanceInfoCacheNotFound(NotFound):
    """Raised by instance_info_cache_update."""

    message = "Info cache for instance %(instance_uuid)s could not be found."


class InstanceNotFound(NotFound):
    """Raised by every function that needs an instance which the context can see."""

    message = "Instance %(instance_id)s could not be found."


class InstanceTypeExists(Duplicate):
    """Raised by instance_type_create."""

    message = "Instance Type with name %(name)s already exists."


class InstanceTypeIdExists(Duplicate):
    """Raised by instance_type_create."""

    message = "Instance Type with ID %(flavor_id)s already exists."


class InstanceTypeNotFound(NotFound):
    """Raised by instance_type_get."""

    message = "Instance type %(instance_type_id)s could not be found."


class InstanceTypeNotFoundByName(InstanceTypeNotFound):
    """Raised by instance_type_destroy and instance_type_get_by_name."""

    message = "Instance type with name %(instance_type_name)s could not be found."


class InvalidID(Invalid):
    """Raised by instance_get and instance_get_floating_address."""

    message = "Invalid ID received %(id)s."


class InvalidUUID(Invalid):
    """An instance uuid that is not in canonical form (lower case, with hyphens)."""

    message = "Expected a uuid but received %(uuid)s."


class KeypairNotFound(NotFound):
    """Raised by key_pair_destroy and key_pair_get."""

    message = "Keypair %(name)s not found for user %(user_id)s"


class MarkerNotFound(NotFound):
    """Raised by instance_get_all_by_filters."""

    message = "Marker %(marker)s could not be found."


class MigrationNotFound(NotFound):
    """Raised by migration_get and migration_update."""

    message = "Migration %(migration_id)s could not be found."


class MigrationNotFoundByStatus(MigrationNotFound):
    """Raised by migration_get_by_instance_and_status."""

    message = "Migration not found for instance %(instance_id)s with status %(status)s."


class NetworkInUse(NovaException):
    """Raised by network_delete_safe."""

    message = "Network %(network_id)s is still in use."


class NetworkNotFound(NotFound):
    """Raised by several functions.

    Raised by network_delete_safe, network_disassociate, network_get, network_get_all_by_uuids,
    network_set_host and network_update.
    """

    message = "Network %(network_id)s could not be found."


class NetworkNotFoundForCidr(NetworkNotFound):
    """Raised by network_get_by_cidr."""

    message = "Network could not be found with cidr %(cidr)s."


class NetworkNotFoundForInstance(NetworkNotFound):
    """Raised by network_get_all_by_instance."""

    message = "Network could not be found for instance %(instance_id)s."


class NetworkNotFoundForProject(NotFound):
    """Raised by network_get_all_by_uuids."""

    message = (
        "Either Network uuid %(network_uuid)s is not present or is not assigned to the "
        "project %(project_id)s."
    )


class NetworkNotFoundForUUID(NetworkNotFound):
    """Raised by network_get_by_uuid."""

    message = "Network could not be found for uuid %(uuid)s"


class NoFixedIpsDefined(NotFound):
    """Raised by fixed_ip_get_all."""

    message = "Zero fixed ips could be found."


class NoFloatingIpsDefined(NotFound):
    """Raised by floating_ip_get_all."""

    message = "Zero floating ips exist."


class NoMoreFixedIps(NovaException):
    """Raised by fixed_ip_associate_pool."""

    message = "Zero fixed ips available."


class NoMoreFloatingIps(FloatingIpNotFound):
    """Raised by floating_ip_allocate_address; the message may be shown to users."""

    message = "Zero floating ips available."
    safe = True


class NoNetworksFound(NotFound):
    """Raised by network_get_all and network_get_all_by_uuids."""

    message = "No networks defined."


class OverQuota(NovaException):
    """Raised by quota_reserve.

    ``kwargs`` holds overs (sorted names), quotas (the limits that were passed) and usages (every
    live usage of the project: {name: {"in_use": n, "reserved": n}}).
    """

    message = "Quota exceeded for resources: %(overs)s"


class QuotaNotFound(NotFound):
    """The base class of errors about quota limits, usages and reservations."""

    message = "Quota could not be found"


class ProjectQuotaNotFound(QuotaNotFound):
    """Raised by quota_get and quota_update."""

    message = "Quota for project %(project_id)s could not be found."


class QuotaClassNotFound(QuotaNotFound):
    """Raised by quota_class_get and quota_class_update."""

    message = "Quota class %(class_name)s could not be found."


class QuotaUsageNotFound(QuotaNotFound):
    """Raised by quota_usage_get and quota_usage_update."""

    message = "Quota usage for project %(project_id)s could not be found."


class ReservationNotFound(QuotaNotFound):
    """Raised by reservation_get."""

    message = "Quota reservation %(uuid)s could not be found."


class SecurityGroupDefaultRuleNotFound(Invalid):
    """Raised by security_group_default_rule_destroy and security_group_default_rule_get."""

    message = "Security group default rule (%(rule_id)s) not found."


class SecurityGroupNotFound(NotFound):
    """Raised by instance_add_security_group and security_group_get."""

    message = "Security group %(security_group_id)s not found."


class SecurityGroupNotFoundForProject(SecurityGroupNotFound):
    """Raised by instance_create and security_group_get_by_name."""

    message = "Security group %(security_group_id)s not found for project %(project_id)s."


class SecurityGroupNotFoundForRule(SecurityGroupNotFound):
    """Raised by security_group_rule_destroy and security_group_rule_get."""

    message = "Security group with rule %(rule_id)s not found."


class ServiceNotFound(NotFound):
    """Raised by service_destroy, service_get and service_update."""

    message = "Service %(service_id)s could not be found."


class SnapshotNotFound(NotFound):
    """Raised by get_ec2_snapshot_id_by_uuid and get_snapshot_uuid_by_ec2_id."""

    message = "Snapshot %(snapshot_id)s could not be found."


class TaskAlreadyRunning(NovaException):
    """Raised by task_log_begin_task."""

    message = "Task %(task_name)s is already running on host %(host)s"


class TaskNotRunning(NovaException):
    """Raised by task_log_end_task."""

    message = "Task %(task_name)s is not running on host %(host)s"


class UnexpectedTaskStateError(NovaException):
    """Raised by instance_update and instance_update_and_get_original."""

    message = "unexpected task state: expecting %(expected)s but the actual state is %(actual)s"


class VirtualInterfaceCreateException(NovaException):
    """Raised by virtual_interface_create."""

    message = "Virtual Interface creation failed"


class VolumeNotFound(NotFound):
    """Raised by get_ec2_volume_id_by_uuid and get_volume_uuid_by_ec2_id."""

    message = "Volume %(volume_id)s could not be found."


class InvalidInput(Invalid):
    """A value that its column cannot hold, or an invalid argument; ``reason`` says why."""

    message = "Invalid input received: %(reason)s"


class InstanceInvalidState(Invalid):
    """Raised by instance_test_and_set when the attribute has none of the expected values."""

    message = (
        "Instance %(instance_uuid)s in %(attr)s %(state)s. "
        "Cannot %(method)s while the instance is in this state."
    )


class KeyPairExists(Duplicate):
    """Raised by key_pair_create: the user already has a live key pair with that name."""

    message = "Key pair %(key_name)s already exists."


class QuotaExists(Duplicate):
    """Raised by quota_create: the project already has a live limit for that resource."""

    message = "Quota for project %(project_id)s and resource %(resource)s already exists."


class QuotaClassExists(Duplicate):
    """Raised by quota_class_create: the class already has a live limit for that resource."""

    message = "Quota class %(class_name)s already has a limit for resource %(resource)s."


class QuotaResourceUnknown(QuotaNotFound):
    """Raised by quota_reserve for a delta without a resource or without a limit."""

    message = "Unknown quota resources %(unknown)s."


class SecurityGroupExists(Invalid):
    """Raised by security_group_create: the project already has a live group with that name."""

    message = "Security group %(security_group_name)s already exists for project %(project_id)s."


class UnknownTable(Invalid):
    """Raised by archive_deleted_rows_for_table for a name that is not a table of this database."""

    message = "There is no table %(table)s."


class ConfigurationError(NovaException):
    """An option has an unusable value; the message names the option and what it can be."""


class BackendNotFound(ConfigurationError):
    """The option db_backend does not name an installed backend."""

    message = "db_backend=%(name)s: no such backend is installed; installed: %(known)s."


class NoMoreNetworks(NovaException):
    """Raised by network_associate and project_get_networks when no network is free."""


class NoMoreTargets(NovaException):
    """No iSCSI target is free. Kept for callers that catch it; no function raises it."""


class DBError(Exception):
    """The store rejected a command or failed; ``inner_exception`` is the cause.

    :param inner_exception: the driver's exception, or a message about the row.
    """

    def __init__(self, inner_exception: BaseException | str | None = None) -> None:
        self.inner_exception = inner_exception
        super().__init__(str(inner_exception))


class DBDuplicateEntry(DBError):
    """A unique key already has the values of the row.

    :param columns: the columns of that key, in its order.
    :param table: the table.
    """

    def __init__(
        self,
        columns: list[str] | None = None,
        inner_exception: BaseException | str | None = None,
        table: str | None = None,
    ) -> None:
        self.columns: list[str] = columns or []
        self.table = table
        super().__init__(inner_exception)


class DBDeadlock(DBError):
    """Write conflicts on one document lasted too long; retry the call."""


class DBRowError(DBError):
    """A stored document is not a valid row: a program other than nova_docdb changed it.

    The message names the table, the row and the field; ``nova-docdb db check`` lists such rows.
    """


class DBConnectionError(DBError):
    """The server cannot be reached, the connection was lost, or a command timed out.

    The message says whether nothing was changed or the outcome of the call is unknown.
    """


class DBNotAuthorized(DBError):
    """The database user is not authorized to run a command; the command had no effect."""


class DBInvalidUnicodeParameter(Exception):
    """Kept for callers that catch it; no function raises it: InvalidInput is raised instead."""

    message = "Invalid Parameter: Unicode is not supported by the current database."


class InvalidSortKey(Exception):
    """Kept for callers that catch it; no function raises it: InvalidInput is raised instead."""

    message = "Sort key supplied was not valid."
