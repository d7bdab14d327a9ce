"""Every schema compared with the recorded tables of the reference."""

from datetime import datetime, timedelta, timezone
from enum import Enum, IntEnum

import pytest
from bson.int64 import Int64
from marshmallow import ValidationError

from nova_docdb.schemas import SCHEMAS, SQL_KEYS, TABLES, SqlKeys, columns
from tests.data import load

RECORDED = load("tables.json")

TYPES = {
    "integer": columns.Integer,
    "bigint": columns.BigInteger,
    "float": columns.Float,
    "boolean": columns.Boolean,
    "datetime": columns.DateTime,
    "text": columns.Text,
    "string(39) ip": columns.IPAddress,
    "string(43) cidr": columns.Cidr,
}

# Callers also pass values of other types: uuids, and versions of hypervisors.
OTHER_TYPES = {
    ("compute_nodes", "hypervisor_version"): columns.VersionNumber,
    ("block_device_mapping", "instance_uuid"): columns.String,
    ("volume_usage_cache", "instance_id"): columns.IntegerOrText,
}

WHERE = "fixtures/tables.json records Grizzly's tables: change the schema, see docs/contributing.md"

EVERY_TABLE = pytest.mark.parametrize("table", RECORDED)


def test_there_are_48_tables():
    assert list(TABLES) == list(RECORDED)
    assert len(SCHEMAS) == 48


@EVERY_TABLE
def test_columns_have_the_types_and_nullability_of_the_reference(table):
    spec = TABLES[table]
    assert spec.key == RECORDED[table]["primary_key"]
    assert set(spec.columns) == set(RECORDED[table]["columns"]), WHERE
    for name, wanted in RECORDED[table]["columns"].items():
        column = spec.columns[name]
        plain = columns.String if wanted["type"].startswith("string(") else None
        kind = OTHER_TYPES.get((table, name)) or TYPES.get(wanted["type"], plain)
        assert type(column) is kind, name
        assert column.nullable == wanted["nullable"], name


@EVERY_TABLE
def test_defaults(table):
    for name, wanted in RECORDED[table]["columns"].items():
        if wanted.get("default") != "now":
            assert TABLES[table].columns[name].default == wanted.get("default"), name
    assert TABLES[table].live_value == RECORDED[table]["live_value"]


@EVERY_TABLE
def test_lengths_of_text_columns_are_those_of_the_reference(table):
    for name, wanted in RECORDED[table]["columns"].items():
        column = TABLES[table].columns[name]
        if wanted["type"].startswith("string("):
            assert f"string({column.length})" in wanted["type"]


@EVERY_TABLE
def test_shadow(table):
    assert TABLES[table].shadow == (RECORDED[table]["shadow_table"] is not None)


@EVERY_TABLE
def test_keys_of_the_sql_table_are_those_of_the_reference(table):
    keys, recorded = SQL_KEYS.get(table, SqlKeys()), RECORDED[table]["sql"]
    assert [list(key) for key in keys.unique] == recorded["unique"]
    assert [list(index) for index in keys.indexes] == recorded["indexes"]
    assert keys.references == recorded["references"]


@EVERY_TABLE
def test_relations_refer_to_the_tables_of_the_reference(table):
    recorded = RECORDED[table]["relations"]
    for name, relation in TABLES[table].relations.items():
        assert recorded[name] == {"target": relation.table, "many": relation.many}
        assert relation.local in TABLES[table].columns
        assert relation.foreign in TABLES[relation.table].columns


@EVERY_TABLE
def test_indexes_are_over_columns_or_private_fields(table):
    spec = TABLES[table]
    names = [index.name for index in spec.indexes]
    assert len(names) == len(set(names))
    for index in spec.indexes:
        for column in index.columns:
            assert column in spec.columns or column in spec.private


@pytest.mark.parametrize(
    ("column", "given", "stored"),
    [
        (columns.Integer(), "42", 42),
        (columns.Integer(), True, 1),
        (columns.Integer(), 2.0, 2),
        (columns.Float(), 1, 1.0),
        (columns.Boolean(), 1, True),
        (columns.Text(), 7, "7"),
        (columns.IPAddress(), "2001:DB8:0:0::1", "2001:db8::1"),
        (columns.IPAddress(), "::ffff:a00:1", "::ffff:10.0.0.1"),
        (columns.IPAddress(), "10.0.0.1", "10.0.0.1"),
        (columns.IPAddress(), "fixed1", "fixed1"),
        (columns.IPAddress(), "fe80::1%eth0", "fe80::1%eth0"),
        (columns.Cidr(), "2001:db8::5/64", "2001:db8::/64"),
        (columns.Cidr(), "::1", "::1/128"),
        (columns.Cidr(), "10.0.0.7/24", "10.0.0.7/24"),
        (columns.IntegerOrText(), "12", 12),
        (columns.IntegerOrText(), "uuid", "uuid"),
    ],
)
def test_value_is_converted_to_its_stored_form(column, given, stored):
    assert column.read(given) == stored
    assert column.match(given) == stored


class State(IntEnum):
    RUNNING = 1


class Name(str, Enum):
    WEB = "web"


class Moment(datetime):
    pass


NOON = datetime(2013, 4, 1, 12)  # noqa: DTZ001 - naive UTC


@pytest.mark.parametrize(
    ("column", "given", "stored"),
    [
        (columns.Integer(), State.RUNNING, 1),
        (columns.Integer(), Int64(2**40), 2**40),
        (columns.Text(), Name.WEB, "web"),
        (columns.DateTime(), Moment.combine(NOON.date(), NOON.time()), NOON),
    ],
)
def test_value_of_a_subclass_is_stored_as_a_plain_one_quickly(column, given, stored):
    read = column.read(given)
    assert read == stored
    assert type(read) is type(stored)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (columns.Integer(), "one"),
        (columns.Integer(), 2**63),
        (columns.Integer(), 1.5),
        (columns.Integer(), {"$gt": ""}),
        (columns.Float(), float("nan")),
        (columns.Float(), 10**400),
        (columns.Boolean(), 2),
        (columns.Boolean(), "false"),
        (columns.Text(), {"$gt": ""}),
        (columns.Text(), ["a"]),
        (columns.Text(), "\ud800"),
        (columns.Text(), "x" * (columns.LONGEST_TEXT + 1)),
        pytest.param(columns.Text(), 10**5000, id="number of 5001 digits"),
        (columns.DateTime(), "yesterday"),
        (columns.DateTime(), "0001-01-01T00:00:00+05:00"),
        (columns.DateTime(), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))),
        (columns.DateTime(), 5),
    ],
)
def test_value_that_a_column_cannot_hold_is_refused_and_matches_nothing(column, value):
    with pytest.raises(ValidationError):
        column.read(value)
    assert column.match(value) is columns.NOTHING
