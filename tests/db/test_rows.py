"""The types of rows compared with returned rows: every key, and the type of every value."""

import typing

import pytest
from typeguard import CollectionCheckStrategy, check_type

from nova_docdb import testing
from nova_docdb.db import api, rows, values
from nova_docdb.db.migration import db_sync
from nova_docdb.schemas import SCHEMAS
from tests.calls import prepared
from tests.cloud import Cloud
from tests.data import load


@pytest.fixture(scope="module")
def cloud():
    with testing.embedded_store():
        db_sync(default_flavors=False)
        yield Cloud(3)


@pytest.mark.parametrize("name", load("contract.json"))
def test_result_has_the_type_of_the_contract(cloud, name):
    kind = typing.get_type_hints(getattr(api, name))["return"]
    answer = prepared(name, cloud)()
    check_type(answer, kind, collection_check_strategy=CollectionCheckStrategy.ALL_ITEMS)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.__name__)
def test_every_table_has_types_of_rows_and_of_values(schema):
    assert getattr(rows, f"{schema.__name__}Row").__required_keys__ >= set(schema.spec().columns)
    assert not getattr(values, f"{schema.__name__}Values").__required_keys__
