"""The tables quotas, quota_classes and quota_usages."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, unique
from nova_docdb.schemas.columns import Column, Integer, String


class Quota(KeyedSchema):
    """A quota limit of a project; -1 or empty means unlimited."""

    class Meta(TableMeta):
        table = "quotas"
        indexes = (unique("project_id", "resource", "deleted"),)

    project_id: Column = String(255)
    resource: Column = String(255, nullable=False)
    hard_limit: Column = Integer()


class QuotaClass(KeyedSchema):
    """A quota limit of a quota class."""

    class Meta(TableMeta):
        table = "quota_classes"
        indexes = (unique("class_name", "resource", "deleted"),)

    class_name: Column = String(255)
    resource: Column = String(255)
    hard_limit: Column = Integer()


class QuotaUsage(KeyedSchema):
    """The usage and the reserved amount of a resource in a project."""

    class Meta(TableMeta):
        table = "quota_usages"
        unsharded = "reservations find a usage by id, but its unique key begins with the project"
        private = {
            "_reservations": "the outstanding reservations: id -> delta, and the ids of the call",
            "_outstanding": "the number of outstanding reservations",
            "_refreshes": "how often in_use was set, instead of incremented or decremented",
        }
        indexes = (unique("project_id", "resource", "deleted"),)

    project_id: Column = String(255)
    resource: Column = String(255)
    in_use: Column = Integer(nullable=False)
    reserved: Column = Integer(nullable=False)
    until_refresh: Column = Integer()
