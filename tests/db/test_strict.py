"""``[mongo] strict``: names that do not exist are errors instead of being ignored."""

import pytest

from nova_docdb import context, db, exception
from nova_docdb.config import CONF
from nova_docdb.db import values
from nova_docdb.mongo.tables.rows import RowFormat
from nova_docdb.schemas import SCHEMAS
from tests.calls import CALLS, prepared
from tests.cloud import Cloud

ADMIN = context.get_admin_context()


@pytest.fixture
def strict(embedded):
    CONF.set_override("strict", True, group="mongo")


def test_misspelt_filter_is_an_error(strict):
    with pytest.raises(exception.InvalidInput, match="no filter 'vm_sate'"):
        db.instance_get_all_by_filters(ADMIN, {"vm_sate": "active"})


def test_misspelt_filter_is_ignored_by_default(embedded):
    uuid = db.instance_create(ADMIN, {})["uuid"]
    found = db.instance_get_all_by_filters(ADMIN, {"vm_sate": "active"})
    assert [row["uuid"] for row in found] == [uuid]


def test_filter_that_the_compute_api_applies_is_accepted(strict):
    assert db.instance_get_all_by_filters(ADMIN, {"ip": "10.0.0.1"}) == []


def test_unknown_column_is_an_error_and_nothing_is_stored(strict):
    with pytest.raises(exception.InvalidInput, match="instances has no column 'hostnmae'"):
        db.instance_create(ADMIN, {"hostnmae": "web"})
    assert db.instance_get_all(ADMIN) == []


def test_unknown_column_of_an_update_is_an_error(strict):
    service = db.service_create(ADMIN, {"host": "h", "binary": "b", "topic": "t"})
    with pytest.raises(exception.InvalidInput, match="services has no column 'disbaled'"):
        db.service_update(ADMIN, service["id"], {"disbaled": True})


def test_unknown_column_is_ignored_by_default(embedded):
    assert "color" not in db.cell_create(ADMIN, {"name": "c", "color": "red"})


def test_update_may_expect_a_task_state(strict):
    uuid = db.instance_create(ADMIN, {"task_state": "scheduling"})["uuid"]
    change = {"task_state": "spawning", "expected_task_state": ["scheduling", None]}
    assert db.instance_update(ADMIN, uuid, change)["task_state"] == "spawning"


def test_private_key_that_nova_passes_is_accepted(strict):
    pair = db.key_pair_create(ADMIN, {"user_id": "u", "name": "laptop", "private_key": "secret"})
    assert "private_key" not in pair


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.__name__)
def test_every_key_of_the_value_types_is_accepted(schema):
    offered = getattr(values, f"{schema.__name__}Values").__annotations__
    assert offered.keys() <= RowFormat(schema.spec())._known


def test_row_that_was_read_can_be_written_back(strict):
    new = {"host": "h", "binary": "b", "topic": "t"}
    service = db.service_get(ADMIN, db.service_create(ADMIN, new)["id"])
    assert db.service_update(ADMIN, service["id"], service)["host"] == "h"


@pytest.mark.parametrize("name", CALLS)
def test_ordinary_call_of_every_function_is_accepted(strict, name):
    prepared(name, Cloud(2))()
