"""The table dns_domains."""

from nova_docdb.schemas.base import DomainKeyedSchema
from nova_docdb.schemas.columns import String


class DnsDomain(DomainKeyedSchema):
    """A DNS domain of an availability zone or a project."""

    class Meta:
        """Keys, indexes and relations."""

        table = "dns_domains"
        key = "domain"
        listed = True

    domain = String(512, nullable=False)
    scope = String(255)
    availability_zone = String(255)
    project_id = String(255)
