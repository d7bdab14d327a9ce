"""The quotas of the demo's projects: the limits, and the resources with their usage."""

from __future__ import annotations

from dataclasses import dataclass

from nova_docdb import db
from nova_docdb.context import Context

# Lower than what a tenant requests, so that some boots fail.
INSTANCES_PER_PROJECT = 6

LIMITS = {
    "instances": INSTANCES_PER_PROJECT,
    "cores": 2 * INSTANCES_PER_PROJECT,
    "ram": 1024 * INSTANCES_PER_PROJECT,
}


@dataclass
class Resource:
    """A resource for quota_reserve, with its sync routine."""

    name: str

    def sync(self, context: Context, project_id: str, session: object = None) -> dict[str, int]:  # noqa: ARG002 - the engine's signature
        """Return the project's actual usage, from its live instances."""
        count, cores, ram = db.instance_data_get_for_project(context, project_id)
        return {"instances": count, "cores": cores, "ram": ram}


RESOURCES = {name: Resource(name) for name in LIMITS}
