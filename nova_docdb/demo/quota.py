"""The quota of the demo's projects: what is limited, and how much of it is in use."""

from __future__ import annotations

from dataclasses import dataclass

from nova_docdb import db
from nova_docdb.context import Context

# Fewer than a tenant asks for, so that some boots are refused.
INSTANCES_PER_PROJECT = 6

LIMITS = {
    "instances": INSTANCES_PER_PROJECT,
    "cores": 2 * INSTANCES_PER_PROJECT,
    "ram": 1024 * INSTANCES_PER_PROJECT,
}


@dataclass
class Resource:
    """A resource of the quota engine: how much of it a project really uses."""

    name: str

    def sync(self, context: Context, project_id: str, session: object = None) -> dict[str, int]:  # noqa: ARG002 - the engine's signature
        """Count the project's live instances."""
        count, cores, ram = db.instance_data_get_for_project(context, project_id)
        return {"instances": count, "cores": cores, "ram": ram}


RESOURCES = {name: Resource(name) for name in LIMITS}
