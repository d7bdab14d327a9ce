"""The table agent_builds."""

from nova_docdb.schemas.base import KeyedSchema, index
from nova_docdb.schemas.columns import String


class AgentBuild(KeyedSchema):
    """A build of the guest agent."""

    class Meta:
        """Keys, indexes and relations."""

        table = "agent_builds"
        listed = True
        indexes = (index("hypervisor", "os", "architecture"),)

    hypervisor = String(255)
    os = String(255)
    architecture = String(255)
    version = String(255)
    url = String(255)
    md5hash = String(255)
