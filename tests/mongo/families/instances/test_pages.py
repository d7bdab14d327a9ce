"""Pages of instances: each row once, in order, at the same cost for every page."""

import random
from datetime import datetime, timedelta
from itertools import chain

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas.columns import Boolean, DateTime, Integer

INSTANCES = table("instances")
START = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC

# Values that sort by characters, not by length or case.
SAMPLES = {
    Boolean: [False, True],
    Integer: [-1, 2, 10],
    DateTime: [START, START + timedelta(milliseconds=1), START + timedelta(days=1)],
}
TEXTS = ["", "B", "a", "ab", "é"]

KEPT = ("id", "uuid", "deleted", "project_id", "access_ip_v6")


def uuid_of(number):
    return f"a1b2c3d4-0000-4000-8000-{number:012d}"


def samples(column):
    return SAMPLES.get(type(column), TEXTS)


def pages(context, filters, size, **order):
    """Yield pages until one is empty."""
    marker = None
    while page := db.instance_get_all_by_filters(
        context, filters, limit=size, marker=marker, columns_to_join=[], **order
    ):
        yield [row["id"] for row in page]
        marker = page[-1]["uuid"]


@pytest.fixture
def everybody(admin):
    admin.read_deleted = "yes"
    return admin


@pytest.fixture
def rows(store):
    """Create instances whose columns are empty, equal and different in turn."""
    dice = random.Random(20130404)
    made = []
    for number in range(1, 10):
        values = {"uuid": uuid_of(number), "deleted": dice.choice([0, 0, number])}
        for name, column in INSTANCES.spec.columns.items():
            if name not in KEPT:
                values[name] = dice.choice([None, *samples(column)])
        made.append(values)
    INSTANCES.insert_many(made)
    # A row of the SQL database may lack it.
    INSTANCES.update_all({"_id": {"$in": [2, 5]}}, {"created_at": None})
    return INSTANCES.find({})


def in_order(rows, key, direction):
    """Return the ids of rows in an order, as Python sorts them."""

    def place(row):
        values = [row[column] for column in (key, "created_at", "id")]
        return [(value is not None, value or 0 if value is None else value) for value in values]

    return [row["id"] for row in sorted(rows, key=place, reverse=direction == "desc")]


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("key", INSTANCES.spec.columns)
def test_pages_have_each_row_once_in_the_order_of_any_column(rows, everybody, key, direction):
    wanted = in_order(rows, key, direction)
    for size in (1, 2, 4):
        found = list(pages(everybody, {}, size, sort_key=key, sort_dir=direction))
        assert list(chain.from_iterable(found)) == wanted
        assert {len(page) for page in found[:-1]} <= {size}


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_of_a_filtered_list_have_each_row_once(rows, everybody, direction):
    filters = {"deleted": False, "vm_state": ["a", "ab", None]}
    wanted = db.instance_get_all_by_filters(everybody, filters, "host", direction)
    found = pages(everybody, filters, 2, sort_key="host", sort_dir=direction)
    assert list(chain.from_iterable(found)) == [row["id"] for row in wanted]


def test_rows_added_in_front_do_not_shift_the_next_page(rows, everybody):
    before = pages(everybody, {}, 4)
    first = next(before)
    INSTANCES.insert({"uuid": uuid_of(99)})
    rest = list(chain.from_iterable(before))
    assert not set(first) & set(rest)
    assert set(first) | set(rest) == {row["id"] for row in rows}


def test_page_follows_a_marker_that_has_changed(rows, everybody):
    last = db.instance_get_all_by_filters(everybody, {}, "host", "asc", limit=3)[-1]
    INSTANCES.update({"_id": last["id"]}, {"vm_state": "gone", "memory_mb": 7})
    page = db.instance_get_all_by_filters(everybody, {}, "host", "asc", marker=last["uuid"])
    assert len(page) == len(rows) - 3


@pytest.mark.parametrize("marker", ["", "x", 1, True, {"$gt": ""}, [uuid_of(1)], b"x"])
def test_unknown_marker_is_not_found(rows, everybody, marker):
    with pytest.raises(exception.MarkerNotFound) as caught:
        db.instance_get_all_by_filters(everybody, {}, marker=marker, limit=0)
    assert caught.value.kwargs["marker"] == marker


@pytest.mark.parametrize("limit", [-1, "1", 1.0, [1], {}])
def test_limit_that_is_not_an_integer_of_at_least_0_is_refused(rows, admin, limit):
    with pytest.raises(exception.InvalidInput):
        db.instance_get_all_by_filters(admin, {}, limit=limit)


