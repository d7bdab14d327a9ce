"""The namespace that callers use: the functions of the contract, and the two exceptions in it."""

from nova_docdb.db.api import *  # noqa: F403
from nova_docdb.db.api import __all__ as __all__
