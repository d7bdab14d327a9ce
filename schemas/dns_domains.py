"""The table dns_domains."""

from nova_docdb.schemas.base import DomainKeyedSchema, TableMeta
from nova_docdb.schemas.columns import Column, String


class DnsDomain(DomainKeyedSchema):
    """A DNS domain of an availability zone or a project."""

    class Meta(TableMeta):
        table = "dns_domains"
        key = "domain"
        listed = True

    domain: Column = String(512, nullable=False)
    scope: Column = String(255)
    availability_zone: Column = String(255)
    project_id: Column = String(255)
