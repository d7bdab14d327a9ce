"""Authorization: a refused call neither uses the store nor reaches rows of another project."""

import contextlib
import copy

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.store import connection
from tests.data import load
from tests.db.samples import UUID, call, parameters

STORES = ("embedded", "mongod")
SLOW_STORES = ("mongod",)

CALLERS = load("callers.json")
ADMIN_ONLY = pytest.mark.parametrize("name", CALLERS["admin_only"])
ANY_CONTEXT = pytest.mark.parametrize("name", CALLERS["any_context"])


@pytest.fixture
def no_store(monkeypatch):
    """Fail when anything is read or written."""

    def refuse():
        raise AssertionError("the store was reached before the caller was refused")

    monkeypatch.setattr(connection, "get_database", refuse)


def test_every_function_is_in_one_class():
    classes = [name for names in CALLERS.values() for name in names]
    assert sorted(classes) == sorted(load("contract.json"))


@ADMIN_ONLY
def test_admin_function_refuses_users_before_anything_is_read(no_store, user, anonymous, name):
    for caller in (user, anonymous):
        with pytest.raises(exception.AdminRequired):
            call(name, caller)


@ANY_CONTEXT
def test_function_refuses_a_context_without_user_before_anything_is_read(no_store, anonymous, name):
    with pytest.raises(exception.NotAuthorized):
        call(name, anonymous)


@pytest.mark.parametrize("name", load("contract.json"))
def test_arguments_of_the_caller_are_not_changed(store, admin, name):
    arguments = {
        "values": {"uuid": UUID, "name": "n", "flavorid": "f", "memory_mb": 1, "vcpus": 1,
                   "metadata": {"a": "b"}, "extra_specs": {"c": "d"}, "stats": {"e": 1}},
        "filters": {"is_public": None, "deleted": False, "metadata": [{"a": "b"}]},
        "metadata": {"a": "b"},
        "columns_to_join": ["metadata", "info_cache"],
    }  # fmt: skip
    given = {key: arguments[key] for key in parameters(name).keys() & arguments.keys()}
    before = copy.deepcopy(given)
    with contextlib.suppress(exception.NovaException, exception.DBError):
        call(name, admin, given)
    assert given == before


# Calls on rows of another project: function, arguments, and the required result.

OTHERS = [
    ("instance_get", (1,), exception.InstanceNotFound),
    ("instance_get_by_uuid", (UUID,), exception.InstanceNotFound),
    ("instance_update", (UUID, {"hostname": "mine"}), exception.InstanceNotFound),
    ("instance_update_and_get_original", (UUID, {"host": "x"}), exception.InstanceNotFound),
    ("instance_destroy", (UUID,), exception.InstanceNotFound),
    ("instance_test_and_set", (UUID, "vm_state", [None], "x"), exception.InstanceNotFound),
    ("instance_get_floating_address", (1,), exception.InstanceNotFound),
    ("virtual_interface_get_by_instance", (UUID,), exception.InstanceNotFound),
    ("instance_get_all", (), []),
    ("instance_get_all_by_filters", ({},), []),
    ("instance_get_all_by_filters", ({"project_id": "project2"},), []),
    ("instance_get_all_by_filters", ({"uuid": [UUID]},), []),
    ("fixed_ip_get", (1,), exception.NotAuthorized),
    ("fixed_ip_get_by_address", ("10.0.0.1",), exception.NotAuthorized),
    ("fixed_ip_update", ("10.0.0.1", {"host": "x"}), exception.NotAuthorized),
    ("fixed_ip_disassociate", ("10.0.0.1",), exception.NotAuthorized),
    ("fixed_ip_count_by_project", ("project2",), exception.NotAuthorized),
    ("floating_ip_get", (1,), exception.FloatingIpNotFound),
    ("floating_ip_get_by_address", ("192.0.2.1",), exception.NotAuthorized),
    ("floating_ip_update", ("192.0.2.1", {"host": "x"}), exception.NotAuthorized),
    ("floating_ip_fixed_ip_associate", ("192.0.2.1", "10.0.0.1", "h"), exception.NotAuthorized),
    ("floating_ip_allocate_address", ("project2", None), exception.NotAuthorized),
    ("floating_ip_get_all_by_project", ("project2",), exception.NotAuthorized),
    ("floating_ip_count_by_project", ("project2",), exception.NotAuthorized),
    ("network_get", (1,), exception.NetworkNotFound),
    ("network_update", (1, {"label": "mine"}), exception.NetworkNotFound),
    ("network_get_all_by_uuids", ([UUID],), exception.NoNetworksFound),
    ("security_group_get", (1,), exception.SecurityGroupNotFound),
    ("security_group_count_by_project", ("project2",), exception.NotAuthorized),
    ("quota_get_all_by_project", ("project2",), exception.NotAuthorized),
    ("quota_usage_get_all_by_project", ("project2",), exception.NotAuthorized),
    ("quota_class_get_all_by_name", ("gold",), exception.NotAuthorized),
    ("key_pair_get", ("user2", "k"), exception.NotAuthorized),
    ("key_pair_get_all_by_user", ("user2",), exception.NotAuthorized),
    ("key_pair_destroy", ("user2", "k"), exception.NotAuthorized),
    ("key_pair_count_by_user", ("user2",), exception.NotAuthorized),
    ("instance_type_get", (1,), exception.InstanceTypeNotFound),
    ("instance_type_get_by_name", ("private",), exception.InstanceTypeNotFoundByName),
    ("instance_type_get_by_flavor_id", ("p",), exception.FlavorNotFound),
    ("instance_type_get_all", (), []),
]


@pytest.fixture
def others(store, admin, user2):
    """Fill the store with rows of project2."""
    db.instance_create(user2, {"uuid": UUID, "project_id": "project2", "user_id": "user2"})
    address = {"address": "10.0.0.1", "instance_uuid": UUID, "network_id": 1}
    db.fixed_ip_create(admin, address)
    db.floating_ip_create(admin, {"address": "192.0.2.1", "project_id": "project2"})
    db.network_create_safe(admin, {"project_id": "project2", "uuid": UUID})
    db.key_pair_create(user2, {"user_id": "user2", "name": "k"})
    flavor = {"name": "private", "flavorid": "p", "memory_mb": 1, "vcpus": 1, "is_public": False}
    db.instance_type_create(admin, flavor)
    db.instance_type_access_add(admin, "p", "project2")


def dump():
    database = connection.get_database()
    return {
        name: list(database[name].find({}).sort("_id"))
        for name in sorted(database.list_collection_names())
    }


@pytest.mark.parametrize(("name", "args", "answer"), OTHERS, ids=lambda value: str(value)[:40])
def test_user_neither_reads_nor_changes_rows_of_another_project(others, user, name, args, answer):
    before = dump()
    if isinstance(answer, list):
        assert getattr(db, name)(user, *args) == answer
    else:
        with pytest.raises(answer):
            getattr(db, name)(user, *args)
    assert dump() == before


@pytest.mark.parametrize(("name", "args", "answer"), OTHERS, ids=lambda value: str(value)[:40])
def test_owner_reads_and_changes_them(others, user2, name, args, answer):
    user2.quota_class = "gold"
    if name == "floating_ip_allocate_address":
        with pytest.raises(exception.NoMoreFloatingIps):
            db.floating_ip_allocate_address(user2, *args)
    elif name == "instance_get_floating_address":
        assert db.instance_get_floating_address(user2, *args) is None
    else:
        getattr(db, name)(user2, *args)
