"""Every function raises a documented exception, or returns, for every kind of invalid argument."""

import contextlib

import bson
import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.store import connection
from nova_docdb.schemas import TABLES
from tests.data import load
from tests.db.samples import UUID, call, parameters

STORES = ("embedded", "mongod")
SLOW_STORES = ("mongod",)

NODE = {
    **dict.fromkeys(("service_id", "vcpus", "memory_mb", "local_gb", "vcpus_used"), 1),
    **dict.fromkeys(("memory_mb_used", "local_gb_used", "hypervisor_version"), 1),
    "hypervisor_type": "kvm",
    "cpu_info": "{}",
}

EVERY_FUNCTION = pytest.mark.parametrize("name", load("contract.json"))

BAD = [
    None,
    "",
    "\0",
    "\ud800",
    "$set",
    "a.b",
    -1,
    2**70,
    1.5,
    float("nan"),
    True,
    b"bytes",
    object(),
    [],
    ["x", None],
    [{}],
    {},
    {"$gt": ""},
    {"a.b": 1, "$set": {"c": "\0"}},
    {1: 2},
]

OURS = (exception.NovaException, exception.DBError, ValueError)

# Objects that a caller creates and passes back; anything else is not a valid argument.
OPAQUE = {"constraint", "session", "conditions"}


@EVERY_FUNCTION
def test_invalid_argument_raises_a_documented_exception_or_is_harmless(store, admin, name):
    for key in parameters(name).keys() - OPAQUE:
        for value in BAD:
            with contextlib.suppress(*OURS):
                call(name, admin, {key: value})


def nested(depth):
    """Return nested lists."""
    value = []
    for _ in range(depth):
        value = [value]
    return value


class Unshowable:
    """A value whose str() and repr() raise."""

    def __repr__(self):
        raise RuntimeError("it has no text")


DEEP, MANY_DIGITS = nested(10_000), 10**5000

HOSTILE = [
    DEEP,
    {"host": DEEP, "uuid": DEEP, "name": DEEP},
    [{"address": DEEP}],
    Unshowable(),
    [Unshowable()],
    {"host": Unshowable(), "uuid": Unshowable()},
    MANY_DIGITS,
    [MANY_DIGITS],
    bson.Code("x"),
    bson.ObjectId(),
    bson.Regex("x"),
    bson.Decimal128("1"),
    bson.MinKey(),
    bson.Binary(b"x"),
    bson.SON([("$gt", 1)]),
    float("inf"),
    1j,
    range(2),
    bytearray(b"x"),
    {"a\0": 1},
    {None: None},
]


@EVERY_FUNCTION
def test_hostile_value_raises_a_nova_exception(embedded, admin, name):
    for key in parameters(name):
        for value in HOSTILE:
            with contextlib.suppress(exception.NovaException, exception.DBError):
                call(name, admin, {key: value})


@pytest.mark.sends_nothing
def test_too_deeply_nested_value_raises_invalid_input(store, admin):
    with pytest.raises(exception.InvalidInput):
        db.instance_create(admin, {"uuid": UUID, "display_name": DEEP})
    with pytest.raises(exception.InvalidInput):
        db.instance_get_all_by_filters(admin, {}, sort_key=DEEP)


def test_sort_key_of_a_str_subclass_is_accepted(store, admin):
    db.instance_create(admin, {"uuid": UUID})
    rows = db.instance_get_all_by_filters(admin, {}, sort_key=bson.Code("host"))
    assert [row["uuid"] for row in rows] == [UUID]


CREATORS = {
    "agent_build_create": "agent_builds",
    "cell_create": "cells",
    "certificate_create": "certificates",
    "compute_node_create": "compute_nodes",
    "console_create": "consoles",
    "console_pool_create": "console_pools",
    "fixed_ip_create": "fixed_ips",
    "floating_ip_create": "floating_ips",
    "instance_create": "instances",
    "instance_fault_create": "instance_faults",
    "instance_type_create": "instance_types",
    "key_pair_create": "key_pairs",
    "migration_create": "migrations",
    "network_create_safe": "networks",
    "provider_fw_rule_create": "provider_fw_rules",
    "security_group_create": "security_groups",
    "security_group_default_rule_create": "security_group_default_rules",
    "security_group_rule_create": "security_group_rules",
    "service_create": "services",
    "virtual_interface_create": "virtual_interfaces",
}


def everything():
    """Return the number of documents of every collection but the counters."""
    database = connection.get_database()
    return {name: database[name].count_documents({}) for name in TABLES}


