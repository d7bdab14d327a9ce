"""Generate the row and value types of nova_docdb/db/rows.py and values.py from the schemas."""

from nova_docdb.schemas import SCHEMAS, columns

ROWS_HEAD = '''"""Row types, generated from the schemas by ``make generated``.

A function returns plain dicts; these types describe them to a type checker. ``InstanceRow`` is a
row of instances with every column; an empty column is None. A type such as
``InstanceWithRelations`` adds relations that some functions include.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict
'''

VALUES_HEAD = '''"""Value types, generated from the schemas by ``make generated``.

A function takes any mapping (``Values``). ``InstanceValues`` and the other types describe the keys
of a table to a type checker; every key is optional.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

Values = Mapping[str, Any]
'''

# The first match is used: a subclass comes before its base.
PYTHON_TYPES = (
    (columns.Boolean, "bool"),
    (columns.Integer, "int"),
    (columns.Float, "float"),
    (columns.DateTime, "datetime"),
    (columns.IntegerOrText, "int | str"),
    (columns.Text, "str"),
)

# Keys of a row that are not stored, by table.
COMPUTED = {
    "instances": {"name": "str"},
    "aggregates": {
        "hosts": "list[str]",
        "metadetails": "dict[str, Any]",
        "availability_zone": "str | None",
    },
    "instance_types": {"extra_specs": "dict[str, Any]"},
}

# Nullable columns that the functions always fill, so that callers need not check for None.
ALWAYS_FILLED = {
    "instances": {"uuid"},
    "networks": {"uuid"},
    "fixed_ips": {"address"},
    "floating_ips": {"address"},
    "instance_metadata": {"key"},
    "services": {"host", "binary", "topic"},
}

# Rows with relations: the type's name, its base, and the type of each relation.
WITH_RELATIONS = (
    ("ConsoleWithPool", "ConsoleRow", {"pool": "ConsolePoolRow | None"}),
    ("ConsolePoolWithConsoles", "ConsolePoolRow", {"consoles": "list[ConsoleRow]"}),
    ("ComputeNodeWithStats", "ComputeNodeRow", {"stats": "list[ComputeNodeStatRow]"}),
    ("ComputeNodeWithService", "ComputeNodeRow", {"service": "ServiceRow | None"}),
    ("ComputeNodeWithRelations", "ComputeNodeWithService", {"stats": "list[ComputeNodeStatRow]"}),
    ("ServiceWithComputeNode", "ServiceRow", {"compute_node": "list[ComputeNodeRow]"}),
    (
        "InstanceWithSystemMetadata",
        "InstanceRow",
        {"system_metadata": "list[InstanceSystemMetadataRow]"},
    ),
    (
        "InstanceWithMetadata",
        "InstanceWithSystemMetadata",
        {"metadata": "list[InstanceMetadataRow]"},
    ),
    (
        "InstanceWithRelations",
        "InstanceWithMetadata",
        {
            "info_cache": "InstanceInfoCacheRow | None",
            "security_groups": "Sequence[SecurityGroupRow]",
        },
    ),
    (
        "SecurityGroupWithRules",
        "SecurityGroupRow",
        {"rules": "list[SecurityGroupRuleRow]"},
    ),
    (
        "InstanceWithRules",
        "InstanceWithMetadata",
        {
            "info_cache": "InstanceInfoCacheRow | None",
            "security_groups": "list[SecurityGroupWithRules]",
        },
    ),
    (
        "SecurityGroupRuleWithGrantee",
        "SecurityGroupRuleRow",
        {"grantee_group": "SecurityGroupRow | None"},
    ),
    (
        "SecurityGroupWithGrantees",
        "SecurityGroupRow",
        {"rules": "list[SecurityGroupRuleWithGrantee]"},
    ),
    (
        "SecurityGroupWithInstances",
        "SecurityGroupWithGrantees",
        {"instances": "list[InstanceRow]"},
    ),
    (
        "GranteeInstance",
        "InstanceWithSystemMetadata",
        {"info_cache": "InstanceInfoCacheRow | None"},
    ),
    ("GranteeGroup", "SecurityGroupRow", {"instances": "list[GranteeInstance]"}),
    (
        "SecurityGroupRuleWithInstances",
        "SecurityGroupRuleRow",
        {"grantee_group": "GranteeGroup | None"},
    ),
    ("MigrationWithInstance", "MigrationRow", {"instance": "InstanceWithSystemMetadata | None"}),
    ("FixedIpWithNetwork", "FixedIpRow", {"network": "NetworkRow | None"}),
    ("FixedIpWithInstance", "FixedIpRow", {"instance": "InstanceRow | None"}),
    ("FloatingIpWithFixedIp", "FloatingIpRow", {"fixed_ip": "FixedIpWithInstance | None"}),
)

