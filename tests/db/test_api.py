"""The contract against the reference's signatures, and the backend against the contract."""

import inspect
import re

import pytest

from nova_docdb import db, exception
from nova_docdb.backend import IMPL
from nova_docdb.db import api
from tests.data import load

SIGNATURES = load("contract.json")

EVERY_FUNCTION = pytest.mark.parametrize("name", SIGNATURES)


def plain(function):
    """Return a signature as text, without annotations."""
    signature = inspect.signature(function)
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def test_contract_has_the_254_functions_and_the_two_exceptions():
    assert len(SIGNATURES) == 254
    assert set(api.__all__) == {*SIGNATURES, "NoMoreNetworks", "NoMoreTargets"}
    assert set(db.__all__) == set(api.__all__)
    assert db.NoMoreNetworks is exception.NoMoreNetworks


@EVERY_FUNCTION
def test_signature_is_that_of_the_reference(name):
    assert plain(getattr(db, name)) == SIGNATURES[name]


@EVERY_FUNCTION
def test_backend_has_the_signatures_of_the_contract(name):
    assert plain(IMPL.function(name)) == SIGNATURES[name]


@EVERY_FUNCTION
def test_docstring_documents_arguments_result_and_exceptions(name):
    function = getattr(db, name)
    text = inspect.getdoc(function)
    signature = inspect.signature(function)
    documented = set(re.findall(r"^:param (\w+):", text, re.MULTILINE))
    assert documented == set(signature.parameters) - {"context"}
    assert (":returns:" in text) == (signature.return_annotation != "None")
    for raised in re.findall(r"^:raises (\w+):", text, re.MULTILINE):
        assert raised == "ValueError" or issubclass(getattr(exception, raised), Exception)
