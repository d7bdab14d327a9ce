"""Dependent rows, which are archived with their owner, and the order in which tables are archived.

The relations of the schemas define which rows are returned with a row. The dependencies here are
the rows that are useless without their owner. Addresses, volumes and usage records refer to an
instance too, but outlive it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.tables.table import Table, table
from nova_docdb.schemas import TABLES


@dataclass(frozen=True)
class Dependency:
    """Rows of a table that depend on rows of another table, their owners.

    :param table: the name of the dependent table
    :param owner: the name of the owners' table
    :param local: the column of the dependent table that refers to the owner
    :param foreign: the column of the owner that equals it
    """

    table: str
    owner: str
    local: str
    foreign: str

    @property
    def rows(self) -> Table:
        """The dependent table."""
        return table(self.table)

    @property
    def owners(self) -> Table:
        """The table of the owners."""
        return table(self.owner)

    @property
    def key(self) -> str:
        """The field of an owner's document that dependent rows refer to."""
        return self.owners.format.field(self.foreign)

    def by_key(self, owners: Iterable[Document]) -> dict[object, Document]:
        """Return the owners' documents by the value that dependent rows refer to."""
        return {owner[self.key]: owner for owner in owners if owner[self.key] is not None}


def _of_instance(name: str, local: str = "instance_uuid") -> Dependency:
    return Dependency(name, "instances", local, "uuid")


DEPENDENCIES = (
    _of_instance("block_device_mapping"),
    _of_instance("consoles"),
    _of_instance("instance_actions"),
    _of_instance("instance_faults"),
    _of_instance("instance_id_mappings", "uuid"),
    _of_instance("instance_info_caches"),
    _of_instance("instance_metadata"),
    _of_instance("instance_system_metadata"),
    _of_instance("migrations"),
    _of_instance("security_group_instance_association"),
    _of_instance("virtual_interfaces"),
    Dependency("instance_actions_events", "instance_actions", "action_id", "id"),
)


def of(owner: str) -> list[Dependency]:
    """Return the dependencies on a table."""
    return [dependency for dependency in DEPENDENCIES if dependency.owner == owner]


def owner_of(name: str) -> Dependency | None:
    """Return the dependency of a table on its owners, or None."""
    return next((dependency for dependency in DEPENDENCIES if dependency.table == name), None)


def children_first() -> list[str]:
    """Return the tables that have a shadow table, dependents before their owners."""
    children = {name: {dependency.table for dependency in of(name)} for name in TABLES}
    for name, spec in TABLES.items():
        for relation in spec.relations.values():
            if relation.through:
                children[name].add(relation.through.table)
            elif relation.local in {spec.key, "uuid"}:
                children[name].add(relation.table)
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            for child in sorted(children[name]):
                visit(child)
            order.append(name)

    for name in TABLES:
        visit(name)
    return [name for name in order if TABLES[name].shadow]


ORDER = children_first()