@pytest.mark.parametrize("limit", [2**31, 2**63 - 1, 2**70])
def test_limit_beyond_that_of_a_cursor_is_no_limit(rows, admin, limit):
    everything = db.instance_get_all_by_filters(admin, {})
    assert db.instance_get_all_by_filters(admin, {}, limit=limit) == everything


@pytest.mark.parametrize(
    "key", ["nope", "name", "metadata", "security_groups", "", None, ["id"], {}, "_id", "$id", 1]
)
def test_unknown_sort_key_is_refused(rows, admin, key):
    with pytest.raises(exception.InvalidInput):
        db.instance_get_all_by_filters(admin, {}, sort_key=key)


@pytest.mark.parametrize("direction", ["up", "ASC", "", None, 1, ["asc"], {}])
def test_invalid_sort_direction_is_refused(rows, admin, direction):
    with pytest.raises(exception.InvalidInput):
        db.instance_get_all_by_filters(admin, {}, sort_dir=direction)


# The cost of a page

MANY = 3000
SIZE = 50


@pytest.fixture
def examined(store, monkeypatch):
    """Collect how many rows each query of instances returned, and how many it examined."""
    if connection.is_embedded():
        pytest.skip("the embedded store has no plans to explain")
    numbers = []
    find = INSTANCES.find

    def explained(where, *, sort=None, limit=0, hint=None, **options):
        cursor = connection.get_database()["instances"].find(where).sort(sort).limit(limit)
        plan = (cursor.hint(hint) if hint else cursor).explain()["executionStats"]
        numbers.append((plan["nReturned"], plan["totalDocsExamined"], plan["totalKeysExamined"]))
        return find(where, sort=sort, limit=limit, hint=hint, **options)

    monkeypatch.setattr(INSTANCES, "find", explained)
    return numbers


@pytest.fixture
def many(examined):
    """Create many instances, most of them at one time, a few of another project."""
    INSTANCES.insert_many(
        {
            "uuid": uuid_of(number),
            "project_id": "project2" if number % 1000 == 1 else "project1",
            "created_at": START + timedelta(seconds=number % 2000 // 1000),
            "deleted": number if number % 4 == 0 else 0,
            "vm_state": "soft-delete" if number % 50 == 7 else "active",
        }
        for number in range(1, MANY + 1)
    )


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("caller", ["user", "admin", "user2"])
def test_page_of_live_instances_examines_no_rows_of_other_pages(
    many, examined, request, caller, direction
):
    context = request.getfixturevalue(caller)
    list(pages(context, {"deleted": False}, SIZE, sort_dir=direction))
    for returned, documents, keys in examined:
        # In addition to the page: instances in soft-delete, and the seeks of the index.
        assert documents <= returned * 1.2 + 2
        assert keys <= returned * 1.2 + 4


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_page_of_all_instances_examines_no_rows_of_other_pages(
    many, examined, everybody, direction
):
    list(pages(everybody, {}, SIZE, sort_dir=direction))
    for returned, documents, _keys in examined:
        # Where two ranges are merged, the first row of the second one is read too.
        assert documents <= returned + 1


def test_filter_by_uuid_examines_only_the_named_instances(many, examined, admin):
    wanted = [uuid_of(number) for number in (2, 3, 5)]
    db.instance_get_all_by_filters(admin, {"uuid": wanted, "deleted": False})
    assert examined == [(3, 3, examined[0][2])]


# A server's defaults, for the time of a block.
SORTING = {
    "internalQueryMaxBlockingSortMemoryUsageBytes": 100 * 2**20,
    "allowDiskUseByDefault": True,
}


def test_order_without_an_index_may_exceed_the_servers_memory_limit(store, admin):
    if connection.is_embedded():
        pytest.skip("the embedded store sorts without a limit")
    INSTANCES.insert_many({"uuid": uuid_of(n), "display_name": f"n{n}"} for n in range(300))
    server = connection.get_database().client.admin
    for name, value in zip(SORTING, (100_000, False), strict=True):
        server.command({"setParameter": 1, name: value})
    try:
        rows = db.instance_get_all_by_filters(admin, {}, "display_name", columns_to_join=[])
    finally:
        for name, value in SORTING.items():
            server.command({"setParameter": 1, name: value})
    assert len(rows) == 300
