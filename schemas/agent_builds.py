"""The table agent_builds."""

from nova_docdb.schemas.base import KeyedSchema, TableMeta, index
from nova_docdb.schemas.columns import Column, String


class AgentBuild(KeyedSchema):
    """A build of the guest agent."""

    class Meta(TableMeta):
        table = "agent_builds"
        listed = True
        indexes = (index("hypervisor", "os", "architecture"),)

    hypervisor: Column = String(255)
    os: Column = String(255)
    architecture: Column = String(255)
    version: Column = String(255)
    url: Column = String(255)
    md5hash: Column = String(255)
