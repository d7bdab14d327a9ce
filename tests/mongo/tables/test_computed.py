"""The name of an instance."""

import pytest

from nova_docdb import db, exception
from nova_docdb.config import CONF
from nova_docdb.mongo.tables.relations import join
from nova_docdb.mongo.tables.table import table

INSTANCES = table("instances")


def name_by(template):
    CONF.set_override("instance_name_template", template)
    return INSTANCES.get({"_id": 1})["name"]


@pytest.fixture(autouse=True)
def instance(store):
    return INSTANCES.insert({"uuid": "u-1", "hostname": "web"})


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("instance-%08x", "instance-00000001"),
        ("vm-%(uuid)s", "vm-u-1"),
        ("%(hostname)s-%(id)d", "web-1"),
        ("%(color)s", "u-1"),
        ("%(memory_mb)d", "u-1"),
        ("fixed", "fixed"),
    ],
)
def test_template(template, name):
    assert name_by(template) == name


def test_invalid_template_is_an_error_of_the_option():
    with pytest.raises(exception.ConfigurationError, match="instance_name_template='%q'"):
        name_by("%q")


def test_every_way_to_read_a_row_computes_its_name(instance):
    assert instance["name"] == "instance-00000001"
    assert INSTANCES.find({})[0]["name"] == "instance-00000001"
    fixed_ips = table("fixed_ips")
    fixed_ip = fixed_ips.insert({"address": "10.0.0.1", "instance_uuid": "u-1"})
    assert join(fixed_ips, [fixed_ip], "instance")[0]["instance"]["name"] == "instance-00000001"


def test_name_is_never_stored():
    INSTANCES.update({"_id": 1}, {"name": "x"})
    assert "name" not in INSTANCES.collection.find_one({"_id": 1})
    assert INSTANCES.get({"_id": 1})["name"] == "instance-00000001"


def test_template_does_not_use_the_name_from_before_an_update(store, user):
    CONF.set_override("instance_name_template", "x-%(name)s")
    created = db.instance_create(user, {"project_id": "project1"})
    changed = db.instance_update(user, created["uuid"], {"hostname": "h"})
    assert changed["name"] == created["name"] == created["uuid"]
