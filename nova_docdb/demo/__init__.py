"""The parts of ``nova-docdb demo``: a small cloud, a race, and a server that is killed."""

from nova_docdb.demo.cloud import Cloud
from nova_docdb.demo.invariants import Invariant
from nova_docdb.demo.quota import RESOURCES, Resource

__all__ = ["RESOURCES", "Cloud", "Invariant", "Resource"]
