"""Which rows belong to which: an instance and all that is its own, and what goes before what.

The schemas' relations say what is shown with a row. Here is what has no sense without it, so that
it is archived along. A table that merely names an instance is not here: addresses, volumes and
usage records outlive it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nova_docdb.mongo.store.documents import Document
from nova_docdb.mongo.tables.table import Table, table
from nova_docdb.schemas import TABLES


@dataclass(frozen=True)
class Belonging:
    """Rows of a table that belong to rows of another.

    :param table: whose rows belong
    :param owner: to whose rows they belong
    :param local: the column of the first
    :param foreign: the column of the second that equals it
    """

    table: str
    owner: str
    local: str
    foreign: str

    @property
    def rows(self) -> Table:
        """The table whose rows belong."""
        return table(self.table)

    @property
    def owners(self) -> Table:
        """The table to whose rows they belong."""
        return table(self.owner)

    @property
    def key(self) -> str:
        """The field of an owner's document that its rows name."""
        return self.owners.format.field(self.foreign)

    def by_key(self, owners: Iterable[Document]) -> dict[object, Document]:
        """Return the owners' documents by what their rows name them by."""
        return {owner[self.key]: owner for owner in owners if owner[self.key] is not None}


def _of_instance(name: str, local: str = "instance_uuid") -> Belonging:
    return Belonging(name, "instances", local, "uuid")


BELONGINGS = (
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
    Belonging("instance_actions_events", "instance_actions", "action_id", "id"),
)


def of(owner: str) -> list[Belonging]:
    """Return what belongs to the rows of a table."""
    return [belonging for belonging in BELONGINGS if belonging.owner == owner]


def owner_of(name: str) -> Belonging | None:
    """Return what the rows of a table belong to, or None."""
    return next((belonging for belonging in BELONGINGS if belonging.table == name), None)


def children_first() -> list[str]:
    """Return the tables that have a shadow, each before those that its rows belong to."""
    children = {name: {belonging.table for belonging in of(name)} for name in TABLES}
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