@pytest.mark.parametrize("name", CREATORS)
def test_invalid_value_stores_nothing(store, admin, name):
    spec = TABLES[CREATORS[name]]
    key = next(iter(parameters(name)))
    before = everything()
    for column in spec.columns:
        for value in ({"$gt": ""}, [1], object(), "\ud800", b"bytes"):
            with pytest.raises(OURS):
                call(name, admin, {key: {column: value}})
    assert everything() == before


@pytest.mark.parametrize(
    "text", ["", "\0", "a\0b", "$set", "a.b", "naïve ☃ 𝄞", "x" * 100_000, "{'$gt': ''}"]
)
def test_text_that_can_be_stored_reads_back_equal(store, admin, text):
    db.instance_create(admin, {"uuid": UUID, "display_name": text, "metadata": {text: text}})
    found = db.instance_get_by_uuid(admin, UUID)
    assert found["display_name"] == text
    assert db.instance_metadata_get(admin, UUID) == {text: text}


def test_text_of_20_megabytes_is_refused(store, admin):
    with pytest.raises(exception.InvalidInput, match="longer than"):
        db.instance_create(admin, {"uuid": UUID, "user_data": "x" * 20_000_000})
    assert everything()["instances"] == 0


MIB = 2**20


def test_texts_that_are_together_too_large_store_nothing(store, admin):
    large = "x" * 8_000_000
    values = {"uuid": UUID, "user_data": large, "key_data": large, "launched_on": large}
    with pytest.raises(exception.InvalidInput, match="instances: a row, .* larger than 16 MiB"):
        db.instance_create(admin, values)
    assert sum(everything().values()) - everything()["security_groups"] == 0


def test_two_texts_of_5_megabytes_can_be_set_by_one_update(store, admin):
    db.instance_create(admin, {"uuid": UUID})
    texts = {"user_data": "x" * 5 * MIB, "key_data": "y" * 5 * MIB}
    assert db.instance_update(admin, UUID, texts).items() >= texts.items()
    db.network_create_safe(admin, {"label": "n"})
    texts = {"label": "x" * 5 * MIB, "bridge": "y" * 5 * MIB}
    assert db.network_update(admin, 1, texts).items() >= texts.items()


def update_node(context, values):
    return db.compute_node_update(context, 1, values)


UPDATES_OF_ONE_ROW = {
    "instances": ("display_name", "user_data", lambda c, v: db.instance_update(c, UUID, v)),
    "networks": ("label", "bridge", lambda c, v: db.network_update(c, 1, v)),
    "fixed_ips": ("host", "instance_uuid", lambda c, v: db.fixed_ip_update(c, "10.0.0.1", v)),
    "services": ("topic", "binary", lambda c, v: db.service_update(c, 1, v)),
    "compute_nodes": ("cpu_info", "hypervisor_type", update_node),
}


@pytest.mark.parametrize("name", UPDATES_OF_ONE_ROW)
def test_update_that_makes_a_row_larger_than_16_mib_is_refused(store, admin, name):
    first, second, update = UPDATES_OF_ONE_ROW[name]
    db.instance_create(admin, {"uuid": UUID})
    db.network_create_safe(admin, {"label": "n"})
    db.fixed_ip_create(admin, {"address": "10.0.0.1"})
    db.service_create(admin, {"host": "h"})
    db.compute_node_create(admin, NODE)
    update(admin, {first: "x" * 8 * MIB})
    with pytest.raises(exception.InvalidInput) as caught:
        update(admin, {second: "y" * 8 * MIB})
    reason = f"{name}: a row, or the values of a call, would be larger than 16 MiB"
    assert str(caught.value) == f"Invalid input received: {reason}"
    row = connection.get_database()[name].find_one({"_id": 1})
    assert len(row[first]) == 8 * MIB
    assert row[second] is None or len(row[second]) < 8 * MIB


@pytest.mark.parametrize("uuid", [{"$gt": ""}, {"$ne": None}, {"$regex": "."}, ["x"], None])
def test_operator_as_a_uuid_matches_nothing(store, admin, user, uuid):
    db.instance_create(admin, {"project_id": "project2"})
    for context in (admin, user):
        with pytest.raises(OURS):
            db.instance_get_by_uuid(context, uuid)
        assert db.instance_metadata_get(context, uuid) == {}


@pytest.mark.sends_nothing
@pytest.mark.parametrize("expression", ["[", "(", "*", "(?P<a", "a{2,1}", "\\"])
def test_invalid_regular_expression_is_refused(store, admin, expression):
    with pytest.raises(exception.InvalidInput, match="hostname"):
        db.instance_get_all_by_filters(admin, {"hostname": expression})
