"""The tables quotas, quota_classes and quota_usages."""

from nova_docdb.schemas.base import KeyedSchema, unique
from nova_docdb.schemas.columns import Integer, String


class Quota(KeyedSchema):
    """A limit of a project; -1 or empty is unlimited."""

    class Meta:
        """Keys, indexes and relations."""

        table = "quotas"
        indexes = (unique("project_id", "resource", "deleted"),)

    project_id = String(255)
    resource = String(255, nullable=False)
    hard_limit = Integer()


class QuotaClass(KeyedSchema):
    """A limit of a quota class."""

    class Meta:
        """Keys, indexes and relations."""

        table = "quota_classes"
        indexes = (unique("class_name", "resource", "deleted"),)

    class_name = String(255)
    resource = String(255)
    hard_limit = Integer()


class QuotaUsage(KeyedSchema):
    """How much of a resource a project uses and has reserved."""

    class Meta:
        """Keys, indexes and relations."""

        table = "quota_usages"
        unsharded = "reservations name a usage by its number, the unique key names it by project"
        private = {  # noqa: RUF012
            "_reservations": "the outstanding reservations: id of the row -> what it holds",
            "_outstanding": "how many of them there are",
            "_refreshes": "how often in_use was set to a number, not counted up or down",
        }
        indexes = (unique("project_id", "resource", "deleted"),)

    project_id = String(255)
    resource = String(255)
    in_use = Integer(nullable=False)
    reserved = Integer(nullable=False)
    until_refresh = Integer()
