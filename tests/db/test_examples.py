"""The examples in the docstrings of the contract, each on a fresh embedded store."""

import doctest
import inspect

import pytest

from nova_docdb import db, testing
from nova_docdb.config import CONF
from nova_docdb.context import RequestContext, get_admin_context

PARSER = doctest.DocTestParser()
# "..." stands for the rest of a message that is too long for a line.
OPTIONS = doctest.REPORT_NDIFF | doctest.ELLIPSIS


def example(name):
    """Return the doctest of a function, with the names of nova_docdb/db/api.py's docstring."""
    function = getattr(db, name)
    names = {"db": db, "admin": get_admin_context(), "alice": RequestContext("alice", "acme")}
    place = inspect.getsourcefile(inspect.unwrap(function))
    return PARSER.get_doctest(inspect.getdoc(function), names, name, place, 0)


WITH_EXAMPLE = [
    name for name in db.__all__ if inspect.isfunction(getattr(db, name)) and example(name).examples
]


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_example_returns_its_documented_result(name):
    with testing.embedded_store():
        CONF.set_override("strict", override=True, group="mongo")
        report = []
        results = doctest.DocTestRunner(optionflags=OPTIONS).run(example(name), out=report.append)
    assert results.failed == 0, "".join(report)


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_example_calls_its_function(name):
    assert f"db.{name}(" in "".join(part.source for part in example(name).examples)
