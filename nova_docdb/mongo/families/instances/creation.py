"""The creation of an instance with its dependent rows.

Dependent rows are inserted first and the instance last: its insert makes the others visible, and
the unique keys over uuid and host name apply then. The info cache is inserted before all others:
its unique key over the uuid stops a second caller with the same uuid. A replica set inserts all
rows in one transaction.

NOTE: without transactions, a crash before the last insert leaves rows of a uuid without an
instance. They are not visible, but a caller that chose the uuid cannot use it again until
`nova-docdb db check --repair` removes them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from nova_docdb import exception
from nova_docdb.context import Context, require_context
from nova_docdb.mongo.families import default_security_group
from nova_docdb.mongo.families.instances import host_names
from nova_docdb.mongo.families.instances.rows import INSTANCES
from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.transactions import (
    ServerRestarted,
    deferred_acknowledgement,
    in_transaction,
    run_in_transaction,
)
from nova_docdb.mongo.tables import inserts
from nova_docdb.mongo.tables.arguments import require_list, require_mapping
from nova_docdb.mongo.tables.key_values import KeyValues
from nova_docdb.mongo.tables.retry import Retry
from nova_docdb.mongo.tables.rows import Row
from nova_docdb.mongo.tables.table import Table, Values, table

INFO_CACHES = table("instance_info_caches")
METADATA = KeyValues("instance_metadata", "instance_uuid")
SYSTEM_METADATA = KeyValues("instance_system_metadata", "instance_uuid")
GROUPS = table("security_groups")
MEMBERSHIPS = table("security_group_instance_association")
EC2_IDS = table("instance_id_mappings")

DEFAULT_GROUP = "default"

# Errors after which it is certain that the instance was not inserted.
NOT_INSERTED = (exception.DBDuplicateEntry, exception.InvalidInput, ServerRestarted)

PAIR_TABLES = (METADATA.table.name, SYSTEM_METADATA.table.name)


@dataclass(frozen=True)
class _Parts:
    """The checked values of a creation, by table.

    :param has_chosen_uuid: whether the caller chose the uuid, so that other callers may use it too
    """

    has_chosen_uuid: bool
    document: Document
    info_cache: Document
    metadata: list[Document]
    system_metadata: list[Document]
    group_names: list[Any]

    @property
    def uuid(self) -> str:
        """The uuid of the new instance."""
        return str(self.document["uuid"])


@require_context
def instance_create(context: Context, values: Values) -> Row:
    parts = _split(values)
    if parts.has_chosen_uuid and INSTANCES.exists({"uuid": parts.uuid}):
        raise exception.InstanceExists(name=parts.uuid)
    if "_id" in parts.document:
        with translated(INSTANCES.name, reads=True):
            inserts.require_free(INSTANCES.spec, INSTANCES.collection, [parts.document["_id"]])
    host_names.check_free(context, parts.document["hostname"])
    try:
        return _store(context, parts)
    except exception.DBDuplicateEntry as error:
        if error.columns == ["id"]:
            raise
        claimed = host_names.CLAIM in error.columns
        name = parts.document["hostname"] if claimed else parts.uuid
        raise exception.InstanceExists(name=name) from error


def _split(values: Values) -> _Parts:
    """Split the values by table, and check them.

    :raises InvalidInput: if a column cannot hold its value, or a part has the wrong type
    """
    document = INSTANCES.format.document(values)
    document["uuid"] = document["uuid"] or str(uuid.uuid4())
    info_cache = require_mapping("info_cache", _or_empty(values.get("info_cache")))
    return _Parts(
        has_chosen_uuid=bool(values.get("uuid")),
        document=document,
        info_cache=INFO_CACHES.format.document({**info_cache, "instance_uuid": document["uuid"]}),
        metadata=_pairs(METADATA, document, values.get("metadata")),
        system_metadata=_pairs(SYSTEM_METADATA, document, values.get("system_metadata")),
        group_names=_names(values.get("security_groups")),
    )


def _pairs(pairs: KeyValues, instance: Document, given: Any) -> list[Document]:
    return list(pairs.documents(instance["uuid"], _or_empty(given)).values())


def _or_empty(given: Any) -> Any:
    return {} if given is None else given


def _names(given: Any) -> list[Any]:
    return [] if given is None else require_list("security_groups", given)


def _find_groups(context: Context, names: list[Any]) -> list[Row]:
    """Return the groups of these names, the default one first; create it if it is missing.

    :raises SecurityGroupNotFoundForProject: if a group does not exist; the default group is then
        not created
    """
    found = GROUPS.find(
        {
            **GROUPS.equals({"project_id": context.project_id}),
            **GROUPS.any_of("name", [*names, DEFAULT_GROUP]),
            **GROUPS.live,
        }
    )
    by_name = {group["name"]: group for group in found}
    for name in names:
        if name != DEFAULT_GROUP and GROUPS.spec.columns["name"].match(name) not in by_name:
            raise exception.SecurityGroupNotFoundForProject(
                project_id=context.project_id, security_group_id=name
            )
    default = by_name.pop(DEFAULT_GROUP, None)
    if default is None:
        _existed, default = default_security_group.ensure(context)
    others = list(by_name.values())
    return [default, *others] if DEFAULT_GROUP in names else others


def _store(context: Context, parts: _Parts) -> Row:
    has_old_pairs = False
    retry = Retry(INSTANCES.name, "others forced ids")
    while True:
        retry.begin()
        try:
            return run_in_transaction(
                partial(_store_parts, context, parts, has_old_pairs=has_old_pairs)
            )
        except exception.DBDuplicateEntry as error:
            if error.columns == ["id"]:
                # Another process forced an id of this one's block, which aborted a transaction.
                if "_id" in parts.document and error.table == INSTANCES.name:
                    raise
            elif error.table in PAIR_TABLES and not has_old_pairs:
                # The system metadata of a destroyed instance stays live, even if the instance is
                # archived and its uuid is used again.
                has_old_pairs = True
            else:
                raise


class _Stored:
    """The rows that a call has inserted, to be removed if a later insert is refused.

    NOTE: remove them only after a refusal. After a lost connection the instance may exist, and
    needs its dependent rows. In a transaction nothing is removed, since it is aborted.
    """

    def __init__(self) -> None:
        self._rows: list[tuple[Table, list[Any]]] = []

    def __enter__(self) -> _Stored:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        refused = isinstance(error, NOT_INSERTED)
        if refused and not in_transaction():
            for where, row_ids in reversed(self._rows):
                where.remove({"_id": {"$in": row_ids}})

    def store(
        self, where: Table, documents: Iterable[Document], private: Document | None = None
    ) -> list[Row]:
        """Insert documents and return them as rows."""
        stored = where.store(documents, private)
        self._rows.append((where, [row["id"] for row in stored]))
        return stored

    def insert_ec2_id(self, uuid: str) -> None:
        """Insert the EC2 id of the instance, unless another caller has inserted it."""
        ec2_id = EC2_IDS.insert_if_absent({"_on_demand": uuid}, {"uuid": uuid})
        if ec2_id is not None:
            self._rows.append((EC2_IDS, [ec2_id]))


def _store_parts(context: Context, parts: _Parts, *, has_old_pairs: bool = False) -> Row:
    """Insert the instance and its dependent rows, and return it with them.

    :param has_old_pairs: whether live pairs of an earlier instance of this uuid may exist
    """
    groups = _find_groups(context, parts.group_names)
    memberships = [
        MEMBERSHIPS.format.document({"instance_uuid": parts.uuid, "security_group_id": group["id"]})
        for group in groups
    ]
    has_ec2_id = parts.has_chosen_uuid and EC2_IDS.exists(EC2_IDS.equals({"uuid": parts.uuid}))
    with _Stored() as stored:
        with deferred_acknowledgement(if_any=not has_ec2_id) as earlier:
            (info_cache,) = stored.store(INFO_CACHES, [parts.info_cache])
            if has_old_pairs:
                _delete_pairs(parts)
            metadata = stored.store(METADATA.table, parts.metadata)
            system_metadata = stored.store(SYSTEM_METADATA.table, parts.system_metadata)
            stored.store(MEMBERSHIPS, memberships)
        if not has_ec2_id:
            stored.insert_ec2_id(parts.uuid)
        # The instance makes rows visible that may still be lost.
        earlier.require_durable()
        claim = host_names.claim(context, parts.document)
        (instance,) = stored.store(INSTANCES, [parts.document], claim)
    return {
        **instance,
        "info_cache": info_cache,
        "metadata": metadata,
        "system_metadata": system_metadata,
        "security_groups": groups,
    }


def _delete_pairs(parts: _Parts) -> None:
    for pairs in (METADATA.table, SYSTEM_METADATA.table):
        pairs.soft_delete({"instance_uuid": parts.uuid})
