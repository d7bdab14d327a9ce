"""The public API: the functions of the contract and two exceptions."""

from nova_docdb.db.api import *  # noqa: F403
from nova_docdb.db.api import __all__ as __all__