# Rows that combine several tables.
COMPOSED = (
    (
        "AssociatedFixedIp",
        "A row of network_get_associated_fixed_ips.",
        {
            "address": "str | None",
            "instance_uuid": "str | None",
            "network_id": "int | None",
            "vif_id": "int | None",
            "vif_address": "str | None",
            "instance_hostname": "str | None",
            "instance_updated": "datetime | None",
            "instance_created": "datetime | None",
            "allocated": "bool | None",
            "leased": "bool | None",
        },
    ),
    ("FloatingIpPool", "A row of floating_ip_get_pools.", {"name": "str | None"}),
)

# Keys of values that are not columns, by table.
MORE_VALUES = {
    "instances": {
        "metadata": "Mapping[str, Any]",
        "system_metadata": "Mapping[str, Any]",
        "info_cache": "Mapping[str, Any]",
        "security_groups": "Sequence[str]",
        "expected_task_state": "str | Sequence[str | None] | None",
    },
    "instance_actions_events": {"instance_uuid": "str", "request_id": "str"},
    "key_pairs": {"private_key": "str"},
    "aggregates": {"metadata": "Mapping[str, Any]", "availability_zone": "str"},
    "compute_nodes": {"stats": "Mapping[str, Any]"},
    "instance_types": {"extra_specs": "Mapping[str, Any]"},
}


def rows_text():
    """Return the text of nova_docdb/db/rows.py."""
    parts = [ROWS_HEAD]
    parts += [_rows(schema) for schema in SCHEMAS]
    parts += [_with_relations(*declared) for declared in WITH_RELATIONS]
    parts += [_class(name, "TypedDict", about, keys) for name, about, keys in COMPOSED]
    return "\n\n".join(parts)


def values_text():
    """Return the text of nova_docdb/db/values.py."""
    return "\n\n".join([VALUES_HEAD, *map(_values, SCHEMAS)])


def _rows(schema):
    spec = schema.spec()
    filled = ALWAYS_FILLED.get(spec.name, set()) | {"deleted"}
    keys = {name: _type(column, filled=name in filled) for name, column in spec.columns.items()}
    keys |= COMPUTED.get(spec.name, {})
    return _class(f"{schema.__name__}Row", "TypedDict", f"A row of {spec.name}.", keys)


def _with_relations(name, base, relations):
    shown = " and ".join([", ".join([*relations][:-1]), [*relations][-1]][len(relations) == 1 :])
    return _class(name, base, f"``{base}`` with {shown}.", relations)


def _values(schema):
    spec = schema.spec()
    keys = {name: _type(column, values=True) for name, column in spec.columns.items()}
    keys |= MORE_VALUES.get(spec.name, {})
    about = f"Values for a row of {spec.name}."
    return _class(f"{schema.__name__}Values", "TypedDict, total=False", about, keys)


def _class(name, base, about, keys):
    lines = [f"class {name}({base}):", f'    """{about}"""', ""]
    return "\n".join([*lines, *(f"    {key}: {kind}" for key, kind in keys.items())]) + "\n"


def _type(column, *, values=False, filled=False):
    kind = next(kind for field, kind in PYTHON_TYPES if isinstance(column, field))
    if values and isinstance(column, columns.VersionNumber):
        kind = "int | str"
    if values and kind == "datetime":
        kind = "datetime | str"
    return f"{kind} | None" if column.nullable and not filled else kind
